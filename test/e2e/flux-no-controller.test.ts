import assert from "node:assert/strict";
import { test } from "node:test";
import { fluxPlaneOrSkip } from "../support/flux-controllers.ts";
import { newFluxPerson } from "../support/flux-delivery.ts";
import { assertCode } from "../support/workspace.ts";

const { skip, plane } = await fluxPlaneOrSkip("without controllers");
const SPEC = { interval: "1h", path: "./deploy", prune: true, sourceRef: { kind: "GitRepository", name: "shop" } };

test("where no controller is alive, a request times out and says so", { skip }, async () => {
  const person = newFluxPerson(plane!, await plane!.createNamespace("ask"));
  await person.create("kustomizations", "shop", SPEC);
  const result = await person.gitops(["reconcile", "shop", "--timeout", "1s"]);
  assertCode(result, 9);
  assert.match(result.stderr, /hint: no kustomize-controller is alive in this cluster/);
});

test("where no controller is alive, a source that a finalizer holds is not deleted, since nobody would let it go", { skip }, async () => {
  const person = newFluxPerson(plane!, await plane!.createNamespace("ask"));
  const spec = { interval: "1h", url: "https://git.example/shop.git" };
  await person.create("gitrepositories", "shop", spec, { finalizers: ["finalizers.fluxcd.io"] });
  const result = await person.gitops(["delete", "source", "git", "shop", "--yes"]);
  assertCode(result, 4);
  assert.match(result.stderr, /held by finalizers\.fluxcd\.io, and no source-controller is alive/);
  assert.equal((await person.read("gitrepositories", "shop")).metadata.deletionTimestamp, undefined);

  await person.patch("gitrepositories", "shop", { metadata: { finalizers: [] } });
  assertCode(await person.gitops(["delete", "gitrepo/shop", "--yes"]), 0);
});

test("no request is written to another cluster than the expected one", { skip }, async () => {
  const person = newFluxPerson(plane!, await plane!.createNamespace("ask"));
  await person.create("kustomizations", "shop", SPEC);
  for (const command of ["reconcile", "suspend", "resume"]) {
    assertCode(await person.gitops([command, "shop", "--expect-cluster", "00000000-0000-0000-0000-000000000000"]), 5);
  }
  const { metadata, spec } = await person.read("kustomizations", "shop");
  assert.deepEqual([metadata.annotations, spec?.["suspend"]], [undefined, undefined]);
});

test("a repository of charts that is an address only is ready as it stands", { skip }, async () => {
  const namespace = await plane!.createNamespace("ask");
  const person = newFluxPerson(plane!, namespace);
  const charts = { apiVersion: "source.toolkit.fluxcd.io/v1", kind: "HelmRepository", metadata: { name: "charts" } };
  const path = `/apis/source.toolkit.fluxcd.io/v1/namespaces/${namespace}/helmrepositories`;
  const { status } = await plane!.api("POST", path, { ...charts, spec: { type: "oci", url: "oci://charts.example/charts" } });
  assert.equal(status, 201);
  assertCode(await person.gitops(["reconcile", "source", "helm", "charts"]), 0);
});
