import type { MemberFacts } from "../../diagnose/index.ts";
import { dialectOf } from "../../dialects/table.ts";
import { assessHealth, explain, MISSING } from "../../health/index.ts";
import { GitOpsError } from "../../model/errors.ts";
import type { Finding } from "../../model/finding.ts";
import type { Health } from "../../model/health.ts";
import { arrayAt, numberAt, objectAt, stringAt, type JsonObject } from "../../model/json.ts";
import { resourceKey, type ResourceId } from "../../model/resource-id.ts";
import { mapBounded } from "../bounded.ts";
import { startDeadline } from "../execute/deadline.ts";
import { readMembers, withDescendants, type Member } from "../members.ts";
import { observeLive } from "../observe-live.ts";
import type { Examination } from "./examination.ts";

/** Logs that are asked for at once, of so many objects at most: the first ones tell enough. */
const MOST_LOGS = 4;
const LOG_LINES = 20;
/** A kubelet that does not answer must not hold up the rest. */
const LOG_TIMEOUT_MS = 5_000;

/** What became of the objects of a delivery. `hidden` is told what may not be read. */
export async function memberFacts(
  ids: readonly ResourceId[],
  nested: (id: ResourceId, object: JsonObject) => Promise<readonly Finding[]>,
  examination: Examination,
  hidden: Set<string>,
): Promise<readonly MemberFacts[]> {
  const { discovery, ports } = examination;
  const context = { ...examination.context, emit: telling(hidden) };
  const [members, { unknown }] = await Promise.all([
    readMembers(ids, discovery, ports, context),
    observeLive(ids, discovery, ports.cluster, context),
  ]);
  const logs = { left: MOST_LOGS };
  return mapBounded(members, 8, async (member) => {
    const { id, object } = member;
    const served = discovery.find(id);
    const isSpoken = dialectOf(id) !== undefined;
    const health = healthOf(member);
    const isWell = health.status === "Healthy" || health.status === "Suspended";
    const why = isWell || isSpoken || object === undefined ? "" : await whyOf(member, object, examination, hidden);
    return {
      id,
      object,
      unreadable: unknown.get(resourceKey(id))?.message ?? "",
      isServed: served !== undefined || discovery.unavailableGroups.has(id.group),
      hasStatus: served?.hasStatus ?? false,
      health,
      why,
      log: isWell || isSpoken ? undefined : await lastLine(member, why, examination, logs),
      findings: isSpoken && object !== undefined ? await nested(id, object) : [],
    };
  });
}

function healthOf({ id, object }: Member): Health {
  if (object === undefined) return MISSING;
  return dialectOf(id)?.dialect.view(object).health ?? assessHealth(object);
}

/** Collects warnings of what may not be listed in place of telling them. */
function telling(hidden: Set<string>): Examination["context"]["emit"] {
  return (event) => {
    if (event.type === "warning") hidden.add(event.message);
  };
}

async function whyOf(member: Member, object: JsonObject, examination: Examination, hidden: Set<string>): Promise<string> {
  const { namespace } = member.id;
  const [events, claims] = await Promise.all([
    examination.list("", "Event", namespace || "default", hidden),
    namespace === "" ? [] : examination.list("", "PersistentVolumeClaim", namespace, hidden),
  ]);
  const made = [...withDescendants(member.children)];
  const pods = made.flatMap(({ id, object: pod }) => (id.kind === "Pod" && id.group === "" && pod !== undefined ? [pod] : []));
  const why = explain(object, { pods, events, claims });
  if (why !== "") return why;
  // A ReplicaSet or Job that may make no Pods says so in its own events.
  for (const { object: one } of made) {
    const text = one === undefined ? "" : explain(one, { pods, events, claims });
    if (text !== "") return text;
  }
  return "";
}

/** The last line of a container that ended, or runs and is not ready: of the Pod that is told of, where one is. */
async function lastLine(member: Member, why: string, examination: Examination, logs: { left: number }): Promise<MemberFacts["log"]> {
  const pods = [...withDescendants([member])].filter(({ id, object }) => id.kind === "Pod" && id.group === "" && object !== undefined);
  const told = pods.find(({ id }) => why.includes(`pod ${id.name}`)) ?? pods[0];
  const container = told?.object === undefined ? undefined : startedContainer(told.object);
  if (told === undefined || container === undefined || logs.left-- <= 0) return undefined;
  const { namespace, name: pod } = told.id;
  const { cluster, clock } = examination.ports;
  const deadline = startDeadline(LOG_TIMEOUT_MS, clock);
  const signal = AbortSignal.any([examination.context.signal, deadline.signal]);
  try {
    const text = await cluster.logTail(namespace, pod, container, LOG_LINES, { signal });
    const line = text.split("\n").findLast((one) => one.trim() !== "");
    return line === undefined ? undefined : { pod, container, line };
  } catch (error) {
    examination.context.signal.throwIfAborted();
    // A log that cannot be read is no finding of its own.
    if (error instanceof GitOpsError || deadline.signal.aborted) return undefined;
    throw error;
  } finally {
    deadline.cancel();
  }
}

/** The container that is in trouble and has run: the first that ended or restarted, else the first that runs and is not ready. */
function startedContainer(pod: JsonObject): string | undefined {
  const statuses = [...arrayAt(pod, "status", "initContainerStatuses"), ...arrayAt(pod, "status", "containerStatuses")];
  const ended = statuses.find((status) => {
    const restarts = numberAt(status, "restartCount") ?? 0;
    const exit = numberAt(status, "state", "terminated", "exitCode") ?? 0;
    return restarts > 0 || exit !== 0;
  });
  const running = statuses.find((status) => Object.keys(objectAt(status, "state", "running")).length > 0);
  const chosen = ended ?? running;
  return chosen === undefined ? undefined : stringAt(chosen, "name");
}
