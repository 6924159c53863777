import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mapBounded } from "../../../src/engine/operations/bounded.ts";

test("results come in the order of the items, however long each takes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(5)), fc.integer({ min: 1, max: 8 }), async (turns, limit) => {
      const results = await mapBounded(turns, limit, async (turn) => {
        for (let i = 0; i < turn; i++) await Promise.resolve();
        return turn * 2;
      });
      assert.deepEqual(
        results,
        turns.map((turn) => turn * 2),
      );
    }),
  );
});

test("never more than the limit are under way, and the limit is used", async () => {
  let under = 0;
  let most = 0;
  await mapBounded(Array.from({ length: 20 }), 3, () => Promise.resolve());
  await mapBounded(
    Array.from({ length: 20 }, (_, index) => index + 1),
    3,
    async () => {
      under += 1;
      most = Math.max(most, under);
      await Promise.resolve();
      under -= 1;
    },
  );
  assert.equal(most, 3);
});

test("after a failure nothing new is started, what is under way ends, and the failure is thrown", async () => {
  const started: number[] = [];
  const ended: number[] = [];
  const run = mapBounded([1, 2, 3, 4, 5], 2, async (item) => {
    started.push(item);
    await Promise.resolve();
    if (item === 1) throw new TypeError("first");
    await Promise.resolve();
    ended.push(item);
  });
  await assert.rejects(run, { message: "first" });
  assert.deepEqual(started, [1, 2]);
  assert.deepEqual(ended, [2]);
});
