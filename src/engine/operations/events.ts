import { numberAt, objectAt, stringAt, type JsonObject } from "../model/json.ts";
import { resourceKey, type ResourceId } from "../model/resource-id.ts";
import { REQUESTS_AT_ONCE, mapBounded } from "./bounded.ts";
import { EventQueue } from "./event-queue.ts";
import type { FoundDelivery } from "./find-object.ts";
import { readMembers, withDescendants } from "./members.ts";
import type { AnyStatus, ReaderPorts, RunContext } from "./request.ts";
import { statusOfFound } from "./tree.ts";

/** One Event of the cluster, as people read it. */
export interface ClusterEvent {
  readonly uid: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  /** Group "" where the Event does not say. */
  readonly about: ResourceId;
  readonly count: number;
  /** ISO 8601. */
  readonly firstAt: string;
  readonly lastAt: string;
}

/** Objects whose Events belong to a delivery, by {@link resourceKey}, and where those Events lie. */
interface Subjects {
  readonly keys: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
}

const EVENTS = { group: "", kind: "Event", version: "v1" };
/** A new object's Event makes the delivery be read again, at most so often. */
const REFRESH_MS = 1_000;
/** Events of cluster-scoped objects lie here. */
const CLUSTER_EVENTS = "default";

/** The Events of a delivery, its source, its objects and what was made for those; the oldest first. */
export async function listEvents(found: FoundDelivery, ports: ReaderPorts, context: RunContext): Promise<readonly ClusterEvent[]> {
  const subjects = await readSubjects(found, ports, context);
  const lists = await mapBounded([...subjects.namespaces], REQUESTS_AT_ONCE, (namespace) =>
    ports.cluster.list({ ...EVENTS, namespace }, context),
  );
  return lists
    .flat()
    .filter((event) => isAbout(event, subjects))
    .map(clusterEvent)
    .toSorted((a, b) => (a.lastAt < b.lastAt ? -1 : a.lastAt > b.lastAt ? 1 : 0));
}

/** The same, then each Event as it comes, or comes again, until the signal is aborted. */
export async function* watchEvents(found: FoundDelivery, ports: ReaderPorts, context: RunContext): AsyncGenerator<readonly ClusterEvent[]> {
  let subjects = await readSubjects(found, ports, context);
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const queue = new EventQueue<{ readonly events: readonly JsonObject[]; readonly at: number }>();
  signal.addEventListener("abort", () => queue.close(), { once: true });
  const watched = new Map<string, Promise<void>>();
  const follow = async (namespace: string): Promise<void> => {
    try {
      for await (const event of ports.cluster.watch({ ...EVENTS, namespace }, { signal })) {
        if (event.type === "deleted") continue;
        queue.put({ events: event.type === "listed" ? event.objects : [event.object], at: ports.clock.monotonic() });
      }
    } catch (error) {
      queue.fail(error);
    }
  };
  const followAll = (): void => {
    for (const namespace of subjects.namespaces) if (!watched.has(namespace)) watched.set(namespace, follow(namespace));
  };
  let readAt = ports.clock.monotonic();
  const told = new Map<string, string>();
  try {
    followAll();
    for await (const { events, at } of queue.take()) {
      if (at > readAt && events.some((event) => !isAbout(event, subjects))) {
        await ports.clock.sleep(Math.max(0, readAt + REFRESH_MS - ports.clock.monotonic()), signal);
        readAt = ports.clock.monotonic();
        subjects = await readSubjects(found, ports, { ...context, signal });
        followAll();
      }
      const news = events.filter((event) => isAbout(event, subjects)).map(clusterEvent);
      // A list that is read again, after a gap, holds what was told before.
      const fresh = news.filter(({ uid, lastAt, count }) => told.get(uid) !== `${lastAt} ${String(count)}`);
      for (const { uid, lastAt, count } of fresh) told.set(uid, `${lastAt} ${String(count)}`);
      if (fresh.length > 0) yield fresh.toSorted((a, b) => (a.lastAt < b.lastAt ? -1 : 1));
    }
  } catch (error) {
    if (!context.signal.aborted) throw error;
  } finally {
    stop.abort();
    await Promise.allSettled(watched.values());
  }
}

async function readSubjects(found: FoundDelivery, ports: ReaderPorts, context: RunContext): Promise<Subjects> {
  const any = await statusOfFound(found, ports, context);
  const discovery = await ports.cluster.discover(context);
  const ids = (any.status.resources ?? []).map(({ id }) => id);
  const isElsewhere = any.type === "object" && any.status.view.isRemote;
  const members = isElsewhere ? [] : [...withDescendants(await readMembers(ids, discovery, ports, context))];
  const all = [...ownIds(any), ...members.map(({ id }) => id)];
  return {
    keys: new Set(all.map(resourceKey)),
    namespaces: new Set(all.map(({ namespace }) => namespace || CLUSTER_EVENTS)),
  };
}

/** The delivery's own object and its source; a bare delivery is no object. */
function ownIds(any: AnyStatus): readonly ResourceId[] {
  if (any.type === "bare") return [];
  const { id, source } = any.status.view;
  return source === undefined ? [id] : [id, source];
}

/** By name, not by uid: Events of an object that was made anew under its name are of interest too. */
function isAbout(event: JsonObject, { keys }: Subjects): boolean {
  return keys.has(resourceKey(aboutOf(objectAt(event, "involvedObject"))));
}

function aboutOf(about: Readonly<JsonObject>): ResourceId {
  const apiVersion = stringAt(about, "apiVersion");
  return {
    group: apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "",
    kind: stringAt(about, "kind"),
    namespace: stringAt(about, "namespace"),
    name: stringAt(about, "name"),
  };
}

function clusterEvent(event: JsonObject): ClusterEvent {
  const made = stringAt(event, "metadata", "creationTimestamp");
  const at = stringAt(event, "eventTime") || made;
  return {
    uid: stringAt(event, "metadata", "uid"),
    type: stringAt(event, "type"),
    reason: stringAt(event, "reason"),
    message: stringAt(event, "message"),
    about: aboutOf(objectAt(event, "involvedObject")),
    count: numberAt(event, "series", "count") ?? numberAt(event, "count") ?? 1,
    firstAt: stringAt(event, "firstTimestamp") || at,
    lastAt: stringAt(event, "series", "lastObservedTime") || stringAt(event, "lastTimestamp") || at,
  };
}
