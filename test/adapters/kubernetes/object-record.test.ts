import assert from "node:assert/strict";
import { test } from "node:test";
import { createObjectStoreWriter } from "../../../src/adapters/kubernetes/delivery/object-store.ts";
import { KUSTOMIZATION_RECORD } from "../../../src/engine/dialects/flux/record.ts";
import type { DeliveryRef } from "../../../src/engine/model/delivery.ts";
import { GitOpsError } from "../../../src/engine/model/errors.ts";
import type { Inventory } from "../../../src/engine/model/inventory.ts";
import { arrayAt, objectAt, stringAt, type JsonObject } from "../../../src/engine/model/json.ts";
import type { ClusterReader } from "../../../src/engine/ports/cluster-reader.ts";
import type { DeliveryObjects } from "../../../src/engine/ports/delivery-objects.ts";
import type { DeliveryLease, DeliveryWriter } from "../../../src/engine/ports/delivery-store.ts";

const calls = { signal: new AbortController().signal };
const ref: DeliveryRef = { dialect: "flux", namespace: "shop", name: "shop" };
const inventory: Inventory = {
  version: 1,
  cluster: "c",
  source: { type: "git", url: "", ref: { type: "default" }, path: "" },
  namespace: "shop",
  revision: "r",
  entries: [{ group: "", kind: "ConfigMap", namespace: "shop", name: "a", uid: "u", version: "v1" }],
};
const LEASE = "gitops/lease";

/** One Kustomization on a server that refuses stale writes; `before` is called with the number of each write. */
class Server {
  object: JsonObject = { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization", metadata: { resourceVersion: "1" } };
  writes = 0;
  /** Whether the answer of a write is lost and the write sent again. */
  losesAnswer = (_write: number): boolean => false;
  before: (write: number) => void = () => undefined;

  change(part: JsonObject): void {
    const metadata = objectAt(this.object, "metadata");
    const next = objectAt(part, "metadata");
    const annotations = Object.entries({ ...objectAt(metadata, "annotations"), ...objectAt(next, "annotations") });
    const version = String(Number(stringAt(metadata, "resourceVersion")) + 1);
    const kept = Object.fromEntries(annotations.filter(([, value]) => value !== null));
    this.object = { ...this.object, ...part, metadata: { ...metadata, annotations: kept, resourceVersion: version } };
  }

  write(change: JsonObject, expected: string): Promise<JsonObject> {
    this.writes += 1;
    this.before(this.writes);
    for (let attempt = this.losesAnswer(this.writes) ? 2 : 1; attempt > 0; attempt--) {
      if (stringAt(this.object, "metadata", "resourceVersion") !== expected)
        return Promise.reject(new GitOpsError("STALE_OBJECT", "it is not the object that was read before"));
      this.change(change);
    }
    return Promise.resolve(this.object);
  }

  begin(): Promise<DeliveryLease> {
    const patch = (_: unknown, change: JsonObject, { resourceVersion }: { resourceVersion: string }): Promise<JsonObject> =>
      this.write(change, resourceVersion);
    const cluster = { discover: () => Promise.resolve({ find: () => ({}) }), get: () => Promise.resolve(this.object) };
    const sleep = (_: number, signal?: AbortSignal): Promise<void> =>
      new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    const ports = {
      cluster: cluster as unknown as ClusterReader,
      objects: { patch, patchStatus: patch } as unknown as DeliveryObjects,
      clock: { now: () => 0, monotonic: () => 0, sleep },
    };
    const fallback = { read: () => Promise.resolve(undefined) } as unknown as DeliveryWriter;
    const version = stringAt(this.object, "metadata", "resourceVersion");
    return createObjectStoreWriter(ports, KUSTOMIZATION_RECORD, fallback).begin(ref, inventory, version, calls);
  }

  get lease(): string {
    return stringAt(this.object, "metadata", "annotations", LEASE);
  }

  get entries(): readonly string[] {
    return arrayAt(this.object, "status", "inventory", "entries").map((entry) => stringAt(entry, "id"));
  }
}

test("who labels or applies the app object while it is delivered takes the lease from nobody", async () => {
  const server = new Server();
  const lease = await server.begin();
  server.change({ spec: { prune: true } });

  await lease.release({ ...inventory, entries: [] }, calls);

  assert.equal(lease.lost.aborted, false);
  assert.deepEqual([server.lease, server.entries], ["", []]);
});

test("a write between the intent's two halves is no reason to stop", async () => {
  const server = new Server();
  server.before = (write) => void (write === 2 && server.change({ spec: {} }));
  const lease = await server.begin();
  assert.equal(lease.lost.aborted, false);
  assert.deepEqual(server.entries, ["shop_a__ConfigMap"]);
});

test("an object that changed since it was planned from is not taken", async () => {
  const server = new Server();
  server.before = (write) => void (write === 1 && server.change({ status: {} }));
  await assert.rejects(server.begin(), { code: "LOCK_HELD" });
  assert.equal(server.lease, "");
});

test("another run's mark in place of ours loses the lease, and its record is left alone", async () => {
  const server = new Server();
  const lease = await server.begin();
  server.change({ metadata: { annotations: { [LEASE]: "another" } }, status: { inventory: { entries: [{ id: "theirs", v: "v1" }] } } });

  await lease.release({ ...inventory, entries: [] }, calls).catch(() => undefined);

  assert.equal(lease.lost.aborted, true);
  assert.deepEqual([server.lease, server.entries], ["another", ["theirs"]]);
});

for (const lost of [1, 2, 3, 4]) {
  test(`the lost answer of write ${String(lost)} of a delivery, sent again and refused as stale, loses no lease`, async () => {
    const server = new Server();
    server.losesAnswer = (write) => write === lost;
    const lease = await server.begin();
    await lease.release(inventory, calls);
    assert.equal(lease.lost.aborted, false);
    assert.deepEqual([server.lease, server.entries], ["", ["shop_a__ConfigMap"]]);
  });
}
