import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAge } from "../../../src/cli/output/age.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** Each step of kubectl's AGE, on both sides of where it begins. */
const AGES: readonly (readonly [number, string])[] = [
  [-2 * SECOND, "<invalid>"],
  [-2 * SECOND + 1, "0s"],
  [0, "0s"],
  [SECOND - 1, "0s"],
  [SECOND, "1s"],
  [70 * SECOND, "70s"],
  [2 * MINUTE - 1, "119s"],
  [2 * MINUTE, "2m"],
  [2 * MINUTE + SECOND, "2m1s"],
  [5 * MINUTE + 30 * SECOND, "5m30s"],
  [10 * MINUTE - 1, "9m59s"],
  [10 * MINUTE, "10m"],
  [10 * MINUTE + SECOND, "10m"],
  [70 * MINUTE, "70m"],
  [3 * HOUR - 1, "179m"],
  [3 * HOUR, "3h"],
  [3 * HOUR + 20 * MINUTE, "3h20m"],
  [8 * HOUR - 1, "7h59m"],
  [8 * HOUR, "8h"],
  [8 * HOUR + 59 * MINUTE, "8h"],
  [2 * DAY - 1, "47h"],
  [2 * DAY, "2d"],
  [2 * DAY + 59 * MINUTE, "2d"],
  [2 * DAY + 4 * HOUR, "2d4h"],
  [8 * DAY - 1, "7d23h"],
  [8 * DAY, "8d"],
  [8 * DAY + 23 * HOUR, "8d"],
  [367 * DAY, "367d"],
  [2 * YEAR - 1, "729d"],
  [2 * YEAR, "2y"],
  [2 * YEAR + 23 * HOUR, "2y"],
  [2 * YEAR + DAY, "2y1d"],
  [8 * YEAR - 1, "7y364d"],
  [8 * YEAR, "8y"],
  [8 * YEAR + 364 * DAY, "8y"],
  [90 * YEAR, "90y"],
  [Number.NaN, "<invalid>"],
  [Number.POSITIVE_INFINITY, "<invalid>"],
];

for (const [milliseconds, shown] of AGES) {
  test(`${milliseconds} ms is shown as ${shown}`, () => assert.equal(formatAge(milliseconds), shown));
}
