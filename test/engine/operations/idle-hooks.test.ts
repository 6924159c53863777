import assert from "node:assert/strict";
import { test } from "node:test";
import { hasRunHooks, withoutIdleHooks } from "../../../src/engine/operations/idle-hooks.ts";
import type { Inventory } from "../../../src/engine/model/inventory.ts";
import type { Manifest } from "../../../src/engine/model/manifest.ts";
import type { Plan, PlanStep } from "../../../src/engine/model/plan.ts";

function manifest(name: string): Manifest {
  return { id: { group: "", kind: "ConfigMap", namespace: "shop", name }, apiVersion: "v1", object: {}, origin: { file: "a.yaml" } };
}

function step(name: string, action: "none" | "create", isHook: boolean): PlanStep {
  const desired = manifest(name);
  const change =
    action === "none" ? { action, id: desired.id, desired, live: {} } : { action, id: desired.id, desired, predicted: undefined };
  return { change, method: "apply", reason: "", validate: true, ...(isHook ? { hook: { deletePolicies: [] } } : {}) };
}

function plan(steps: readonly PlanStep[]): Plan {
  const inventory: Inventory = {
    version: 1,
    cluster: "c",
    source: { type: "directory", path: "/" },
    namespace: "shop",
    revision: "r",
    entries: [],
  };
  const waves = steps.map((one) => ({
    phase: one.hook === undefined ? ("Sync" as const) : ("PreSync" as const),
    wave: 0,
    gate: "healthy" as const,
    stages: [{ reason: "", steps: [one] }],
  }));
  return { waves, prune: [], skipped: [], guards: [], warnings: [], intent: inventory, after: inventory };
}

const hook = step("migrate", "create", true);

test("hooks run beside a change", () => {
  const busy = plan([hook, step("web", "create", false)]);
  assert.equal(withoutIdleHooks(busy), busy);
});

test("a sync that finds everything as Git says runs no hook", () => {
  const { waves } = withoutIdleHooks(plan([hook, step("web", "none", false)]));
  assert.deepEqual(
    waves.map(({ phase }) => phase),
    ["Sync"],
  );
});

test("a prune alone is reason enough to run the hooks", () => {
  const pruning = {
    ...plan([hook]),
    prune: [[{ change: { action: "prune" as const, id: manifest("old").id, live: {} }, reason: "", propagation: "Background" as const }]],
  };
  assert.equal(withoutIdleHooks(pruning), pruning);
});

test("hooks have run only where a sync of the same revision ended well", () => {
  const { after } = plan([]);
  assert.equal(hasRunHooks(after, { revision: "r" }), true);
  assert.equal(hasRunHooks(after, { revision: "r2" }), false);
  assert.equal(hasRunHooks({ ...after, unfinished: true }, { revision: "r" }), false);
  assert.equal(hasRunHooks(undefined, { revision: "r" }), false);
});
