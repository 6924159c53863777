import { structuredPatch } from "diff";
import type { ChalkInstance } from "chalk";
import { printYaml, type JsonObject } from "../../engine/index.ts";
import { escapeControls } from "./escape.ts";

/** The algorithm is quadratic: past either limit the whole object is said to be replaced. */
const LIMITS = { timeout: 500, maxEditLength: 4_000 };

/**
 * A unified diff of two objects as YAML, without what the server keeps for itself. Must be given masked objects.
 *
 * @param live undefined where the object does not exist yet; `desired` where it will not any more.
 */
export function objectDiff(live: JsonObject | undefined, desired: JsonObject | undefined, paint: ChalkInstance): string[] {
  const before = live === undefined ? "" : printYaml(withoutBookkeeping(live));
  const after = desired === undefined ? "" : printYaml(withoutBookkeeping(desired));
  if (before === after) return [];
  const heading = ["--- live", "+++ desired"].map((line) => paint.bold(line));
  const patch = structuredPatch("live", "desired", before, after, undefined, undefined, { context: 3, ...LIMITS });
  if (patch === undefined) return [...heading, `@@ ${lineCount(before)} lines replaced by ${lineCount(after)} @@`];
  const hunks = patch.hunks.flatMap((hunk) => [
    paint.cyan(`@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`),
    ...hunk.lines.map((line) => colored(escapeControls(line), paint)),
  ]);
  return [...heading, ...hunks];
}

/** As in a unified diff: where a side has no lines, the line before counts. */
function range(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

function colored(line: string, paint: ChalkInstance): string {
  if (line.startsWith("+")) return paint.green(line);
  return line.startsWith("-") ? paint.red(line) : line;
}

function lineCount(text: string): number {
  return text.split("\n").length - 1;
}

/** Without the fields that every write changes, and without status, which no sync writes. */
function withoutBookkeeping(object: JsonObject): JsonObject {
  const { status: _status, metadata, ...rest } = object;
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) return rest;
  const {
    managedFields: _fields,
    resourceVersion: _version,
    uid: _uid,
    generation: _generation,
    creationTimestamp: _created,
    selfLink: _link,
    ...kept
  } = metadata;
  return { ...rest, metadata: kept };
}
