import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  fluxPath,
  fluxPlaneOrSkip,
  isReady,
  requestReconcile,
  startFlux,
  type Flux,
  type FluxController,
} from "../support/flux-controllers.ts";
import { createDelivery } from "../support/flux-objects.ts";
import { startGitServer, type GitServer } from "../support/git-server.ts";
import { waitFor, waitForDeletion, type LiveObject } from "../support/wait-for.ts";

const { skip, plane } = await fluxPlaneOrSkip();
const CONTROLLERS: readonly FluxController[] = ["source-controller", "kustomize-controller"];

let git: GitServer;
let flux: Flux;
let namespace: string;
before(async () => {
  if (plane === undefined) return;
  namespace = await plane.createNamespace("flux");
  [git, flux] = await Promise.all([startGitServer(), startFlux(plane, { namespace })]);
});
after(async () => {
  await Promise.all([git?.close(), flux?.stop()]);
});

const configMap = (name: string, value: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  value: "${value}"\n`;

/** One object of the API as JSON. */
async function read(path: string): Promise<LiveObject & { readonly data?: Readonly<Record<string, string>> }> {
  const { status, body } = await plane!.api("GET", path);
  assert.equal(status, 200, path);
  return body as LiveObject;
}

/** A repository with a GitRepository and a Kustomization of its name. */
async function deliver(
  name: string,
  value: string,
): Promise<{ readonly source: string; readonly delivery: string; readonly revision: string }> {
  const { url, commit } = await git.createRepository(name, { "deploy/map.yaml": configMap(name, value) });
  const paths = await createDelivery(plane!, { namespace, name, url, spec: { path: "./deploy" } });
  return { ...paths, revision: `main@sha1:${commit}` };
}

const mapPath = (name: string) => `/api/v1/namespaces/${namespace}/configmaps/${name}`;

test("the real controllers deliver a repository and mark what they own", { skip }, async () => {
  const { source, delivery, revision } = await deliver("first", "1");
  const ready = await waitFor(plane!, delivery, isReady);
  assert.equal(ready.status?.lastAppliedRevision, revision);
  assert.deepEqual(ready.status?.inventory, { entries: [{ id: `${namespace}_first__ConfigMap`, v: "v1" }] });
  assert.equal((await read(source)).status?.artifact?.revision, revision);

  const map = await read(mapPath("first"));
  assert.deepEqual(map.data, { value: "1" });
  assert.deepEqual(map.metadata.labels, {
    "kustomize.toolkit.fluxcd.io/name": "first",
    "kustomize.toolkit.fluxcd.io/namespace": namespace,
  });
  const writes = await plane!.writes({ namespace, user: flux.user });
  assert.ok(writes.some(({ resource, name }) => resource === "configmaps" && name === "first"));
});

test("a push is delivered when source and delivery are asked to look", { skip }, async () => {
  const { source, delivery } = await deliver("second", "1");
  await waitFor(plane!, delivery, isReady);
  const commit = await git.commit("second", { "deploy/map.yaml": configMap("renamed", "2") });

  const token = await requestReconcile(plane!, source);
  const { status } = await waitFor(plane!, source, (object) => object.status?.lastHandledReconcileAt === token && isReady(object));
  assert.equal(status?.artifact?.revision, `main@sha1:${commit}`);
  await waitFor(plane!, delivery, (object) => object.status?.lastAppliedRevision === `main@sha1:${commit}` && isReady(object));
  await waitForDeletion(plane!, mapPath("second"));
  assert.deepEqual((await read(mapPath("renamed"))).data, { value: "2" });
});

test("a suspended delivery stays as it is, and is caught up with when it is resumed", { skip }, async () => {
  const { source, delivery, revision } = await deliver("third", "1");
  await waitFor(plane!, delivery, isReady);
  const suspend = (value: boolean) => plane!.api("PATCH", delivery, { spec: { suspend: value } }, "application/merge-patch+json");
  await suspend(true);
  const commit = await git.commit("third", { "deploy/map.yaml": configMap("third", "2") });
  await requestReconcile(plane!, source);
  await waitFor(plane!, source, (object) => object.status?.artifact?.revision === `main@sha1:${commit}`);

  // The controller works on its deliveries in the order in which they change: one that changed later was handled, so this one was passed over.
  await requestReconcile(plane!, delivery);
  const { delivery: later } = await deliver("fourth", "1");
  await waitFor(plane!, later, isReady);
  assert.equal((await read(delivery)).status?.lastAppliedRevision, revision);
  assert.deepEqual((await read(mapPath("third"))).data, { value: "1" });

  await suspend(false);
  await waitFor(plane!, delivery, (object) => object.status?.lastAppliedRevision === `main@sha1:${commit}` && isReady(object));
  assert.deepEqual((await read(mapPath("third"))).data, { value: "2" });
});

test("living controllers hold Leases in their namespace, stopped ones give them back", { skip }, async () => {
  const home = await plane!.createNamespace("flux");
  const own = await startFlux(plane!, { namespace: home, selector: `team=${home}` });
  const lease = (name: FluxController) => `/apis/coordination.k8s.io/v1/namespaces/${home}/leases/${own.leases[name]}`;
  for (const name of CONTROLLERS) assert.ok((await read(lease(name))).spec?.["holderIdentity"], name);
  await own.stop();
  for (const name of CONTROLLERS) assert.ok(!(await read(lease(name))).spec?.["holderIdentity"], name);
});

test("controllers of one namespace leave the deliveries of others alone", { skip }, async () => {
  const elsewhere = await plane!.createNamespace("flux");
  const { url } = await git.createRepository("alone", { "map.yaml": configMap("alone", "1") });
  const alone = await createDelivery(plane!, { namespace: elsewhere, name: "alone", url });
  const { delivery } = await deliver("fifth", "1");
  await waitFor(plane!, delivery, isReady);
  for (const path of [alone.source, alone.delivery]) {
    const { metadata, status } = await read(path);
    // -1 is the default of the CRD
    assert.deepEqual([status, metadata.finalizers], [{ observedGeneration: -1 }, undefined]);
  }
});

test("a plane of one's own knows Flux's kinds and no controller", { skip }, async () => {
  const answer = await fluxPlaneOrSkip("no controller");
  assert.ok(answer.plane !== undefined && answer.plane.server !== plane!.server);
  const leases = await answer.plane.api("GET", "/apis/coordination.k8s.io/v1/leases");
  const names = (leases.body as { items: LiveObject[] }).items.map(({ metadata }) => metadata.name);
  assert.deepEqual(
    names.filter((name) => name.includes("leader-election")),
    [],
  );
  const path = fluxPath("kustomizations", await answer.plane.createNamespace(), "none");
  await waitForDeletion(answer.plane, path);
});
