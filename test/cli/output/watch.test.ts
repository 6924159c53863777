import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { watchOutput } from "../../../src/cli/output/watch.ts";
import type { AnyStatus, DeliveryStatus } from "../../../src/engine/index.ts";
import { collectingStream } from "../streams.ts";

const clock = { now: () => 0, monotonic: () => 0, sleep: async () => undefined };
const format = { output: "json", headers: true } as const;

function status(revision: string): DeliveryStatus {
  return {
    ref: { dialect: "bare", namespace: "shop", name: "shop" },
    source: { type: "directory", path: "/shop" },
    revision,
    sync: "Synced",
    health: { status: "Healthy", reason: "", message: "" },
    createdAt: "",
    resources: [],
  };
}

/** Two updates, then nothing until it is aborted, as a watch of a delivery that has come to rest. */
async function* updates(signal: AbortSignal): AsyncGenerator<AnyStatus> {
  yield { type: "bare", status: status("one") };
  yield { type: "bare", status: status("two") };
  await new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });
}

test("a watch whose reader went away ends well", async () => {
  const closed = new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error("EPIPE"), { code: "EPIPE" })) });
  closed.on("error", () => undefined);
  await watchOutput(updates, { terminal: terminalTo(closed), signal: new AbortController().signal }, format, clock);
});

test("an interrupted watch throws the interruption, after what it printed", async () => {
  const controller = new AbortController();
  const { stream, text } = collectingStream();
  const watching = watchOutput(updates, { terminal: terminalTo(stream), signal: controller.signal }, format, clock);
  setImmediate(() => controller.abort(new Error("interrupted")));
  await assert.rejects(watching, { message: "interrupted" });
  assert.deepEqual(
    text()
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { revision: string }).revision),
    ["one", "two"],
  );
});

function terminalTo(stdout: Writable) {
  const { stream } = collectingStream();
  const terminal = { stdin: process.stdin, stdout, stderr: stream };
  return { ...terminal, interactive: false, live: false, unicode: true, stdoutColor: false, stderrColor: false };
}
