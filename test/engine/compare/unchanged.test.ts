import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isUnchanged } from "../../../src/engine/compare/index.ts";
import { isJsonObject, objectAt, type JsonObject, type JsonValue } from "../../../src/engine/model/json.ts";
import { applied, copyOf, entry } from "./live-object.ts";
import { manifestOf } from "./manifest-of.ts";
import { stall, stallSchema } from "./openapi-document.ts";

const schema = stallSchema();
const options = { fieldManager: "gitops" };

function unchanged(desired: JsonObject, live: JsonObject): boolean {
  return isUnchanged(manifestOf(desired), live, schema, options);
}

const word = fc.stringMatching(/^[a-z]{1,6}$/);
const spec = fc.record(
  {
    replicas: fc.nat(9),
    paused: fc.boolean(),
    env: fc.uniqueArray(fc.record({ name: word, value: word }), { selector: ({ name }) => name, minLength: 1, maxLength: 4 }),
    ports: fc.uniqueArray(fc.record({ containerPort: fc.integer({ min: 1, max: 9 }), name: word }), {
      selector: ({ containerPort }) => containerPort,
      minLength: 1,
      maxLength: 3,
    }),
    args: fc.array(word, { minLength: 1, maxLength: 3 }),
    limits: fc.dictionary(word, fc.constantFrom("1", "500m", "1Gi"), { minKeys: 1, maxKeys: 3 }),
    selector: fc.record({ matchLabels: fc.dictionary(word, word, { minKeys: 1, maxKeys: 2 }) }),
    anything: fc.dictionary(word, fc.record({ x: word }), { minKeys: 1, maxKeys: 2 }),
  },
  { requiredKeys: ["replicas"] },
);

/** The places of all scalars of a value. */
function scalarsOf(value: JsonValue, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => scalarsOf(item, [...path, index]));
  if (isJsonObject(value)) return Object.entries(value).flatMap(([name, inner]) => scalarsOf(inner, [...path, name]));
  return [path];
}

function parentAt(object: JsonObject, path: readonly (string | number)[]): JsonObject | JsonValue[] {
  let current: JsonValue = object;
  for (const part of path.slice(0, -1)) {
    assert.ok(typeof current === "object" && current !== null);
    current = (Array.isArray(current) ? current[Number(part)] : current[String(part)]) ?? null;
  }
  assert.ok(isJsonObject(current) || Array.isArray(current));
  return current;
}

function setAt(object: JsonObject, path: readonly (string | number)[], value: JsonValue): void {
  const parent = parentAt(object, path);
  const last = path.at(-1) ?? "";
  if (Array.isArray(parent)) parent[Number(last)] = value;
  else parent[String(last)] = value;
}

test("what was just applied is unchanged, whatever others own besides", () => {
  fc.assert(
    fc.property(spec, (random) => {
      const desired = stall({ ...random });
      assert.equal(
        unchanged(desired, applied(desired, schema, [entry("kube-controller-manager", { "f:status": {} }, { subresource: "status" })])),
        true,
      );
    }),
    { seed: 20260101 },
  );
});

test("any one declared value that differs in the cluster is never unchanged", () => {
  fc.assert(
    fc.property(spec, fc.nat(), (random, pick) => {
      const desired = stall({ ...random });
      const live = copyOf(applied(desired, schema));
      const places = scalarsOf(objectAt(desired, "spec"));
      const place = places[pick % places.length];
      assert.ok(place !== undefined);
      setAt(live, ["spec", ...place], "drifted");
      assert.equal(unchanged(desired, live), false, place.join("/"));
    }),
    { seed: 20260102 },
  );
});

test("any field removed from Git is never unchanged", () => {
  fc.assert(
    fc.property(spec, fc.nat(), (random, pick) => {
      const before = stall({ ...random });
      const desired = copyOf(before);
      const places = scalarsOf(objectAt(desired, "spec"));
      const place = places[pick % places.length];
      assert.ok(place !== undefined);
      const parent = parentAt(desired, ["spec", ...place]);
      const last = place.at(-1) ?? "";
      if (Array.isArray(parent)) parent.splice(Number(last), 1);
      else delete parent[String(last)];
      assert.equal(unchanged(desired, applied(before, schema)), false, place.join("/"));
    }),
    { seed: 20260103 },
  );
});

test("any field added under our manager is never unchanged", () => {
  fc.assert(
    fc.property(spec, word, word, (random, key, value) => {
      const desired = stall({ ...random });
      const more = copyOf(desired);
      const labels = objectAt(more, "metadata", "labels");
      more["metadata"] = { ...objectAt(more, "metadata"), labels: { ...labels, [`added-${key}`]: value } };
      assert.equal(unchanged(desired, applied(more, schema)), false);
    }),
    { seed: 20260104 },
  );
});

const base = stall({ replicas: 1, limits: { cpu: "1" } }, { data: { key: "c2VjcmV0" } });

const EQUAL: readonly (readonly [string, JsonObject, JsonObject])[] = [
  ["quantities of one amount", stall({ limits: { cpu: "1000m", memory: "1024Mi" } }), stall({ limits: { cpu: "1", memory: "1Gi" } })],
  ["a quantity given as a number", stall({ limits: { cpu: 0.5 } }), stall({ limits: { cpu: "500m" } })],
  ["an integer given as a float", stall({ replicas: 2.0 }), stall({ replicas: 2 })],
  ["base64 with line breaks", stall({}, { data: { a: "c2Vj\ncmV0\n" } }), stall({}, { data: { a: "c2VjcmV0" } })],
  ["keyed items in another order", stall({ env: [{ name: "A" }, { name: "B" }] }), stall({ env: [{ name: "B" }, { name: "A" }] })],
  [
    "a default that the server fills into an atomic value",
    stall({ env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "x" } } }] }),
    stall({ env: [{ name: "A", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "x" } } }] }),
  ],
  ["a default inside an item of an atomic list", stall({ rules: [{ port: 80 }] }), stall({ rules: [{ port: 80, protocol: "TCP" }] })],
];

for (const [title, desired, stored] of EQUAL) {
  test(`${title}: unchanged`, () => {
    const live = {
      ...applied(desired, schema),
      spec: objectAt(stored, "spec"),
      ...(stored["data"] === undefined ? {} : { data: stored["data"] }),
    };
    assert.equal(unchanged(desired, live), true);
  });
}

test("a zero value that the server left out when it stored ours is unchanged", () => {
  const desired = stall({ replicas: 1, paused: false, args: [] });
  assert.equal(unchanged(desired, { ...applied(desired, schema), spec: { replicas: 1 } }), true);
});

test("a value that is gone although its owner is still noted is a change", () => {
  assert.equal(unchanged(base, { ...applied(base, schema), spec: { replicas: 1 } }), false);
});

test("an explicit value removed from an atomic list item is a change, although nobody's field set tells", () => {
  const desired = stall({ rules: [{ port: 80 }] });
  const live = applied(stall({ rules: [{ port: 80, protocol: "UDP" }] }), schema);
  assert.equal(unchanged(desired, live), false);
});

test("another order in an atomic list is a change", () => {
  assert.equal(unchanged(stall({ args: ["a", "b"] }), applied(stall({ args: ["b", "a"] }), schema)), false);
});

const DOUBTS: readonly (readonly [string, (live: JsonObject) => JsonObject])[] = [
  [
    "the object is being deleted",
    (live) => ({ ...live, metadata: { ...objectAt(live, "metadata"), deletionTimestamp: "2026-01-01T00:00:00Z" } }),
  ],
  ["kubectl's fields await migration", (live) => withEntries(live, [entry("kubectl-edit", { "f:spec": { "f:paused": {} } })])],
  ["our own update awaits migration", (live) => withEntries(live, [entry("gitops", { "f:spec": { "f:paused": {} } })])],
  [
    "it was applied through another version",
    (live) => ({
      ...live,
      metadata: { ...objectAt(live, "metadata"), managedFields: managed(live).map((one) => ({ ...one, apiVersion: "shop.test/v0" })) },
    }),
  ],
  ["it was read through another version", (live) => ({ ...live, apiVersion: "shop.test/v0" })],
  ["nobody tracks fields", (live) => ({ ...live, metadata: { ...objectAt(live, "metadata"), managedFields: [] } })],
];

for (const [title, change] of DOUBTS) {
  test(`${title}: not unchanged`, () => {
    assert.equal(unchanged(base, change(applied(base, schema))), false);
  });
}

test("without a schema nothing is unchanged", () => {
  assert.equal(isUnchanged(manifestOf(base), applied(base, schema), undefined, options), false);
});

function managed(live: JsonObject): readonly JsonObject[] {
  const entries = objectAt(live, "metadata")["managedFields"];
  return Array.isArray(entries) ? entries.filter(isJsonObject) : [];
}

function withEntries(live: JsonObject, more: readonly JsonObject[]): JsonObject {
  return { ...live, metadata: { ...objectAt(live, "metadata"), managedFields: [...managed(live), ...more] } };
}
