import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { connectCluster } from "../../../src/adapters/kubernetes/connect.ts";
import { systemClock } from "../../../src/adapters/system-clock.ts";
import type { SpokenKind } from "../../../src/engine/model/object-view.ts";
import { controllerOf } from "../../../src/engine/operations/controller-life.ts";
import type { Clock } from "../../../src/engine/ports/clock.ts";
import { planeOrSkip } from "../../support/control-plane.ts";

const { skip, plane } = await planeOrSkip();
const opened = plane && (await connectCluster({ kubeconfig: plane.kubeconfig, environment: process.env, clock: systemClock() }));
after(() => opened?.close());

const SECONDS = 1000;

/** A kind whose controller has a Lease that no other test knows. */
function newKind(namespace: string): SpokenKind {
  const title = `controller-${randomBytes(4).toString("hex")}`;
  return {
    group: "test",
    kind: "Thing",
    role: "app",
    words: ["thing"],
    plural: "things",
    versions: ["v1"],
    isPlayed: false,
    controller: { title, lease: `${title}-leader-election`, namespace },
  };
}

interface LeaseState {
  readonly holder: string;
  readonly renewedMs: number;
  readonly suffix?: string;
}

async function putLease(namespace: string, { controller }: SpokenKind, { holder, renewedMs, suffix = "" }: LeaseState): Promise<void> {
  const metadata = { name: `${controller.lease}${suffix}` };
  const renewTime = new Date(renewedMs).toISOString().replace("Z", "000Z");
  const spec = { holderIdentity: holder, leaseDurationSeconds: 35, renewTime };
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${metadata.name}?fieldManager=controller&force=true`;
  const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec };
  const { status, body } = await plane!.api("PATCH", path, lease, "application/apply-patch+yaml");
  assert.ok(status === 200 || status === 201, JSON.stringify(body));
}

/** A clock of which no one sleeps longer than it takes to ask: `onSleep` comes before the sleep ends. */
function hastyClock(onSleep: () => Promise<void> = async () => {}): Clock {
  const clock = systemClock();
  return { ...clock, sleep: async (_milliseconds, signal) => (await onSleep(), clock.sleep(500, signal)) };
}

const context = (signal: AbortSignal) => ({ signal, emit: () => undefined });

async function life(kind: SpokenKind, signal: AbortSignal, clock: Clock = hastyClock()) {
  return controllerOf(kind, { cluster: opened!, clock }, context(signal));
}

test("a controller whose Lease was just renewed is alive, wherever it lives", { skip }, async ({ signal }) => {
  const namespace = await plane!.createNamespace("life");
  const kind = newKind("elsewhere");
  await putLease(namespace, kind, { holder: "pod-1", renewedMs: Date.now() - 5 * SECONDS });
  const found = await life(kind, signal);
  assert.equal(found.alive, true);
  assert.match(JSON.stringify(found), new RegExp(`Lease ${namespace}/${kind.controller.lease}`));
});

test("a shard's Lease is a sign of life, another controller's is none", { skip }, async ({ signal }) => {
  const namespace = await plane!.createNamespace("life");
  const kind = newKind(namespace);
  await putLease(namespace, kind, { holder: "pod-1", renewedMs: Date.now(), suffix: "x" });
  assert.deepEqual(await life(kind, signal), { alive: false });
  await putLease(namespace, kind, { holder: "pod-1", renewedMs: Date.now(), suffix: "-0a1b2c3d" });
  assert.equal((await life(kind, signal)).alive, true);
});

test("no Lease, one that was given back and one that nobody renews are no signs of life", { skip }, async ({ signal }) => {
  const namespace = await plane!.createNamespace("life");
  const kind = newKind(namespace);
  assert.deepEqual(await life(kind, signal), { alive: false });
  await putLease(namespace, kind, { holder: "", renewedMs: Date.now() });
  assert.deepEqual(await life(kind, signal), { alive: false });
  await putLease(namespace, kind, { holder: "pod-1", renewedMs: Date.now() - 3600 * SECONDS });
  assert.deepEqual(await life(kind, signal), { alive: false });
});

test("a controller whose clock is an hour behind is alive when its Lease moves", { skip }, async ({ signal }) => {
  const namespace = await plane!.createNamespace("life");
  const kind = newKind(namespace);
  const behind = (): LeaseState => ({ holder: "pod-1", renewedMs: Date.now() - 3600 * SECONDS });
  await putLease(namespace, kind, behind());
  const found = await life(
    kind,
    signal,
    hastyClock(() => putLease(namespace, kind, behind())),
  );
  assert.equal(found.alive, true);
});

test("who may not read Leases anywhere learns nothing, and is told why", { skip }, async ({ signal }) => {
  const namespace = await plane!.createNamespace("life");
  const kind = newKind(namespace);
  await putLease(namespace, kind, { holder: "pod-1", renewedMs: Date.now() });
  const as = `nobody-${namespace}`;
  const limited = await connectCluster({ kubeconfig: plane!.kubeconfig, environment: process.env, clock: systemClock(), as });
  try {
    const ports = { cluster: limited, clock: hastyClock() };
    const found = await controllerOf(kind, ports, context(signal));
    assert.equal(found.alive, "unknown");

    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    const rules = [{ apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["list"] }];
    await plane!.api("POST", `${rbac}/roles`, { metadata: { name: "leases" }, rules });
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "leases" };
    const subjects = [{ kind: "User", name: as, apiGroup: "rbac.authorization.k8s.io" }];
    await plane!.api("POST", `${rbac}/rolebindings`, { metadata: { name: "leases" }, roleRef, subjects });
    // The authorizer's cache hears of it by a watch of its own.
    let later = await controllerOf(kind, ports, context(signal));
    for (let tries = 0; later.alive === "unknown" && tries < 100; tries++) later = await controllerOf(kind, ports, context(signal));
    assert.equal(later.alive, true);
  } finally {
    limited.close();
  }
});
