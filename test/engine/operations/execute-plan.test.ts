import assert from "node:assert/strict";
import { test } from "node:test";
import { executePlan } from "../../../src/engine/operations/execute-plan.ts";
import type { PreparedSync, WriterPorts } from "../../../src/engine/operations/request.ts";
import { DEFAULT_POLICY } from "../../../src/engine/model/delivery.ts";
import { GitOpsError } from "../../../src/engine/model/errors.ts";
import type { Inventory } from "../../../src/engine/model/inventory.ts";
import type { Manifest } from "../../../src/engine/model/manifest.ts";
import type { CallOptions } from "../../../src/engine/ports/cluster-reader.ts";
import type { Clock } from "../../../src/engine/ports/clock.ts";

const desired: Manifest = {
  id: { group: "", kind: "ConfigMap", namespace: "shop", name: "a" },
  apiVersion: "v1",
  object: {},
  origin: { file: "a.yaml" },
};
const inventory: Inventory = {
  version: 1,
  cluster: "c",
  source: { type: "directory", path: "/repo" },
  namespace: "shop",
  revision: "r",
  entries: [{ ...desired.id, uid: "" }],
};

function prepared(): PreparedSync {
  const step = {
    change: { action: "create" as const, id: desired.id, desired, predicted: undefined },
    method: "apply" as const,
    reason: "",
    validate: true,
  };
  const waves = [{ phase: "Sync" as const, wave: 0, gate: "accepted" as const, stages: [{ reason: "", steps: [step] }] }];
  const plan = { waves, prune: [], skipped: [], guards: [], warnings: [], intent: inventory, after: inventory };
  const request = { ref: { dialect: "bare" as const, namespace: "shop", name: "shop" }, policy: { ...DEFAULT_POLICY, wait: false } };
  return {
    request,
    revision: "r",
    source: inventory.source,
    cluster: "c",
    plan,
    changes: [],
    stored: undefined,
  } as unknown as PreparedSync;
}

/** Every sleep ends at once: all the time that somebody waits for has passed. */
const hurried: Clock = {
  now: () => 0,
  monotonic: () => 0,
  sleep: (_, signal) => (signal?.aborted === true ? Promise.reject(signal.reason) : Promise.resolve()),
};

function ports(clock: Clock, calls: { order: string[]; release: (options: CallOptions) => Promise<void> }): WriterPorts {
  const { order, release } = calls;
  const lease = { lost: new AbortController().signal, release: (_: unknown, options: CallOptions) => release(options) };
  return {
    clock,
    cluster: { apply: () => Promise.resolve(order.push("apply")).then(() => ({ metadata: { uid: "u" } })) },
    deliveries: { ownerMark: () => ({ label: "l", value: "v" }), begin: () => Promise.resolve(order.push("intent")).then(() => lease) },
    bindings: { write: () => Promise.resolve(void order.push("binding")) },
  } as unknown as WriterPorts;
}

test("a server that is away at the end of a run is told as such, however long it took: not as a bug, nor as an interruption", async () => {
  const release = async ({ signal }: CallOptions): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    throw new GitOpsError("CLUSTER_UNREACHABLE", "connection refused");
  };
  const context = { signal: new AbortController().signal, emit: () => undefined };

  const { failures } = await executePlan(prepared(), ports(hurried, { order: [], release }), context);

  assert.deepEqual(
    failures.map((error) => error instanceof GitOpsError && error.code),
    ["CLUSTER_UNREACHABLE"],
  );
});

test("the cluster is noted and the intent stored before the first object is written", async () => {
  const order: string[] = [];
  const context = { signal: new AbortController().signal, emit: () => undefined };

  await executePlan(prepared(), ports(hurried, { order, release: () => Promise.resolve(void order.push("inventory")) }), context);

  assert.deepEqual(order, ["binding", "intent", "apply", "inventory"]);
});
