import type { JsonValue } from "../../engine/index.ts";
import { UsageError } from "../usage-error.ts";
import { valueText, valuesAt } from "./jsonpath/evaluate.ts";
import { parsePath } from "./jsonpath/parse.ts";
import { renderTable } from "./table.ts";

/** Shown where a path leads nowhere, as by kubectl. */
const NONE = "<none>";

/**
 * A table of `kubectl -o custom-columns`: `HEADER:PATH,…`, one line for each document. Throws UsageError for a column without a path.
 */
export function renderColumns(spec: string, documents: readonly JsonValue[], headers: boolean): string {
  const columns = splitColumns(spec).map((column) => {
    const colon = column.indexOf(":");
    if (colon <= 0)
      throw new UsageError("a custom column has no header or no path", "write it as -o custom-columns=NAME:.name,READY:.ready");
    return { header: column.slice(0, colon), path: parsePath(column.slice(colon + 1)) };
  });
  const rows = documents.map((document) => columns.map(({ path }) => valuesAt(path, document).map(valueText).join(",") || NONE));
  const text = renderTable(
    columns.map(({ header }) => header),
    rows,
  );
  return headers ? text : text.slice(text.indexOf("\n") + 1);
}

/** Commas inside of brackets, such as those of a union, part no columns. */
function splitColumns(spec: string): readonly string[] {
  return spec.split(/,(?![^[]*\])/);
}
