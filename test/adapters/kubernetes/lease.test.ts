import assert from "node:assert/strict";
import { test } from "node:test";
import { createDeliveryWriter } from "../../../src/adapters/kubernetes/delivery/store.ts";
import { GitOpsError } from "../../../src/engine/model/errors.ts";
import type { DeliveryRef } from "../../../src/engine/model/delivery.ts";
import type { Inventory } from "../../../src/engine/model/inventory.ts";
import { objectAt, stringAt, type JsonObject } from "../../../src/engine/model/json.ts";
import type { Manifest } from "../../../src/engine/model/manifest.ts";
import type { CallOptions } from "../../../src/engine/ports/cluster-reader.ts";
import type { ClusterWriter } from "../../../src/engine/ports/cluster-writer.ts";
import type { Clock } from "../../../src/engine/ports/clock.ts";

const calls = { signal: new AbortController().signal };
const ref: DeliveryRef = { dialect: "bare", namespace: "shop", name: "shop" };
const entries = [{ group: "", kind: "ConfigMap", namespace: "shop", name: "a", uid: "u" }];
const after: Inventory = {
  version: 1,
  cluster: "c",
  source: { type: "directory", path: "/repo" },
  namespace: "shop",
  revision: "r",
  entries,
};
// As the engine makes it: the flag behind the entries.
const intent: Inventory = { ...after, unfinished: true };

type Fault = (write: number, store: () => JsonObject, options: CallOptions) => Promise<JsonObject>;

/** One ConfigMap on a server of ours, and what goes wrong with each write of it, counted from 1. */
function faultyServer(fault: Fault): { cluster: ClusterWriter; live: () => JsonObject | undefined } {
  let live: JsonObject | undefined;
  let writes = 0;
  const stale = (): never => {
    throw new GitOpsError("STALE_OBJECT", "it is not the object that was read before");
  };
  const cluster = {
    get: () => Promise.resolve(live),
    replace: (manifest: Manifest, resourceVersion: string | undefined, options: CallOptions) => {
      const store = (): JsonObject => {
        const current = live === undefined ? undefined : stringAt(live, "metadata", "resourceVersion");
        if (current !== resourceVersion) stale();
        const version = String(Number(current ?? "0") + 1);
        return (live = { ...manifest.object, metadata: { ...objectAt(manifest.object, "metadata"), resourceVersion: version } });
      };
      writes += 1;
      return fault(writes, store, options);
    },
  };
  return { cluster: cluster as unknown as ClusterWriter, live: () => live };
}

function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** Sleeps until the test says so. */
function handClock(): { clock: Clock; wake: () => void } {
  const sleepers: (() => void)[] = [];
  const sleep = (_: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      sleepers.push(resolve);
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
  return { clock: { now: () => 0, monotonic: () => 0, sleep }, wake: () => sleepers.splice(0).forEach((resolve) => resolve()) };
}

test("a lease that is given back while a renewal is under way is given back after it, and nothing is lost", async () => {
  const renewal = gate();
  const begun = gate();
  const { cluster, live } = faultyServer(async (write, store, { signal }) => {
    if (write !== 2) return store();
    begun.open();
    const aborted = new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    await Promise.race([renewal.opened, aborted]);
    return store();
  });
  const { clock, wake } = handClock();
  const lease = await createDeliveryWriter(cluster, clock).begin(ref, intent, undefined, calls);
  wake();
  await begun.opened;

  const released = lease.release(after, calls);
  renewal.open();
  await released;

  assert.equal(lease.lost.aborted, false);
  assert.equal(stringAt(live(), "metadata", "annotations", "gitops/lease"), "");
  assert.equal(stringAt(live(), "metadata", "resourceVersion"), "3");
});

test("a write whose answer was lost, so that its repetition is refused as stale, is known for our own", async () => {
  const { cluster, live } = faultyServer(async (write, store) => {
    const stored = store();
    return write === 2 ? store() : stored;
  });
  const lease = await createDeliveryWriter(cluster, handClock().clock).begin(ref, after, undefined, calls);

  await lease.write(intent, calls);
  await lease.release(undefined, calls);

  assert.equal(lease.lost.aborted, false);
  assert.equal(stringAt(live(), "metadata", "resourceVersion"), "3");
});

test("a write that is refused because another run wrote meanwhile loses the lease", async () => {
  const { cluster } = faultyServer(async (write, store) => {
    if (write === 2) throw new GitOpsError("STALE_OBJECT", "it is not the object that was read before");
    return store();
  });
  const lease = await createDeliveryWriter(cluster, handClock().clock).begin(ref, intent, undefined, calls);

  await assert.rejects(lease.write(after, calls), { code: "LOCK_HELD" });

  assert.equal(lease.lost.aborted, true);
});
