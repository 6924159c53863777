import assert from "node:assert/strict";
import { test } from "node:test";
import { eventLine, finishedLine } from "../../../src/cli/output/event-json.ts";
import { plainProgress } from "../../../src/cli/output/plain-progress.ts";
import { summaryLine } from "../../../src/cli/output/summary.ts";
import type { EngineEvent } from "../../../src/engine/index.ts";
import { assertGolden } from "../golden.ts";
import { idOf, now, plainTerminal, revision } from "../prepared.ts";
import { collectingStream } from "../streams.ts";

const web = idOf("Deployment.apps/shop/web");
const counts = { created: 1, configured: 2, unchanged: 97, pruned: 0, skipped: 0, failed: 0, writes: 5 };
const EVENTS: readonly EngineEvent[] = [
  { type: "source.fetching", source: "https://git.example/shop.git" },
  { type: "source.fetched", source: "https://git.example/shop.git", revision },
  { type: "build.finished", objects: 1 },
  { type: "compare.started", objects: 100 },
  { type: "warning", message: "evil\u001b]52;c;aGk=\u0007", id: web },
  { type: "plan.ready", create: 1, configure: 2, unchanged: 97, prune: 0, skip: 0 },
  { type: "wave.started", phase: "Sync", wave: -1, objects: 3 },
  { type: "object.applied", id: web, action: "configured" },
  { type: "object.applied", id: idOf("ConfigMap/shop/same"), action: "unchanged" },
  { type: "object.applied", id: idOf("Namespace//shop"), action: "created", dryRun: true },
  { type: "object.failed", id: web, code: "APPLY_REFUSED", message: "the webhook said no" },
  { type: "health.waiting", objects: 2 },
  { type: "object.health", id: web, health: { status: "Progressing", reason: "ImagePullBackOff", message: "Pod web-1: no such image" } },
  { type: "prune.started", objects: 1 },
  { type: "prune.withheld", objects: 1, reason: "something before it failed" },
  { type: "inventory.written", entries: 100 },
  { type: "request.retried", what: "PATCH deployments/web", reason: "429 Too Many Requests", attempt: 2, delayMs: 1_500 },
  { type: "sync.finished", revision, exitCode: 0, ...counts },
];

for (const verbose of [false, true]) {
  test(`progress off a terminal looks as recorded${verbose ? ", with --verbose" : ""}`, () => {
    const stderr = collectingStream();
    const progress = plainProgress({ ...plainTerminal, stderr: stderr.stream }, verbose);
    for (const event of EVENTS) progress.emit(event);
    assertGolden(verbose ? "sync-progress-verbose" : "sync-progress", stderr.text());
  });
}

test("the JSON lines of a sync look as recorded", () => {
  assertGolden("sync-json", EVENTS.map((event) => eventLine(event, now)).join(""));
});

test("each JSON line has time and type first, and an object's id flat", () => {
  for (const event of EVENTS) assert.deepEqual(Object.keys(JSON.parse(eventLine(event, now)) as object).slice(0, 2), ["time", "type"]);
  const applied = JSON.parse(eventLine({ type: "object.applied", id: web, action: "created" }, now)) as object;
  assert.deepEqual(applied, {
    time: "2026-11-23T12:05:00.000Z",
    type: "object.applied",
    group: "apps",
    kind: "Deployment",
    namespace: "shop",
    name: "web",
    action: "created",
  });
});

test("the last line has the names that are kept, whatever else the counts carry", () => {
  const last = JSON.parse(finishedLine({ revision, counts }, 7, now)) as object;
  assert.deepEqual(Object.keys(last), [
    "time",
    "type",
    "revision",
    "exitCode",
    "created",
    "configured",
    "unchanged",
    "pruned",
    "skipped",
    "failed",
    "writes",
  ]);
});

test("the summary leaves zeros out, and says that a dry run changed nothing", () => {
  assert.equal(
    summaryLine({ revision: "main@sha1:1", counts, failures: [] }, plainTerminal),
    "✔ main@sha1:1: 1 created, 2 configured, 97 unchanged\n",
  );
  assert.match(summaryLine({ revision: "r", counts, failures: [], dryRun: true }, plainTerminal), /dry run, nothing was changed/);
  assert.match(
    summaryLine({ revision: "r", counts: { ...counts, failed: 1 }, failures: [new Error("x")] }, plainTerminal),
    /^✗ r: .*1 failed/,
  );
});
