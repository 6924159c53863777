import { objectAt, stringAt } from "../model/json.ts";
import type { JsonObject } from "../model/json.ts";
import { oneLine } from "./verdict.ts";

/** The part of an Event that explains. Reads `v1` and `events.k8s.io/v1`. */
export interface ObjectEvent {
  readonly reason: string;
  readonly message: string;
}

/**
 * The newest event about an object with one of the reasons, or undefined.
 * @param reasons the words to look for; every Warning where it is left out.
 */
export function newestEvent(events: readonly JsonObject[], about: JsonObject, reasons?: ReadonlySet<string>): ObjectEvent | undefined {
  let newest: JsonObject | undefined;
  for (const event of events) {
    const wanted = reasons === undefined ? stringAt(event, "type") === "Warning" : reasons.has(stringAt(event, "reason"));
    if (!wanted || !isAbout(event, about)) continue;
    // RFC 3339 in UTC sorts as text as far as it matters here.
    if (newest === undefined || timeOf(event) >= timeOf(newest)) newest = event;
  }
  if (newest === undefined) return undefined;
  return { reason: stringAt(newest, "reason"), message: oneLine(stringAt(newest, "message") || stringAt(newest, "note")) };
}

function isAbout(event: JsonObject, object: JsonObject): boolean {
  const core = objectAt(event, "involvedObject");
  const target = stringAt(core, "name") === "" ? objectAt(event, "regarding") : core;
  const uid = stringAt(object, "metadata", "uid");
  const targetUid = stringAt(target, "uid");
  if (uid !== "" && targetUid !== "") return uid === targetUid;
  return (
    stringAt(target, "kind") === stringAt(object, "kind") &&
    stringAt(target, "name") === stringAt(object, "metadata", "name") &&
    stringAt(target, "namespace") === stringAt(object, "metadata", "namespace")
  );
}

function timeOf(event: JsonObject): string {
  return (
    stringAt(event, "series", "lastObservedTime") ||
    stringAt(event, "lastTimestamp") ||
    stringAt(event, "deprecatedLastTimestamp") ||
    stringAt(event, "eventTime") ||
    stringAt(event, "metadata", "creationTimestamp")
  );
}
