import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../src/engine/model/json.ts";
import { bareOwnership } from "../../../src/engine/operations/doctor/ownership-facts.ts";

const ID = { group: "apps", kind: "Deployment", namespace: "apps", name: "web" };

function entry(manager: string, time: string, fields: readonly string[], subresource = ""): JsonObject {
  const fieldsV1: JsonObject = Object.fromEntries(fields.map((field) => [field, {}]));
  return { manager, operation: "Update", time, fieldsV1, ...(subresource === "" ? {} : { subresource }) };
}

function foreignOf(...others: readonly JsonObject[]): readonly string[] {
  const ours = entry("gitops", "2026-01-01T00:00:10Z", ["f:spec"]);
  const object: JsonObject = { metadata: { name: "web", namespace: "apps", managedFields: [ours, ...others] } };
  return bareOwnership(new Map([["web", { id: ID, object }]])).foreign.map(({ manager, at }) => `${manager} ${at}`);
}

test("who wrote content after the last apply is told, with the time", () => {
  assert.deepEqual(foreignOf(entry("kubectl-edit", "2026-01-01T00:00:11Z", ["f:metadata", "f:spec"])), [
    "kubectl-edit 2026-01-01T00:00:11Z",
  ]);
});

test("earlier writes, status, metadata, scaling and the cluster's own controllers are no interference", () => {
  const later = "2026-01-01T01:00:00Z";
  assert.deepEqual(
    foreignOf(
      entry("kubectl-create", "2026-01-01T00:00:01Z", ["f:spec"]),
      entry("odd", later, ["f:status"], "status"),
      entry("odd", later, ["f:spec"], "scale"),
      entry("labeller", later, ["f:metadata"]),
      entry("kube-controller-manager", later, ["f:spec"]),
      entry("gitops", later, ["f:spec"]),
    ),
    [],
  );
});

test("the marks of an app on an object of a bare delivery name the other owner", () => {
  const labels = { "kustomize.toolkit.fluxcd.io/name": "shop", "kustomize.toolkit.fluxcd.io/namespace": "flux-system" };
  const object: JsonObject = { metadata: { name: "web", namespace: "apps", labels } };
  const { rivals } = bareOwnership(new Map([["web", { id: ID, object }]]));
  assert.deepEqual(rivals, [{ id: ID, owner: "ks/shop -n flux-system" }]);
});
