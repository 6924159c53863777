import type { EngineEvent, ResourceId, SyncCounts } from "../../engine/index.ts";
import { jsonText } from "./document.ts";

/** One event as a JSON line: `time`, `type`, then the event's own fields; an object's id and health are flat, as in `get -o json`. */
export function eventLine(event: EngineEvent, time: number): string {
  const { type, ...fields } = event;
  const flat = Object.entries(fields).flatMap(([key, value]): [string, unknown][] => {
    if (key === "id") return idFields(value as ResourceId);
    if (event.type === "object.health" && key === "health")
      return [
        ["health", event.health.status],
        ["reason", event.health.reason],
        ["message", event.health.message],
      ];
    return [[key, value]];
  });
  return `${jsonText({ time: new Date(time).toISOString(), type, ...Object.fromEntries(flat) })}\n`;
}

/** The last line of every run, failure included. */
export function finishedLine(result: { readonly revision: string; readonly counts: SyncCounts }, exitCode: number, time: number): string {
  const { created, configured, unchanged, pruned, skipped, failed, writes } = result.counts;
  return eventLine(
    { type: "sync.finished", revision: result.revision, exitCode, created, configured, unchanged, pruned, skipped, failed, writes },
    time,
  );
}

function idFields({ group, kind, namespace, name }: ResourceId): [string, string][] {
  return [
    ["group", group],
    ["kind", kind],
    ["namespace", namespace],
    ["name", name],
  ];
}
