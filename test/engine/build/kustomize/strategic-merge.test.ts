import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../src/engine/index.ts";
import { MergeConflict } from "../../../../src/engine/build/kustomize/merge/merge-conflict.ts";
import { mergeStrategically } from "../../../../src/engine/build/kustomize/merge/strategic-merge.ts";
import { builtInSchema } from "../../../../src/engine/build/kustomize/schema/schema.ts";

const deployment = (spec: JsonObject): JsonObject => ({ apiVersion: "apps/v1", kind: "Deployment", spec: { template: { spec } } });
const widget = (spec: JsonObject): JsonObject => ({ apiVersion: "example.com/v1", kind: "Widget", spec });

interface Row {
  readonly claim: string;
  readonly object: JsonObject;
  readonly patch: JsonObject;
  readonly merged: JsonObject | undefined;
}

const rows: readonly Row[] = [
  {
    claim: "elements of a merged list come patch first, and keep what the patch does not say",
    object: deployment({ containers: [{ name: "a", image: "1" }, { name: "b" }] }),
    patch: deployment({ containers: [{ name: "new" }, { name: "a", tty: true }] }),
    merged: deployment({ containers: [{ name: "new" }, { name: "a", image: "1", tty: true }, { name: "b" }] }),
  },
  {
    claim: "an element marked $patch: delete goes",
    object: deployment({ containers: [{ name: "a" }, { name: "b" }] }),
    patch: deployment({ containers: [{ name: "a", $patch: "delete" }] }),
    merged: deployment({ containers: [{ name: "b" }] }),
  },
  {
    claim: "$patch: replace in a list replaces the list",
    object: deployment({ containers: [{ name: "a" }, { name: "b" }] }),
    patch: deployment({ containers: [{ $patch: "replace" }, { name: "c" }] }),
    merged: deployment({ containers: [{ name: "c" }] }),
  },
  {
    claim: "ports of one number and two protocols stay apart",
    object: deployment({ containers: [{ name: "a", ports: [{ containerPort: 80, protocol: "TCP" }] }] }),
    patch: deployment({ containers: [{ name: "a", ports: [{ containerPort: 80, protocol: "UDP" }] }] }),
    merged: deployment({
      containers: [
        {
          name: "a",
          ports: [
            { containerPort: 80, protocol: "UDP" },
            { containerPort: 80, protocol: "TCP" },
          ],
        },
      ],
    }),
  },
  {
    claim: "a list of an unknown type is replaced whole",
    object: widget({ list: [{ name: "a" }] }),
    patch: widget({ list: [{ name: "b" }] }),
    merged: widget({ list: [{ name: "b" }] }),
  },
  {
    claim: "a null removes a field, and one that was there stays",
    object: widget({ a: 1, kept: null }),
    patch: widget({ a: null }),
    merged: widget({ kept: null }),
  },
  {
    claim: "a map that is added loses its nulls",
    object: widget({}),
    patch: widget({ map: { a: null, b: 1 } }),
    merged: widget({ map: { b: 1 } }),
  },
  {
    claim: "$patch: replace in a map replaces the map",
    object: widget({ map: { a: 1 } }),
    patch: widget({ map: { $patch: "replace", b: 2 } }),
    merged: widget({ map: { b: 2 } }),
  },
  {
    claim: "$patch: delete at the top deletes the object",
    object: widget({}),
    patch: { ...widget({}), $patch: "delete" },
    merged: undefined,
  },
  {
    claim: "a set of scalars is united",
    object: { apiVersion: "v1", kind: "Pod", metadata: { finalizers: ["a", "b"] } },
    patch: { apiVersion: "v1", kind: "Pod", metadata: { finalizers: ["c", "a"] } },
    merged: { apiVersion: "v1", kind: "Pod", metadata: { finalizers: ["c", "a", "b"] } },
  },
];

for (const { claim, object, patch, merged } of rows) {
  test(claim, () => {
    assert.deepEqual(mergeStrategically(object, patch, builtInSchema), merged);
  });
}

test("a map for a list is a conflict that names the field", () => {
  assert.throws(
    () => mergeStrategically(widget({ a: [1] }), widget({ a: { b: 1 } }), builtInSchema),
    new MergeConflict("spec.a is a list, and the patch has a map there", "/spec/a"),
  );
});
