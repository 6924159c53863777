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

test("where no controller is alive, an object that a finalizer holds is not deleted, since nobody would let it go", { skip }, async () => {
  const person = newFluxPerson(plane!, await plane!.createNamespace("ask"));
  await person.create("kustomizations", "shop", SPEC, { finalizers: ["finalizers.fluxcd.io"] });
  const result = await person.gitops(["delete", "ks/shop", "--yes"]);
  assertCode(result, 4);
  assert.match(result.stderr, /held by finalizers\.fluxcd\.io, and no kustomize-controller is alive/);
  assert.equal((await person.read("kustomizations", "shop")).metadata.deletionTimestamp, undefined);

  await person.patch("kustomizations", "shop", { metadata: { finalizers: [] } });
  assertCode(await person.gitops(["delete", "ks/shop", "--yes"]), 0);
});
