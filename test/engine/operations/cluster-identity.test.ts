import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_BUDGET } from "../../../src/engine/build/build-options.ts";
import { DEFAULT_POLICY } from "../../../src/engine/model/delivery.ts";
import { checkCluster } from "../../../src/engine/operations/cluster-identity.ts";
import type { DeliveryRequest } from "../../../src/engine/operations/request.ts";
import type { StoredDelivery } from "../../../src/engine/ports/delivery-store.ts";

const ref = { dialect: "bare", namespace: "shop", name: "web" } as const;

function request(expectCluster?: string): DeliveryRequest {
  const build = { budget: DEFAULT_BUDGET, loadRestrictor: "LoadRestrictionsRootOnly", strict: false } as const;
  return { ref, source: undefined, override: {}, policy: DEFAULT_POLICY, build, expectCluster };
}

function stored(cluster: string): StoredDelivery {
  const source = { type: "directory", path: "/repo" } as const;
  return {
    ref,
    resourceVersion: "1",
    createdAt: "",
    inventory: { version: 1, cluster, source, namespace: "shop", revision: "r", entries: [] },
  };
}

const bound = (cluster?: string): Parameters<typeof checkCluster>[3] => ({ bindings: { read: () => Promise.resolve(cluster) } });

test("the cluster of the record, of the memory outside, and one that nobody knows yet are all right", async () => {
  assert.equal(await checkCluster(request(), "c1", stored("c1"), bound()), "c1");
  assert.equal(await checkCluster(request(), "c1", undefined, bound("c1")), "c1");
  assert.equal(await checkCluster(request(), "c1", undefined, bound()), "c1");
});

test("another cluster than the recorded or remembered one is refused, and the hint names the way to mean it", async () => {
  const wrong = { code: "WRONG_CLUSTER", hint: /--expect-cluster c2/ };
  await assert.rejects(checkCluster(request(), "c2", stored("c1"), bound()), wrong);
  await assert.rejects(checkCluster(request(), "c2", undefined, bound("c1")), wrong);
});

test("who names this very cluster means it, whatever is recorded; another name is refused", async () => {
  assert.equal(await checkCluster(request("c2"), "c2", stored("c1"), bound("c1")), "c2");
  await assert.rejects(checkCluster(request("c1"), "c2", stored("c1"), bound("c1")), { code: "WRONG_CLUSTER" });
});

test("where the identity may not be read the record vouches for the cluster, and without one a remembered cluster can't be told from another", async () => {
  assert.equal(await checkCluster(request(), undefined, stored("c1"), bound("c1")), "c1");
  assert.equal(await checkCluster(request(), undefined, undefined, bound()), "");
  await assert.rejects(checkCluster(request(), undefined, undefined, bound("c1")), { code: "WRONG_CLUSTER", hint: /kube-system/ });
  await assert.rejects(checkCluster(request("c1"), undefined, stored("c1"), bound()), { code: "WRONG_CLUSTER" });
});

test("a record that was made without an identity takes the one that is read now", async () => {
  assert.equal(await checkCluster(request(), "c1", stored(""), bound()), "c1");
});
