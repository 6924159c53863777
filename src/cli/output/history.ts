import type { DeliveryHistory } from "../../engine/index.ts";
import { ageOf } from "./age.ts";
import { DOCUMENT_VERSION, renderDocument } from "./document.ts";
import { shortRevision } from "./revision.ts";
import { renderRows } from "./table.ts";

/** What a delivery remembers of its attempts; "" for nothing. */
export function renderHistory(
  { name, namespace, dialect, entries }: DeliveryHistory,
  { output, headers }: { readonly output: "json" | "yaml" | undefined; readonly headers: boolean },
  now: number,
): string {
  if (output !== undefined) {
    const items = entries.map((entry) => ({ ...entry }));
    return renderDocument({ apiVersion: DOCUMENT_VERSION, kind: "History", name, namespace, dialect, items }, output);
  }
  if (entries.length === 0) return "";
  const rows = entries.map(({ revision, outcome, attempts, firstAt, lastAt, duration }) => [
    shortRevision(revision),
    outcome,
    String(attempts),
    ageOf(firstAt, now),
    ageOf(lastAt, now),
    duration,
  ]);
  return renderRows(["REVISION", "STATUS", "ATTEMPTS", "FIRST", "LAST", "DURATION"], rows, headers);
}
