import assert from "node:assert/strict";
import { test } from "node:test";
import { inventoryAfter, intentOf, sameInventory } from "../../../src/engine/operations/execute/final-inventory.ts";
import { RunState } from "../../../src/engine/operations/execute/run-state.ts";
import { GitOpsError } from "../../../src/engine/model/errors.ts";
import type { Inventory, InventoryEntry } from "../../../src/engine/model/inventory.ts";
import type { Plan } from "../../../src/engine/model/plan.ts";
import type { ResourceId } from "../../../src/engine/model/resource-id.ts";

const kept: ResourceId = { group: "", kind: "ConfigMap", namespace: "shop", name: "kept" };
const added: ResourceId = { group: "", kind: "ConfigMap", namespace: "shop", name: "added" };
const dropped: ResourceId = { group: "", kind: "ConfigMap", namespace: "shop", name: "dropped" };

function inventory(entries: readonly InventoryEntry[]): Inventory {
  return { version: 1, cluster: "c", source: { type: "directory", path: "/repo" }, namespace: "shop", revision: "r2", entries };
}

const plan: Plan = {
  waves: [],
  prune: [[{ change: { action: "prune", id: dropped, live: { metadata: { uid: "u-dropped" } } }, reason: "", propagation: "Background" }]],
  skipped: [],
  guards: [],
  warnings: [],
  intent: inventory([
    { ...added, uid: "" },
    { ...dropped, uid: "u-dropped" },
    { ...kept, uid: "u-kept" },
  ]),
  after: inventory([
    { ...added, uid: "" },
    { ...kept, uid: "u-kept" },
  ]),
};

function finishedState(): RunState {
  const state = new RunState(() => undefined);
  state.applied(added, "created", { metadata: { uid: "u-added" } });
  state.applied(kept, "unchanged", { metadata: { uid: "u-kept" } });
  return state;
}

const names = ({ entries }: Inventory): string[] => entries.map(({ name, uid }) => `${name}:${uid}`);

test("after a good run the inventory is what Git declares, with the uids that the server gave", () => {
  const state = finishedState();
  state.pruned(dropped);
  const after = inventoryAfter(plan, state, true);
  assert.deepEqual(names(after), ["added:u-added", "kept:u-kept"]);
  assert.equal(after.unfinished, undefined);
});

test("an object that survived the prune stays in the inventory", () => {
  assert.deepEqual(names(inventoryAfter(plan, finishedState(), true)), ["added:u-added", "dropped:u-dropped", "kept:u-kept"]);
});

test("after a failure the inventory stays old and new together, and says that the run did not end well", () => {
  const state = finishedState();
  state.failed(kept, new GitOpsError("APPLY_REFUSED", "no"));
  const after = inventoryAfter(plan, state, true);
  assert.deepEqual(names(after), ["added:u-added", "dropped:u-dropped", "kept:u-kept"]);
  assert.equal(after.unfinished, true);
});

test("a run that was cut off counts as failed, though no object failed", () => {
  const after = inventoryAfter(plan, finishedState(), false);
  assert.equal(after.unfinished, true);
  assert.equal(after.entries.length, 3);
});

test("an object that was pruned before the failure is not listed again", () => {
  const state = finishedState();
  state.pruned(dropped);
  state.failed(kept, new GitOpsError("APPLY_REFUSED", "no"));
  assert.deepEqual(names(inventoryAfter(plan, state, true)), ["added:u-added", "kept:u-kept"]);
});

test("the intent is stored as unfinished, so that a run that dies leaves word of it", () => {
  assert.equal(intentOf(plan, { force: false }).unfinished, true);
  assert.equal(sameInventory(intentOf(plan, { force: false }), plan.intent), false);
});

test("two inventories are the same when they say the same, whatever the order of keys", () => {
  const a = inventory([{ ...kept, uid: "1" }]);
  const { name, uid, kind, group, namespace } = { ...kept, uid: "1" };
  assert.equal(sameInventory(a, inventory([{ uid, name, namespace, kind, group }])), true);
  assert.equal(sameInventory(a, inventory([{ ...kept, uid: "2" }])), false);
  assert.equal(sameInventory(a, { ...a, revision: "r3" }), false);
});

test("what may be recreated stands in the intent without its uid: the object that a dead run made is still ours", () => {
  const desired = { id: kept, apiVersion: "v1", object: {}, origin: { file: "" } };
  const change = {
    action: "configure",
    id: kept,
    desired,
    live: { metadata: { uid: "u-kept" } },
    predicted: undefined,
    fields: [],
    takeovers: [],
    migrate: [],
  } as const;
  const step = (method: "apply" | "recreate"): Plan => ({
    ...plan,
    waves: [
      { phase: "Sync", wave: 0, gate: "accepted", stages: [{ reason: "", steps: [{ change, method, reason: "", validate: true }] }] },
    ],
  });

  assert.deepEqual(names(intentOf(step("apply"), { force: false })), ["added:", "dropped:u-dropped", "kept:u-kept"]);
  assert.deepEqual(names(intentOf(step("apply"), { force: true })), ["added:", "dropped:u-dropped", "kept:"]);
  assert.deepEqual(names(intentOf(step("recreate"), { force: false })), ["added:", "dropped:u-dropped", "kept:"]);
});

test("what survived the prune keeps its version: a controller finds no object of an entry without one", () => {
  const known = { ...plan, intent: inventory(plan.intent.entries.map((entry) => ({ ...entry, uid: "", version: "v1" }))) };
  const after = inventoryAfter(known, finishedState(), true);
  assert.deepEqual(
    after.entries.filter(({ name }) => name === "dropped").map(({ version }) => version),
    ["v1"],
  );
});

test("the record of an app, which keeps no more than its objects, is out of date only where these differ", () => {
  const source = { type: "git", url: "", ref: { type: "default" }, path: "" } as const;
  const record: Inventory = { ...inventory([{ ...kept, uid: "", version: "v1" }]), source, cluster: "", revision: "r1" };
  const now = inventory([{ ...kept, uid: "u", version: "v1" }]);
  assert.equal(sameInventory(record, now), true);
  assert.equal(sameInventory(record, inventory([{ ...kept, uid: "u", version: "v2" }])), false);
  assert.equal(sameInventory({ ...record, unfinished: true }, now), false);
});
