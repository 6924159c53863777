import { arrayAt, stringAt } from "../model/json.ts";
import { GitOpsError } from "../model/errors.ts";
import type { ResourceId } from "../model/resource-id.ts";
import { EventQueue } from "./event-queue.ts";
import type { FoundDelivery } from "./find-object.ts";
import { readMembers, withDescendants, type Member } from "./members.ts";
import type { ReaderPorts, RunContext } from "./request.ts";
import { statusOfFound } from "./tree.ts";

/** Which lines of which containers. */
export interface LogSelection {
  /** Lines from the end of each container's log; undefined for all. */
  readonly tailLines: number | undefined;
  /** Undefined for no limit. */
  readonly sinceSeconds: number | undefined;
  readonly follow: boolean;
  readonly previous: boolean;
  /** Only containers of this name; undefined for all, those that begin the Pod included. */
  readonly container: string | undefined;
}

/** One line of one container. */
export interface LogLine {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly text: string;
}

interface Container {
  readonly pod: ResourceId;
  readonly name: string;
}

/** Containers whose logs are read at once: enough for any one delivery, few enough for a kubelet. */
const AT_ONCE = 16;

/**
 * The logs of the Pods of a delivery's workloads: container by container, or as the lines come where they are followed. A container
 * without a log (yet) is told and passed over.
 * @throws OBJECT_NOT_FOUND where the delivery has no Pod, or none with such a container.
 */
export async function* readLogs(
  found: FoundDelivery,
  selection: LogSelection,
  ports: ReaderPorts,
  context: RunContext,
): AsyncGenerator<LogLine> {
  const containers = await containersOf(found, selection, ports, context);
  if (!selection.follow) {
    for (const container of containers) yield* linesOf(container, selection, ports, context);
    return;
  }
  if (containers.length > AT_ONCE)
    context.emit({
      type: "warning",
      message: `${String(containers.length)} containers: only the first ${String(AT_ONCE)} are followed; choose with --container`,
    });
  const queue = new EventQueue<LogLine>();
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const followed = containers.slice(0, AT_ONCE).map(async (container) => {
    for await (const line of linesOf(container, selection, ports, { ...context, signal })) queue.put(line);
  });
  const ended = Promise.all(followed).then(
    () => queue.close(),
    (error: unknown) => queue.fail(error),
  );
  try {
    yield* queue.take();
  } finally {
    stop.abort();
    await ended;
  }
}

async function* linesOf(
  { pod, name }: Container,
  { tailLines, sinceSeconds, follow, previous }: LogSelection,
  { cluster }: ReaderPorts,
  context: RunContext,
): AsyncGenerator<LogLine> {
  const { namespace } = pod;
  const query = {
    namespace,
    pod: pod.name,
    container: name,
    follow,
    previous,
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
  };
  try {
    for await (const text of cluster.logLines(query, context)) yield { namespace, pod: pod.name, container: name, text };
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.code !== "OBJECT_NOT_FOUND") throw error;
    context.emit({ type: "warning", message: error.message });
  }
}

async function containersOf(
  found: FoundDelivery,
  { container }: LogSelection,
  ports: ReaderPorts,
  context: RunContext,
): Promise<readonly Container[]> {
  const any = await statusOfFound(found, ports, context);
  const name = any.type === "bare" ? any.status.ref.name : any.status.view.id.name;
  const discovery = await ports.cluster.discover(context);
  const ids = (any.status.resources ?? []).map(({ id }) => id);
  const isRemote = any.type === "object" && any.status.view.isRemote;
  const members = isRemote ? [] : await readMembers(ids, discovery, ports, context);
  const containers = [...withDescendants(members)].filter(isPod).flatMap(containersOfPod);
  const chosen = container === undefined ? containers : containers.filter((one) => one.name === container);
  if (chosen.length > 0) return chosen;
  const names = [...new Set(containers.map((one) => one.name))];
  throw new GitOpsError(
    "OBJECT_NOT_FOUND",
    names.length === 0 ? `${name} has no Pod` : `no container of ${name} is called ${container ?? ""}`,
    { hint: names.length === 0 ? `see what it has: gitops tree ${name}` : `there are: ${names.join(", ")}`, data: { delivery: name } },
  );
}

function isPod({ id, object }: Member): boolean {
  return id.group === "" && id.kind === "Pod" && object !== undefined;
}

function containersOfPod({ id, object }: Member): readonly Container[] {
  const all = [...arrayAt(object, "spec", "initContainers"), ...arrayAt(object, "spec", "containers")];
  return all.map((container) => ({ pod: id, name: stringAt(container, "name") }));
}
