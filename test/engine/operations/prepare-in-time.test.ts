import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_POLICY } from "../../../src/engine/model/delivery.ts";
import { prepareInTime } from "../../../src/engine/operations/prepare-in-time.ts";
import type { PreparedSync, RunContext } from "../../../src/engine/operations/request.ts";

/** A clock that stands still until somebody lets time pass. */
function handClock() {
  let time = 0;
  const sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  return {
    now: () => time,
    monotonic: () => time,
    sleep: (milliseconds: number) => new Promise<void>((wake) => sleepers.push({ until: time + milliseconds, wake })),
    pass(milliseconds: number) {
      time += milliseconds;
      for (const { until, wake } of sleepers) if (until <= time) wake();
    },
  };
}

const context: RunContext = { signal: new AbortController().signal, emit: () => undefined };

function prepared(timeoutMs: number): PreparedSync {
  return { request: { policy: { ...DEFAULT_POLICY, timeoutMs } } } as unknown as PreparedSync;
}

function untilAborted({ signal }: RunContext): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
}

test("a preparation that takes too long is cut off, and ends in TIMED_OUT", async () => {
  const clock = handClock();
  const preparing = prepareInTime(3000, clock, context, untilAborted);
  clock.pass(3000);
  await assert.rejects(preparing, { code: "TIMED_OUT", message: /3 s/ });
});

test("what a preparation took is taken from the time of the execution", async () => {
  const clock = handClock();
  const { request } = await prepareInTime(3000, clock, context, async () => (clock.pass(1200), prepared(3000)));
  assert.equal(request.policy.timeoutMs, 1800);
});

test("no limit stays none, however long it takes", async () => {
  const clock = handClock();
  const { request } = await prepareInTime(0, clock, context, async () => (clock.pass(1e9), prepared(0)));
  assert.equal(request.policy.timeoutMs, 0);
});

test("an interruption stays one", async () => {
  const controller = new AbortController();
  const preparing = prepareInTime(3000, handClock(), { ...context, signal: controller.signal }, untilAborted);
  controller.abort(new Error("interrupted"));
  await assert.rejects(preparing, { message: "interrupted" });
});
