import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatDuration, parseDuration } from "../../src/cli/duration.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

const READ: readonly (readonly [string, number])[] = [
  ["0", 0],
  ["0s", 0],
  ["30s", 30_000],
  ["1m30s", 90_000],
  ["1.5h", 5_400_000],
  [".5s", 500],
  ["250ms", 250],
  ["1h0m0.25s", 3_600_250],
  ["1ns", 1],
  ["1500us", 2],
  ["2562047h", 9_223_369_200_000],
];

for (const [text, milliseconds] of READ) {
  test(`the duration ${text} is ${milliseconds} ms`, () => {
    assert.equal(parseDuration(text, "--timeout"), milliseconds);
  });
}

const REFUSED = ["", "-1s", "5", "5x", "s", "1s2", "1 s", "1e3s", "1_000s", "1000000000h", "٣s", "1s;", "--yes"];

for (const text of REFUSED) {
  test(`${JSON.stringify(text)} is no duration, and the error names the flag but not the text`, () => {
    assert.throws(
      () => parseDuration(text, "--timeout"),
      (error) => error instanceof UsageError && error.message.includes("--timeout") && (text.length < 3 || !error.message.includes(text)),
    );
  });
}

test("what is printed as a duration is read back as the same", () => {
  const whole = fc.integer({ min: 0, max: 10_000_000 }).map((seconds) => seconds * 1_000);
  fc.assert(
    fc.property(whole, (milliseconds) => {
      assert.equal(parseDuration(formatDuration(milliseconds), "--timeout"), milliseconds);
    }),
    { seed: 20_261_123 },
  );
});
