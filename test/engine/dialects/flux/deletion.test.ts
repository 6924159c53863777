import assert from "node:assert/strict";
import { test } from "node:test";
import { deletionEffect, keepPatch, releasePatch } from "../../../../src/engine/dialects/flux/deletion.ts";
import type { JsonObject } from "../../../../src/engine/model/json.ts";

const HELD = { finalizers: ["finalizers.fluxcd.io"] };

function kustomization(spec: JsonObject, metadata: JsonObject = HELD): JsonObject {
  return { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization", metadata, spec };
}

// As kustomize-controller's finalizer decides: the policy, spec.prune for MirrorPrune, and nothing of a suspended one.
const KUSTOMIZATIONS: readonly (readonly [JsonObject, "deleted" | "kept"])[] = [
  [{ prune: true }, "deleted"],
  [{ prune: false }, "kept"],
  [{ prune: false, deletionPolicy: "Delete" }, "deleted"],
  [{ prune: false, deletionPolicy: "WaitForTermination" }, "deleted"],
  [{ prune: true, deletionPolicy: "Orphan" }, "kept"],
  [{ prune: true, deletionPolicy: "MirrorPrune" }, "deleted"],
  [{ prune: true, suspend: true }, "kept"],
];

for (const [spec, members] of KUSTOMIZATIONS) {
  test(`what a Kustomization with ${JSON.stringify(spec)} delivered is ${members}`, () => {
    assert.equal(deletionEffect(kustomization(spec)).members, members);
  });
}

test("one that no controller has taken up takes nothing along", () => {
  assert.equal(deletionEffect(kustomization({ prune: true }, {})).members, "kept");
});

test("a release is uninstalled unless it is suspended; a source takes nothing along", () => {
  const release = { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease", metadata: HELD };
  assert.equal(deletionEffect({ ...release, spec: {} }).members, "deleted");
  assert.equal(deletionEffect({ ...release, spec: { suspend: true } }).members, "kept");
  assert.equal(deletionEffect({ apiVersion: "source.toolkit.fluxcd.io/v1", kind: "GitRepository", metadata: HELD }).members, "none");
});

test("after the patch that keeps, a deletion keeps", () => {
  const release = { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease", metadata: HELD };
  for (const object of [kustomization({ prune: true }), release]) {
    const { spec } = keepPatch(object);
    assert.equal(deletionEffect({ ...object, spec: spec ?? {} }).members, "kept");
  }
});

test("letting go of an object takes the controller's finalizer off, and leaves those of others", () => {
  const object = { metadata: { finalizers: ["finalizers.fluxcd.io", "example.com/audit"] } };
  assert.deepEqual(releasePatch(object), { metadata: { finalizers: ["example.com/audit"] } });
  assert.equal(releasePatch({ metadata: { finalizers: ["example.com/audit"] } }), undefined);
});
