import assert from "node:assert/strict";
import { test } from "node:test";
import { quantityAmount } from "../../../src/engine/compare/quantity.ts";

const SAME: readonly (readonly [string | number | bigint, string | number | bigint])[] = [
  ["1000m", "1"],
  ["0.5", "500m"],
  ["1024Mi", "1Gi"],
  ["1.5Gi", "1536Mi"],
  ["1e3", "1k"],
  ["1E", "1000P"],
  ["12E2", "1200"],
  [".5", 0.5],
  ["-1", -1],
  [2n, "2"],
];
for (const [a, b] of SAME) test(`${String(a)} is ${String(b)}`, () => assert.equal(quantityAmount(a), quantityAmount(b)));

const DIFFERENT: readonly (readonly [string, string])[] = [
  ["1G", "1Gi"],
  ["1m", "1M"],
  ["1", "-1"],
  ["100n", "100u"],
];
for (const [a, b] of DIFFERENT) test(`${a} is not ${b}`, () => assert.notEqual(quantityAmount(a), quantityAmount(b)));

for (const text of ["", ".", "abc", "1KB", "1 Gi", "0x1", "1e1000", true, null]) {
  test(`${JSON.stringify(text)} is no quantity`, () => assert.equal(quantityAmount(text), undefined));
}
