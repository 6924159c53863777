import assert from "node:assert/strict";
import { test } from "node:test";
import { awaitGone } from "../../../src/engine/operations/execute/await-gone.ts";
import type { ClusterReader, WatchEvent } from "../../../src/engine/ports/cluster-reader.ts";

const id = { group: "", kind: "ConfigMap", namespace: "shop", name: "old" };
const context = { signal: new AbortController().signal, emit: () => undefined };
const noLimit = { remaining: () => Infinity, signal: new AbortController().signal, cancel: () => undefined };
const over = { ...noLimit, remaining: () => 0, signal: AbortSignal.abort() };

function clusterWith(...events: readonly WatchEvent[]): ClusterReader {
  async function* watch(): AsyncGenerator<WatchEvent> {
    yield* events;
  }
  return { watch } as unknown as ClusterReader;
}

test("an object that is in no list any more is gone", async () => {
  const left = await awaitGone([{ id, uid: "u" }], clusterWith({ type: "listed", objects: [] }), noLimit, context);
  assert.equal(left.size, 0);
});

test("what could not be looked at before the deadline is not taken for gone", async () => {
  const left = await awaitGone([{ id, uid: "u" }], clusterWith(), over, context);
  assert.deepEqual([...left.keys()], ["/ConfigMap/shop/old"]);
});

test("another object of the same name is not the one that is waited for", async () => {
  const other = { metadata: { namespace: "shop", name: "old", uid: "other" } };
  const left = await awaitGone([{ id, uid: "u" }], clusterWith({ type: "listed", objects: [other] }), noLimit, context);
  assert.equal(left.size, 0);
});
