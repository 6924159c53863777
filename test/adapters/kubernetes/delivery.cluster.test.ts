import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { hostname } from "node:os";
import { after, before, test } from "node:test";
import { connectCluster, type KubernetesCluster } from "../../../src/adapters/kubernetes/connect.ts";
import { createDeliveryStore, createDeliveryWriter } from "../../../src/adapters/kubernetes/delivery/store.ts";
import { newLeaseMark } from "../../../src/adapters/kubernetes/delivery/lease-mark.ts";
import { systemClock } from "../../../src/adapters/system-clock.ts";
import { strayShards } from "../../../src/adapters/kubernetes/delivery/parent-record.ts";
import { objectAt, stringAt } from "../../../src/engine/model/json.ts";
import type { DeliveryRef } from "../../../src/engine/model/delivery.ts";
import type { Inventory } from "../../../src/engine/model/inventory.ts";
import type { Clock } from "../../../src/engine/ports/clock.ts";
import type { DeliveryWriter } from "../../../src/engine/ports/delivery-store.ts";
import { kubectlProgram, planeOrSkip, type ControlPlane } from "../../support/control-plane.ts";

const { skip, plane } = await planeOrSkip();
const calls = { signal: AbortSignal.timeout(120_000) };
const OTHER_HOST = "some-other-host";
let cluster: KubernetesCluster;
let store: DeliveryWriter;

before(async () => {
  if (plane === undefined) return;
  cluster = await connectCluster({
    kubeconfig: plane.kubeconfig,
    environment: process.env,
    clock: systemClock(),
    emit: () => undefined,
    interactive: false,
    userAgent: "gitops/test",
  });
  store = createDeliveryWriter(cluster, systemClock());
});

after(() => cluster?.close());

function thePlane(): ControlPlane {
  assert.ok(plane);
  return plane;
}

async function newRef(): Promise<DeliveryRef> {
  return { dialect: "bare", namespace: await thePlane().createNamespace("delivery"), name: "shop" };
}

function setId(ref: DeliveryRef): string {
  return store.ownerMark(ref).of({ group: "", kind: "ConfigMap", namespace: "", name: "x" }).labels["applyset.kubernetes.io/part-of"] ?? "";
}

function inventory(ref: DeliveryRef, count = 1): Inventory {
  const entries = Array.from({ length: count }, (_, index) => ({
    group: "apps",
    kind: "Deployment",
    namespace: index % 2 === 0 ? ref.namespace : "elsewhere",
    name: `web-${String(index).padStart(6, "0")}`,
    uid: crypto.randomUUID(),
  }));
  return {
    version: 1,
    cluster: "c",
    source: { type: "git", url: "https://git.example/shop.git", ref: { type: "named", name: "main" }, path: "k8s" },
    namespace: ref.namespace,
    revision: "main@sha1:0",
    entries,
  };
}

async function parentOf(ref: DeliveryRef): Promise<Awaited<ReturnType<KubernetesCluster["get"]>>> {
  return cluster.get({ group: "", kind: "ConfigMap", namespace: ref.namespace, name: "gitops-shop" }, calls);
}

test("a delivery that was never written is not there", { skip }, async () => {
  assert.equal(await store.read(await newRef(), calls), undefined);
});

test("an inventory comes back as it was stored, and the lease is gone after its release", { skip }, async () => {
  const ref = await newRef();
  const intent = { ...inventory(ref), unfinished: true as const };
  const lease = await store.begin(ref, intent, undefined, calls);
  assert.deepEqual((await store.read(ref, calls))?.inventory, intent);
  const end = inventory(ref, 3);
  await lease.release(end, calls);
  const stored = await store.read(ref, calls);
  assert.deepEqual(stored?.inventory, end);
  assert.equal(stringAt(await parentOf(ref), "metadata", "annotations", "gitops/lease"), "");
});

test("the parent is an ApplySet as KEP-3659 writes it: id, tooling, kinds and namespaces", { skip }, async () => {
  const ref = await newRef();
  await (await store.begin(ref, inventory(ref, 2), undefined, calls)).release(undefined, calls);
  const parent = await parentOf(ref);
  assert.equal(stringAt(parent, "metadata", "labels", "applyset.kubernetes.io/id"), setId(ref));
  assert.match(setId(ref), /^applyset-[A-Za-z0-9_-]{43}-v1$/);
  assert.equal(stringAt(parent, "metadata", "annotations", "applyset.kubernetes.io/tooling"), "gitops/v1");
  assert.equal(stringAt(parent, "metadata", "annotations", "applyset.kubernetes.io/contains-group-kinds"), "Deployment.apps");
  assert.equal(stringAt(parent, "metadata", "annotations", "applyset.kubernetes.io/additional-namespaces"), "elsewhere");
});

test("kubectl refuses to change a set of this tool", { skip: skip || (kubectlProgram() ? false : "not here: kubectl") }, async () => {
  const ref = await newRef();
  await (await store.begin(ref, inventory(ref), undefined, calls)).release(undefined, calls);
  const input = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "other" } });
  process.env["KUBECTL_APPLYSET"] = "true";
  const { code, stderr } = await thePlane().kubectl(
    ["apply", "-n", ref.namespace, "--server-side", "--prune", "--applyset=configmaps/gitops-shop", "-f", "-"],
    { input },
  );
  assert.notEqual(code, 0);
  assert.match(stderr, /already managed by tooling|managed by/);
});

test("a ConfigMap of the same name that another tool made is neither read nor taken", { skip }, async () => {
  const ref = await newRef();
  const made = await thePlane().api("POST", `/api/v1/namespaces/${ref.namespace}/configmaps`, { metadata: { name: "gitops-shop" } });
  assert.equal(made.status, 201);
  await assert.rejects(store.read(ref, calls), { code: "OWNED_BY_ANOTHER" });
  await assert.rejects(store.begin(ref, inventory(ref), undefined, calls), { code: "LOCK_HELD" });
});

test("a plan that was made before another run changed the record is refused", { skip }, async () => {
  const ref = await newRef();
  await (await store.begin(ref, inventory(ref), undefined, calls)).release(undefined, calls);
  const read = await store.read(ref, calls);
  await (await store.begin(ref, inventory(ref), read?.resourceVersion, calls)).release(inventory(ref, 2), calls);
  await assert.rejects(store.begin(ref, inventory(ref), read?.resourceVersion, calls), { code: "LOCK_HELD" });
  await assert.rejects(store.begin(ref, inventory(ref), undefined, calls), { code: "LOCK_HELD" });
});

test("of two first runs at once one writes and the other is refused", { skip }, async () => {
  const ref = await newRef();
  const results = await Promise.allSettled([
    store.begin(ref, inventory(ref), undefined, calls),
    store.begin(ref, inventory(ref), undefined, calls),
  ]);
  assert.deepEqual(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  for (const result of results) {
    if (result.status === "rejected") assert.equal(result.reason.code, "LOCK_HELD");
    else await result.value.release(undefined, calls);
  }
});

/** Writes a lease annotation as a run that died, or lives elsewhere, leaves it. */
async function leave(ref: DeliveryRef, mark: object): Promise<string | undefined> {
  await (await store.begin(ref, inventory(ref), undefined, calls)).release(undefined, calls);
  const patch = { metadata: { annotations: { "gitops/lease": JSON.stringify(mark) } } };
  const { status } = await thePlane().api(
    "PATCH",
    `/api/v1/namespaces/${ref.namespace}/configmaps/gitops-shop`,
    patch,
    "application/merge-patch+json",
  );
  assert.equal(status, 200);
  return (await store.read(ref, calls))?.resourceVersion;
}

test("the lease of a process of this host that is dead is taken over at once", { skip }, async () => {
  const ref = await newRef();
  const { pid } = spawnSync(process.execPath, ["--version"]);
  const version = await leave(ref, { ...newLeaseMark(), pid, started: "1" });
  const impatient: Clock = { ...systemClock(), sleep: () => Promise.reject(new Error("it waited")) };
  const lease = await createDeliveryWriter(cluster, impatient).begin(ref, inventory(ref), version, calls);
  await lease.release(undefined, calls);
});

test("a pid that was given to another process is not taken for the holder", { skip }, async () => {
  const ref = await newRef();
  const version = await leave(ref, { ...newLeaseMark(), started: "another start" });
  await (await store.begin(ref, inventory(ref), version, calls)).release(undefined, calls);
});

/** A clock on which waiting costs no time, and that does something else meanwhile. */
function impatientClock(meanwhile: () => Promise<void>): Clock {
  let time = 0;
  return {
    now: () => time,
    monotonic: () => time,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      // A lease that renews itself must not spin: only the short waits of the one who looks are cut.
      if (milliseconds >= 5_000) return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
      time += milliseconds;
      await meanwhile();
    },
  };
}

test("the lease of another host is taken over only after it showed no life for its whole time", { skip }, async () => {
  const ref = await newRef();
  const version = await leave(ref, { ...newLeaseMark(), host: OTHER_HOST });
  let waits = 0;
  const clock = impatientClock(() => Promise.resolve(void (waits += 1)));
  const lease = await createDeliveryWriter(cluster, clock).begin(ref, inventory(ref), version, calls);
  assert.equal(waits, 15);
  await lease.release(undefined, calls);
});

test("a holder on another host that shows life keeps its lease, and is named", { skip }, async () => {
  const ref = await newRef();
  const mark = { ...newLeaseMark(), host: OTHER_HOST };
  const version = await leave(ref, mark);
  const clock = impatientClock(async () => {
    const patch = { metadata: { annotations: { "gitops/lease": JSON.stringify({ ...mark, beat: 1 }) } } };
    await thePlane().api("PATCH", `/api/v1/namespaces/${ref.namespace}/configmaps/gitops-shop`, patch, "application/merge-patch+json");
  });
  await assert.rejects(createDeliveryWriter(cluster, clock).begin(ref, inventory(ref), version, calls), {
    code: "LOCK_HELD",
    message: new RegExp(`process ${String(process.pid)} on ${OTHER_HOST}`),
  });
  assert.notEqual(hostname(), OTHER_HOST);
});

test("a lease whose record somebody else changed is lost at its next write", { skip }, async () => {
  const ref = await newRef();
  const lease = await store.begin(ref, inventory(ref), undefined, calls);
  const patch = { metadata: { annotations: { touched: "yes" } } };
  await thePlane().api("PATCH", `/api/v1/namespaces/${ref.namespace}/configmaps/gitops-shop`, patch, "application/merge-patch+json");
  await assert.rejects(lease.write(inventory(ref, 2), calls), { code: "LOCK_HELD" });
  assert.equal(lease.lost.aborted, true);
  await lease.release(inventory(ref, 2), calls);
  assert.equal((await store.read(ref, calls))?.inventory.entries.length, 1);
});

test("twenty thousand objects are stored in shards, and old shards are removed", { skip }, async () => {
  const ref = await newRef();
  const large = inventory(ref, 20_000);
  const lease = await store.begin(ref, large, undefined, calls);
  assert.deepEqual((await store.read(ref, calls))?.inventory, large);
  const shards = async (): Promise<number> =>
    (await cluster.list({ group: "", kind: "ConfigMap", namespace: ref.namespace }, calls)).filter((map) =>
      stringAt(map, "metadata", "name").startsWith("gitops-shop-"),
    ).length;
  assert.ok((await shards()) >= 2);
  await lease.release(inventory(ref, 2), calls);
  assert.equal(await shards(), 0);
  assert.equal((await store.read(ref, calls))?.inventory.entries.length, 2);
});

test(
  "shards of a run that died before its record was written are removed, those of a record that may be under way are not",
  { skip },
  async () => {
    const ref = await newRef();
    const lease = await store.begin(ref, inventory(ref, 20_000), undefined, calls);
    const shardsNow = async (): Promise<Awaited<ReturnType<KubernetesCluster["list"]>>> =>
      (await cluster.list({ group: "", kind: "ConfigMap", namespace: ref.namespace }, calls)).filter((map) =>
        stringAt(map, "metadata", "name").startsWith("gitops-shop-"),
      );
    const [first] = await shardsNow();
    assert.ok(first);
    const labels = objectAt(first, "metadata", "labels");
    const make = async (name: string): Promise<void> => {
      const { status } = await thePlane().api("POST", `/api/v1/namespaces/${ref.namespace}/configmaps`, {
        metadata: { name, labels },
        data: { "inventory.json": "" },
      });
      assert.equal(status, 201);
    };
    await make("gitops-shop-deadbeef-1-0");
    await lease.release(inventory(ref, 20_000), calls);
    const names = (await shardsNow()).map((map) => stringAt(map, "metadata", "name"));
    assert.ok(!names.includes("gitops-shop-deadbeef-1-0"), "the stray shard is gone");
    const version = stringAt(await parentOf(ref), "metadata", "resourceVersion");
    assert.deepEqual(
      names.toSorted(),
      stringAt(await parentOf(ref), "data", "shards")
        .split("\n")
        .toSorted(),
    );

    const rival = `gitops-shop-cafecafe-${version}-0`;
    await make(rival);
    assert.ok(!(await strayShards(ref, (await parentOf(ref))!, cluster, calls)).includes(rival));
  },
);

test("removing a delivery removes its record and its shards", { skip }, async () => {
  const ref = await newRef();
  const lease = await store.begin(ref, inventory(ref, 20_000), undefined, calls);
  await lease.remove(calls);
  const left = await cluster.list({ group: "", kind: "ConfigMap", namespace: ref.namespace }, calls);
  assert.deepEqual(
    left.filter((map) => stringAt(map, "metadata", "name").startsWith("gitops-")),
    [],
  );
});

test("a damaged inventory is an error that says where, and never an empty one", { skip }, async () => {
  const ref = await newRef();
  await (await store.begin(ref, inventory(ref), undefined, calls)).release(undefined, calls);
  for (const text of ["", "{", '{"version":2}', '{"version":1}', "H4sIAAAA"]) {
    const { status } = await thePlane().api(
      "PATCH",
      `/api/v1/namespaces/${ref.namespace}/configmaps/gitops-shop`,
      { data: { "inventory.json": text } },
      "application/merge-patch+json",
    );
    assert.equal(status, 200);
    await assert.rejects(store.read(ref, calls), { code: "INVENTORY_UNREADABLE", message: /gitops-shop/ }, `for ${JSON.stringify(text)}`);
  }
});

test("a damaged inventory is listed as such and holds up no other", { skip }, async () => {
  const ref = await newRef();
  for (const name of ["whole", "broken"])
    await (await store.begin({ ...ref, name }, inventory(ref), undefined, calls)).release(undefined, calls);
  await thePlane().api(
    "PATCH",
    `/api/v1/namespaces/${ref.namespace}/configmaps/gitops-broken`,
    { data: { "inventory.json": "{" } },
    "application/merge-patch+json",
  );
  const { deliveries, unreadable } = await store.list(ref.namespace, calls);
  assert.deepEqual(
    deliveries.map(({ ref: { name } }) => name),
    ["whole"],
  );
  assert.deepEqual(
    unreadable.map(({ ref: { name }, error }) => [name, error.code]),
    [["broken", "INVENTORY_UNREADABLE"]],
  );
});

test("deliveries are listed in one namespace and in all", { skip }, async () => {
  const one = await newRef();
  const other = await newRef();
  for (const ref of [one, other]) await (await store.begin(ref, inventory(ref), undefined, calls)).release(undefined, calls);
  const reader = createDeliveryStore(cluster);
  assert.deepEqual(
    (await reader.list(one.namespace, calls)).deliveries.map(({ ref }) => ref),
    [one],
  );
  const all = (await reader.list(undefined, calls)).deliveries.map(({ ref }) => `${ref.namespace}/${ref.name}`);
  assert.ok(all.includes(`${one.namespace}/shop`) && all.includes(`${other.namespace}/shop`));
});
