// What `npm test` prints: every failure in full, one line for each file, and the counts as JSON for test/run.mjs
// (appended to the file that GITOPS_TEST_COUNTS names).
import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import { inspect } from "node:util";

/**
 * @typedef {{ passed: number, failed: number, skipped: number, milliseconds: number }} FileCounts
 * @typedef {{ kind: "skip", name: string, reason: string, file: string } | { kind: "counts", passed: number, failed: number, skipped: number }} Line
 */

/** @param {AsyncIterable<import("node:test/reporters").TestEvent>} events */
export default async function* report(events) {
  /** @type {Map<string, FileCounts>} */
  const files = new Map();
  for await (const event of events) {
    if (event.type === "test:stdout" || event.type === "test:stderr") yield event.data.message;
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const { data } = event;
    if (data.details.type === "suite" && event.type === "test:pass") continue;
    const file = relative(process.cwd(), data.file ?? "unknown");
    const counts = files.get(file) ?? { passed: 0, failed: 0, skipped: 0, milliseconds: 0 };
    files.set(file, counts);
    if (data.nesting === 0) counts.milliseconds += data.details.duration_ms;
    const unfinished = data.skip ?? data.todo;
    if (unfinished !== undefined && unfinished !== false) {
      counts.skipped++;
      write({ kind: "skip", name: data.name, reason: typeof unfinished === "string" ? unfinished : "no reason given", file });
    } else if (event.type === "test:pass") {
      counts.passed++;
    } else if (!isOnlyItsChildren(event.data.details.error)) {
      counts.failed++;
      yield `\n✗ ${data.name}\n  ${file}:${data.line ?? 0}\n${indent(describe(event.data.details.error.cause ?? event.data.details.error))}\n\n`;
    }
  }
  for (const [file, { passed, failed, skipped, milliseconds }] of [...files].sort(([a], [b]) => a.localeCompare(b))) {
    const parts = [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`].filter(Boolean);
    yield `${failed > 0 ? "✗" : "✔"} ${file}  ${parts.join(", ")}  ${(milliseconds / 1000).toFixed(1)} s\n`;
    write({ kind: "counts", passed, failed, skipped });
  }
}

/** A parent fails with its child; the child is counted. @param {Error} error */
function isOnlyItsChildren(error) {
  return "failureType" in error && error.failureType === "subtestsFailed";
}

/** The message and the places in our own files. @param {unknown} error */
function describe(error) {
  if (!(error instanceof Error)) return inspect(error, { depth: 4 });
  const places = (error.stack ?? "").split("\n").filter((line) => /^\s+at .*(\/test\/|\/src\/)/.test(line));
  const cause = error.cause === undefined ? [] : [`caused by ${inspect(error.cause, { depth: 2 })}`];
  return [`${error.name}: ${error.message}`, ...places, ...cause].join("\n");
}

/** @param {string} text */
function indent(text) {
  return text.replace(/^/gm, "  ");
}

/** @param {Line} line */
function write(line) {
  const path = process.env.GITOPS_TEST_COUNTS;
  if (path) appendFileSync(path, `${JSON.stringify(line)}\n`);
}
