import assert from "node:assert/strict";
import { test } from "node:test";
import { liveProgress } from "../../../src/cli/output/live-progress.ts";
import type { EngineEvent } from "../../../src/engine/index.ts";
import { idOf, plainTerminal, revision } from "../prepared.ts";
import { collectingStream } from "../streams.ts";

const web = idOf("Deployment.apps/shop/web");
const counts = { created: 0, configured: 1, unchanged: 0, pruned: 0, skipped: 0, failed: 0, writes: 3 };
const BEFORE: readonly EngineEvent[] = [
  { type: "source.fetching", source: "/shop" },
  { type: "source.fetched", source: "/shop", revision: "main@sha1:1" },
  { type: "wave.started", phase: "Sync", wave: 0, objects: 1 },
  { type: "object.applied", id: web, action: "configured" },
  { type: "warning", message: "look here" },
  { type: "health.waiting", objects: 1 },
];

/** The lines that stay on the screen when everything is over. */
function lastingLines(events: readonly EngineEvent[]): string[] {
  const stderr = collectingStream(true);
  // What ora calls on a terminal to redraw its line.
  const stream = Object.assign(stderr.stream, { cursorTo: () => true, clearLine: () => true, moveCursor: () => true });
  const progress = liveProgress({ ...plainTerminal, stderr: stream, stdin: process.stdin }, false);
  for (const event of events) progress.emit(event);
  progress.close();
  progress.close();
  return stderr
    .text()
    .split("\n")
    .flatMap((line) => /[✔✗⚠◎] .*$/u.exec(line)?.[0] ?? []);
}

test("each phase leaves one line when it ends, and warnings stay", () => {
  const lines = lastingLines([...BEFORE, { type: "sync.finished", revision, exitCode: 0, ...counts }]);
  assert.deepEqual(lines, [
    "✔ fetched main@sha1:1",
    "⚠ look here",
    "✔ applying 1 object (Sync, wave 0)",
    "✔ waiting for 1 object to become healthy",
  ]);
});

test("the phase in which a run failed gets no tick", () => {
  assert.equal(
    lastingLines([...BEFORE, { type: "sync.finished", revision, exitCode: 9, ...counts }]).at(-1),
    "✗ waiting for 1 object to become healthy",
  );
});

test("a phase that an error cut off gets no tick either", () => {
  assert.equal(lastingLines(BEFORE).at(-1), "✗ waiting for 1 object to become healthy");
});
