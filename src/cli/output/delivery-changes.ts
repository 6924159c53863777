import type { AnyStatus, Clock, DeliveryChange } from "../../engine/index.ts";
import { renderDeliveries, type ListFormat } from "./deliveries.ts";
import { documentOf } from "./delivery-document.ts";
import { isDocumentFormat, renderUpdate } from "./documents.ts";
import { renderKinds } from "./object-status.ts";

/** How changes are shown. */
export interface ChangesFormat extends Omit<ListFormat, "now"> {
  /** Objects in the columns of their own ecosystem. */
  readonly hasOwnColumns?: boolean;
}

/**
 * What each change adds to the output of `get -w`: the table first, then the lines of what changed; one document for each with
 * `-o json` and the like. What is gone is shown as it was last, with that it is deleted.
 *
 * @param filter which are shown.
 */
export function changeText(
  filter: (any: AnyStatus) => boolean,
  format: ChangesFormat,
  clock: Pick<Clock, "now">,
): (change: DeliveryChange) => string {
  let isFirst = true;
  return (change) => {
    const all = (change.type === "listed" ? change.all : [change.status]).filter(filter);
    const text = all.length === 0 ? "" : textOf(all, change.type === "deleted", isFirst, { ...format, now: clock.now() });
    if (all.length > 0) isFirst = false;
    return text;
  };
}

function textOf(all: readonly AnyStatus[], isDeleted: boolean, isFirst: boolean, format: ChangesFormat & { readonly now: number }): string {
  const { output, headers } = format;
  if (isDocumentFormat(output)) {
    return all
      .map((any, index) => {
        const document = documentOf(any);
        return renderUpdate(isDeleted ? { ...document, deleted: true } : document, output, isFirst && index === 0, headers);
      })
      .join("");
  }
  const shown = isDeleted ? all.map(asDeleted) : all;
  const table = { ...format, headers: headers && isFirst };
  if (format.hasOwnColumns !== true) return renderDeliveries(shown, table, undefined).text;
  return renderKinds(
    shown.flatMap((any) => (any.type === "object" ? [any.status] : [])),
    table,
  );
}

function asDeleted(any: AnyStatus): AnyStatus {
  const health = { status: "Missing", reason: "Deleted", message: "deleted" } as const;
  return any.type === "bare" ? { ...any, status: { ...any.status, health } } : { ...any, status: { ...any.status, health } };
}
