import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldSchema, ownedFields, sameFields } from "../../../src/engine/compare/index.ts";
import { DOCUMENT, stall, stallSchema } from "./openapi-document.ts";

test("every sort of field is owned in its own way", () => {
  const object = stall({
    replicas: 1,
    env: [{ name: "A", value: "1" }],
    ports: [{ containerPort: 80 }, { containerPort: 80, protocol: "UDP" }],
    args: ["a", "b"],
    limits: { cpu: "1" },
    selector: { matchLabels: { a: "b" } },
    anything: { deep: { list: [1] } },
  });

  assert.deepEqual(ownedFields(object, stallSchema()), {
    "f:metadata": { "f:labels": { "f:app": {} } },
    "f:spec": {
      "f:replicas": {},
      "f:env": { 'k:{"name":"A"}': { ".": {}, "f:name": {}, "f:value": {} } },
      "f:ports": {
        'k:{"containerPort":80,"protocol":"TCP"}': { ".": {}, "f:containerPort": {} },
        'k:{"containerPort":80,"protocol":"UDP"}': { ".": {}, "f:containerPort": {}, "f:protocol": {} },
      },
      "f:args": {},
      "f:limits": { "f:cpu": {} },
      "f:selector": {},
      "f:anything": { "f:deep": { ".": {}, "f:list": {} } },
    },
  });
});

test("items with the same key are owned as items, not field by field", () => {
  const owned = ownedFields(
    stall({
      env: [
        { name: "A", value: "1" },
        { name: "A", value: "2" },
      ],
    }),
    stallSchema(),
  );

  assert.deepEqual(owned["f:spec"], { "f:env": { 'k:{"name":"A"}': {} } });
});

test("status is left out where the kind has a status subresource, and kept where it has none", () => {
  const object = stall({}, { status: { phase: "Ready" } });
  const withoutPaths = fieldSchema({ ...DOCUMENT, paths: {} }, "shop.test/v1", "Stall");

  assert.equal("f:status" in ownedFields(object, stallSchema()), false);
  assert.ok(withoutPaths !== undefined);
  assert.equal("f:status" in ownedFields(object, withoutPaths), true);
});

test("a field that the schema does not know never looks owned as the server owns it", () => {
  const known = ownedFields(stall({ replicas: 1 }), stallSchema());

  assert.equal(sameFields(ownedFields(stall({ replicas: 1, replicsa: 2 }), stallSchema()), known), false);
});

test("a kind that contains itself is read as deep as the object goes", () => {
  const owned = ownedFields(stall({ child: { child: { replicas: 1 } } }), stallSchema());

  assert.deepEqual(owned["f:spec"], { "f:child": { "f:child": { "f:replicas": {} } } });
});

test("a kind that the document does not describe has no schema", () => {
  assert.equal(fieldSchema(DOCUMENT, "shop.test/v2", "Stall"), undefined);
  assert.equal(fieldSchema({}, "shop.test/v1", "Stall"), undefined);
});

test("sets are the same whatever their order and however Go escapes a key", () => {
  const ours = { 'k:{"name":"a<b"}': { "f:x": {} }, "f:y": {} };

  assert.equal(sameFields(ours, { "f:y": {}, 'k:{"name":"a\\u003cb"}': { "f:x": {} } }), true);
  assert.equal(sameFields(ours, { "f:y": {}, 'k:{"name":"a\\u003cc"}': { "f:x": {} } }), false);
  assert.equal(sameFields(ours, { "f:y": {}, 'k:{"name":"a<b"}': { ".": {}, "f:x": {} } }), false);
});

test("a key named __proto__ is a field like any other", () => {
  const labels = JSON.parse('{"__proto__":"x"}');
  const object = stall({}, { metadata: { name: "corner", labels } });

  assert.deepEqual(ownedFields(object, stallSchema())["f:metadata"], { "f:labels": { "f:__proto__": {} } });
});
