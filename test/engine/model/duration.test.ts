import assert from "node:assert/strict";
import { test } from "node:test";
import { durationMs } from "../../../src/engine/model/duration.ts";

const cases: readonly [string, number | undefined][] = [
  ["0", 0],
  ["0s", 0],
  ["1m30s", 90_000],
  ["1.5h", 5_400_000],
  ["250ms", 250],
  [".5s", 500],
  ["1h0m0s", 3_600_000],
  ["", undefined],
  ["10", undefined],
  ["-5s", undefined],
  ["5 s", undefined],
  ["5d", undefined],
  ["s", undefined],
];
for (const [text, expected] of cases)
  test(`the duration ${JSON.stringify(text)} is ${expected ?? "none"}`, () => {
    assert.equal(durationMs(text), expected);
  });
