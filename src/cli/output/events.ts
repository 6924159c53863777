import type { ClusterEvent } from "../../engine/index.ts";
import { ageOf } from "./age.ts";
import { jsonText } from "./document.ts";
import { renderRows } from "./table.ts";

/** How Events are shown. */
export interface EventsFormat {
  readonly output: "json" | undefined;
  /** Only those of these types, whatever their case; all where there are none. */
  readonly types: readonly string[];
  readonly headers: boolean;
  readonly now: () => number;
}

/** Events in the columns of `kubectl events` and `flux events`; "" for none. */
export function renderEvents(all: readonly ClusterEvent[], { output, types, headers, now }: EventsFormat, isFirst: boolean): string {
  const wanted = types.map((type) => type.toLowerCase());
  const events = all.filter(({ type }) => wanted.length === 0 || wanted.includes(type.toLowerCase()));
  if (output === "json") return events.map((event) => `${jsonText(document(event))}\n`).join("");
  if (events.length === 0) return "";
  const rows = events.map((event) => [
    event.about.namespace,
    lastSeen(event, now()),
    event.type,
    event.reason,
    `${event.about.kind}/${event.about.name}`,
    event.message.trim(),
  ]);
  return renderRows(["NAMESPACE", "LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"], rows, headers && isFirst);
}

function lastSeen({ lastAt, firstAt, count }: ClusterEvent, now: number): string {
  const age = ageOf(lastAt, now);
  return count > 1 ? `${age} (x${String(count)} over ${ageOf(firstAt, now)})` : age;
}

function document({ about, uid: _, ...event }: ClusterEvent): object {
  return { ...event, object: about };
}
