import { EVENT_ID, type Event } from "js-yaml";
import { eventOffset } from "./construct.ts";
import { yamlFailure, type YamlText } from "./failure.ts";

/** What is done with content behind a line `...`. */
export type AfterEnd = "refused" | "dropped";

/** The index of the first event of the content; undefined for an empty document. */
export function contentStart(part: YamlText, events: readonly Event[], afterEnd: AfterEnd): number | undefined {
  let start: number | undefined;
  for (let at = 0; at < events.length; at++) {
    if (events[at]?.type !== EVENT_ID.DOCUMENT || isEmptyScalar(events[at + 1])) continue;
    // Go's readers take the first document of a part and forget the rest without a word.
    if (start !== undefined && afterEnd === "dropped") return start;
    if (start !== undefined) {
      throw yamlFailure(part, eventOffset(events, at + 1), {
        message: "content after the end of the document; expected a line with --- before it",
      });
    }
    start = at + 1;
  }
  return start;
}

function isEmptyScalar(event: Event | undefined): boolean {
  return event?.type === EVENT_ID.SCALAR && event.valueStart < 0 && event.tagStart < 0;
}
