import type { Dialect } from "../../dialects/dialect.ts";
import { GitOpsError } from "../../model/errors.ts";
import { stringAt, type JsonObject } from "../../model/json.ts";
import { resourceKey, versionOf } from "../../model/resource-id.ts";
import type { ListQuery } from "../../ports/cluster-reader.ts";
import { mapBounded } from "../bounded.ts";
import { startDeadline, type Deadline } from "../execute/deadline.ts";
import { ASKING_MANAGER } from "./field-manager.ts";
import type { ReadObject } from "../read-objects.ts";
import type { AskingPorts, RunContext } from "../request.ts";
import { AskedObject, type AskOutcome } from "./asked-object.ts";
import { unanswered } from "./unanswered.ts";
import { newRequestToken } from "./request-token.ts";

/** Requests are small, but a few hundred at once would only queue in the server. */
const REQUESTS_AT_ONCE = 16;

/** What is asked of each object's controller. */
export interface Asking {
  /** The merge patch that carries the token. */
  readonly patch: (dialect: Dialect, token: string) => JsonObject;
  readonly wait: boolean;
  /** For all of them together, in milliseconds; 0 for no limit. */
  readonly timeoutMs: number;
}

/**
 * Asks the controllers of objects, each with a token of its own, and follows each until its token (or one that was written over it) is
 * handled and the object is ready, or says that it is not. All are watched by one request for each kind, which is opened before the
 * first request is made: no answer can be missed.
 *
 * @returns one outcome for each object, in their order. Rejects only for what concerns all of them: cancellation, a cluster out of reach.
 */
export async function askControllers(
  found: readonly ReadObject[],
  asking: Asking,
  ports: AskingPorts,
  context: RunContext,
): Promise<readonly AskOutcome[]> {
  const { clock } = ports;
  const started = clock.monotonic();
  const deadline = startDeadline(asking.timeoutMs, clock);
  const asked = found.map((one) => new AskedObject(one, newRequestToken(clock), context));
  const open = new Set(asked.map(({ view }) => resourceKey(view.id)));
  const ends = new Map<AskedObject, number>();
  const settle = (): void => {
    for (const one of asked) {
      if (one.end === undefined || ends.has(one)) continue;
      ends.set(one, clock.monotonic() - started);
      open.delete(resourceKey(one.view.id));
      const { error } = one.end;
      if (error !== undefined && found.length > 1)
        context.emit({ type: "object.failed", id: one.view.id, code: error.code, message: error.message });
    }
  };
  const run: Run = { asking, ports, context, deadline, isOpen: (key) => open.has(key), settle };
  try {
    if (asking.wait) await Promise.all(byKind(asked).map((group) => followGroup(group, run)));
    else await sendAll(asked, run);
  } finally {
    deadline.cancel();
  }
  const lives = new Map<string, Promise<string>>();
  return Promise.all(
    asked.map(async (one) => {
      const { view, token, end } = one;
      const elapsedMs = ends.get(one) ?? clock.monotonic() - started;
      if (end !== undefined) return { id: view.id, view, token, elapsedMs, ...end };
      return {
        id: view.id,
        view,
        token,
        elapsedMs,
        result: "timed out" as const,
        error: await unanswered(one, elapsedMs, lives, ports, context),
      };
    }),
  );
}

interface Run {
  readonly asking: Asking;
  readonly ports: AskingPorts;
  readonly context: RunContext;
  readonly deadline: Deadline;
  readonly isOpen: (key: string) => boolean;
  /** Called after every news: notes which objects are settled. */
  readonly settle: () => void;
}

/** Objects that one watch can follow. */
function byKind(asked: readonly AskedObject[]): readonly (readonly AskedObject[])[] {
  const groups = new Map<string, AskedObject[]>();
  for (const one of asked) {
    const { group, kind } = one.view.id;
    groups.set(`${group}/${kind}`, [...(groups.get(`${group}/${kind}`) ?? []), one]);
  }
  return [...groups.values()];
}

async function followGroup(group: readonly AskedObject[], run: Run): Promise<void> {
  const { ports, context, deadline } = run;
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, deadline.signal, context.signal]);
  const sendings: Promise<void>[] = [];
  const failures: unknown[] = [];
  const send = (ones: readonly AskedObject[]): void => {
    const sending = sendAll(ones, run).then(look);
    sendings.push(
      sending.catch((error: unknown) => {
        failures.push(error);
        done.abort();
      }),
    );
  };
  const endIfSettled = (): void => {
    run.settle();
    if (group.every(({ end }) => end !== undefined)) done.abort();
  };
  const latest = new Map<string, JsonObject>();
  const byKey = new Map(group.map((one) => [resourceKey(one.view.id), one]));
  const look = (): void => {
    // Which of two dependants is looked at first must not matter: an end may be news for another of the same group.
    for (let ended = -1; ended !== group.filter(({ end }) => end !== undefined).length;) {
      ended = group.filter(({ end }) => end !== undefined).length;
      for (const one of group) {
        const object = latest.get(resourceKey(one.view.id));
        if (object === undefined) one.vanished();
        else one.see(object, run.isOpen);
      }
      endIfSettled();
    }
    const held = group.filter((one) => one.wantsAnother(run.isOpen));
    for (const one of held) one.restart(newRequestToken(ports.clock));
    if (held.length > 0) send(held);
  };
  try {
    for await (const event of ports.cluster.watch(queryOf(group), { signal })) {
      if (event.type === "listed") latest.clear();
      for (const object of event.type === "listed" ? event.objects : [event.object]) {
        const key = keyOf(group, object);
        if (event.type === "deleted") latest.delete(key);
        else latest.set(key, object);
        if (event.type !== "deleted") byKey.get(key)?.arrived(object, event.type === "listed");
      }
      if (sendings.length === 0) send(group);
      look();
    }
  } finally {
    await Promise.all(sendings);
    endIfSettled();
  }
  if (failures.length > 0) throw failures[0];
  context.signal.throwIfAborted();
}

/** One object alone is watched by its name: a cluster may hold thousands. */
function queryOf(group: readonly AskedObject[]): ListQuery {
  const [first] = group;
  const { kind, group: apiGroup } = first?.view.id ?? { kind: "", group: "" };
  const namespaces = new Set(group.map(({ view }) => view.id.namespace));
  const [namespace = ""] = namespaces;
  return {
    group: apiGroup,
    kind,
    version: versionOf(stringAt(first?.found.object, "apiVersion")),
    ...(namespaces.size === 1 && namespace !== "" ? { namespace } : {}),
    ...(group.length === 1 && first !== undefined ? { name: first.view.id.name } : {}),
  };
}

function keyOf([first]: readonly AskedObject[], object: JsonObject): string {
  const { group = "", kind = "" } = first?.view.id ?? {};
  return resourceKey({ group, kind, namespace: stringAt(object, "metadata", "namespace"), name: stringAt(object, "metadata", "name") });
}

async function sendAll(asked: readonly AskedObject[], { asking, ports, context, deadline, settle }: Run): Promise<void> {
  const signal = AbortSignal.any([deadline.signal, context.signal]);
  await mapBounded(asked, REQUESTS_AT_ONCE, async (one) => {
    try {
      const change = asking.patch(one.found.dialect, one.token);
      const options = { fieldManager: ASKING_MANAGER, resourceVersion: "", signal };
      one.sent(await ports.objects.patch(one.view.id, change, options), asking.wait);
    } catch (error) {
      if (deadline.signal.aborted) return;
      if (!(error instanceof GitOpsError) || context.signal.aborted) throw error;
      one.fail(error);
    }
    settle();
  });
}
