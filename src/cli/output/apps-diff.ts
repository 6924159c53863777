import { ERROR_EXIT, type AppDiff, type JsonObject } from "../../engine/index.ts";
import type { Rendered } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { diffDocument, renderDiff, type DiffFormat } from "./diff.ts";
import { DOCUMENT_VERSION, renderDocument } from "./document.ts";
import { objectName } from "./object-name.ts";
import { styleOf } from "./style.ts";

/**
 * What delivering several apps would change, one block each; as a document, a List of Diffs that each name their app.
 *
 * @param statusOfDifferences what it ends with where there are any and nothing failed.
 */
export async function renderDiffs(
  diffs: readonly AppDiff[],
  format: DiffFormat,
  terminal: Pick<Terminal, "stdoutColor" | "unicode">,
  statusOfDifferences: 0 | 1,
): Promise<Rendered> {
  const failures = diffs.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  const differs = diffs.some(
    ({ prepared }) => prepared?.changes.some(({ action }) => action === "create" || action === "configure" || action === "prune") === true,
  );
  const [first] = failures;
  const exitStatus = first === undefined ? (differs ? statusOfDifferences : 0) : ERROR_EXIT[first.code];
  const [only] = diffs;
  if (diffs.length === 1 && only?.prepared !== undefined) return { ...(await renderDiff(only.prepared, format, terminal)), exitStatus };
  if (format.output !== undefined) {
    const items = diffs.flatMap(({ id, prepared }): JsonObject[] =>
      prepared === undefined ? [] : [{ ...diffDocument(prepared), app: { ...id } }],
    );
    return { text: renderDocument({ apiVersion: DOCUMENT_VERSION, kind: "List", items }, format.output), exitStatus, failures };
  }
  const { paint } = styleOf(terminal.stdoutColor, terminal.unicode);
  const blocks = await Promise.all(
    diffs.map(async ({ id, prepared, failure }) => {
      const head = paint.bold(objectName(id));
      if (prepared === undefined) return `${head}\n${failure === undefined ? "" : `cannot be compared: ${failure.message}`}\n`;
      return `${head}\n${(await renderDiff(prepared, format, terminal)).text}`;
    }),
  );
  return { text: blocks.join("\n"), exitStatus, failures };
}
