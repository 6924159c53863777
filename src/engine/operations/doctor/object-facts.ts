import { changedAt, type FailureFacts, type Life, type ObjectFacts, type ReferenceFacts, type SourceFacts } from "../../diagnose/index.ts";
import { dialectOf } from "../../dialects/table.ts";
import { newestEvent } from "../../health/index.ts";
import { objectAt, stringAt } from "../../model/json.ts";
import type { Reference } from "../../model/reference.ts";
import type { ResourceId } from "../../model/resource-id.ts";
import { mapBounded, REQUESTS_AT_ONCE } from "../bounded.ts";
import { readObject, type ReadObject } from "../read-objects.ts";
import type { Examination } from "./examination.ts";

/** An object of a dialect with its controller and what it refers to. */
export async function objectFacts(read: ReadObject, examination: Examination): Promise<ObjectFacts> {
  const { dialect, kind, object, view } = read;
  const { references, shard } = dialect.surroundings(object);
  const [life, found] = await Promise.all([
    // Who holds no Lease cannot be asked after.
    kind.controller.lease === "" ? unknownLife(kind.controller.title) : examination.life(read),
    mapBounded(references, REQUESTS_AT_ONCE, (reference) => referenceFacts(reference, examination)),
  ]);
  return {
    id: view.id,
    address: `${kind.words[0] ?? kind.plural}/${view.id.name}`,
    view,
    object,
    controller: kind.controller.title,
    life,
    shard,
    failure: await failureFacts(read, examination),
    references: found,
    isPlayed: kind.isPlayed,
  };
}

/** How the last attempt ended, where it failed. While the next one runs, the condition no longer says so; an event may. */
async function failureFacts({ dialect, object, view }: ReadObject, examination: Examination): Promise<FailureFacts | undefined> {
  if (view.isSuspended || !view.isObserved || view.ready === "True") return undefined;
  const { reason, message } = view;
  if (view.ready === "False") return { reason, message, stage: dialect.failedStage(reason), isFormer: false };
  const events = await examination.list("", "Event", view.id.namespace, new Set());
  // What was said of an earlier spec is no longer true.
  const since = changedAt(object);
  const fresh = events.filter((event) => Date.parse(stringAt(event, "lastTimestamp") || stringAt(event, "eventTime")) >= since);
  const event = newestEvent(fresh, object);
  if (event === undefined) return undefined;
  return { reason: event.reason, message: event.message, stage: dialect.failedStage(event.reason), isFormer: true };
}

function unknownLife(title: string): Life {
  return { alive: "unknown", why: `${title} holds no Lease` };
}

/** The source of an app, and the source of that one where it is a chart. */
export async function sourceFacts(id: ResourceId | undefined, examination: Examination, depth = 2): Promise<SourceFacts | undefined> {
  const spoken = id === undefined ? undefined : dialectOf(id);
  if (id === undefined || spoken === undefined || spoken.kind.role !== "source") return undefined;
  const looked = await examination.look(
    id,
    spoken.kind.versions.find((version) => examination.discovery.find(id)?.versions.includes(version)),
  );
  if (looked.type !== "there") return { type: looked.type, id, why: looked.type === "unreadable" ? looked.why : "" };
  const read = readObject(spoken, looked.object);
  const [facts, inner] = await Promise.all([
    objectFacts(read, examination),
    depth === 0 ? undefined : sourceFacts(read.view.source, examination, depth - 1),
  ]);
  return { type: "there", facts, inner };
}

/** What an object names. Of a Secret the names of its keys are kept, and no value. */
async function referenceFacts(reference: Reference, examination: Examination): Promise<ReferenceFacts> {
  const looked = await examination.look(reference.id);
  if (looked.type === "there") {
    const isTerminating = stringAt(looked.object, "metadata", "deletionTimestamp") !== "";
    const keys = Object.keys(objectAt(looked.object, "data"));
    return { reference, state: isTerminating ? "terminating" : "there", keys };
  }
  return { reference, state: looked.type === "missing" ? "missing" : "unreadable", keys: [] };
}
