import assert from "node:assert/strict";
import { test } from "node:test";
import { compareObject, migratableManagers, migrationPatch, ownedFields, withoutScaledFields } from "../../../src/engine/compare/index.ts";
import type { ApplyChange } from "../../../src/engine/model/change.ts";
import { objectAt, valueAt, type JsonObject } from "../../../src/engine/model/json.ts";
import { applied, copyOf, entry } from "./live-object.ts";
import { manifestOf } from "./manifest-of.ts";
import { stall, stallSchema } from "./openapi-document.ts";

const schema = stallSchema();
const options = { fieldManager: "gitops", schema };

function compare(desired: JsonObject, live: JsonObject | undefined, predicted?: JsonObject): ApplyChange {
  return compareObject(manifestOf(desired), { live, predicted }, options);
}

function configured(change: ApplyChange): Extract<ApplyChange, { action: "configure" }> {
  assert.ok(change.action === "configure", change.action);
  return change;
}

test("an object that is not there is created", () => {
  assert.equal(compare(stall({}), undefined).action, "create");
});

test("status and the server's bookkeeping are no difference", () => {
  const desired = stall({ replicas: 1 });
  const live = applied(desired, schema);
  const predicted = copyOf(live);
  predicted["metadata"] = {
    ...objectAt(live, "metadata"),
    resourceVersion: "8",
    generation: 2,
    uid: "u2",
    creationTimestamp: "2026-02-02T00:00:00Z",
  };
  predicted["status"] = { phase: "Other" };

  assert.equal(compare(desired, live, predicted).action, "none");
});

test("when an entry was written is no difference", () => {
  const desired = stall({ replicas: 1 });
  const live = applied(desired, schema);
  const predicted = {
    ...live,
    metadata: {
      ...objectAt(live, "metadata"),
      managedFields: [entry("gitops", { ...ownedFields(desired, schema) }, { operation: "Apply", time: "2027-01-01T00:00:00Z" })],
    },
  };

  assert.equal(compare(desired, live, predicted).action, "none");
});

test("differences are pointers in document order, and items are matched by key", () => {
  const live = applied(
    stall({
      replicas: 1,
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
      args: ["x"],
    }),
    schema,
  );
  const desired = stall({
    replicas: 2,
    env: [
      { name: "NEW", value: "0" },
      { name: "A", value: "1" },
      { name: "B", value: "3" },
    ],
    args: ["x", "y"],
  });

  const { fields } = configured(compare(desired, live, applied(desired, schema)));

  assert.deepEqual(fields, ["/spec/replicas", "/spec/env/0", "/spec/env/2/value", "/spec/args"]);
});

test("names with slashes and tildes are escaped in pointers", () => {
  const desired = stall({}, { metadata: { name: "corner", namespace: "shop", labels: { "a/b~c": "2" } } });
  const live = applied(stall({}, { metadata: { name: "corner", namespace: "shop", labels: { "a/b~c": "1" } } }), schema);

  assert.deepEqual(configured(compare(desired, live, applied(desired, schema))).fields, ["/metadata/labels/a~1b~0c"]);
});

test("only our ownership changing is a configure without fields", () => {
  const desired = stall({ replicas: 1, paused: true });
  const live = {
    ...applied(stall({ replicas: 1 }), schema, [entry("other", { "f:spec": { "f:paused": {} } })]),
    spec: { replicas: 1, paused: true },
  };
  const predicted = applied(desired, schema);

  const change = configured(compare(desired, live, predicted));

  assert.deepEqual(change.fields, []);
  assert.deepEqual(change.takeovers, []);
});

test("a field of another manager whose value changes is a take-over, one whose value stays is none", () => {
  const desired = stall({ replicas: 2, paused: true, env: [{ name: "A", value: "1" }] });
  const theirs = entry("somebody", {
    "f:spec": { "f:replicas": {}, "f:paused": {}, "f:env": { 'k:{"name":"A"}': { ".": {}, "f:name": {}, "f:value": {} } } },
  });
  const live = { ...applied(stall({}), schema, [theirs]), spec: { replicas: 9, paused: true, env: [{ name: "A", value: "9" }] } };

  const { takeovers } = configured(compare(desired, live, applied(desired, schema)));

  assert.deepEqual(takeovers, [
    { manager: "somebody", field: "/spec/replicas" },
    { manager: "somebody", field: "/spec/env/0/value" },
  ]);
});

test("what a person set with kubectl scale is taken back and told, what an autoscaler set is left alone", () => {
  const desired = stall({ replicas: 2, paused: true });
  const scaled = (manager: string): JsonObject => ({
    ...applied(stall({ paused: true }), schema, [entry(manager, { "f:spec": { "f:replicas": {} } }, { subresource: "scale" })]),
    spec: { replicas: 9, paused: true },
  });

  const byPerson = withoutScaledFields(manifestOf(desired), scaled("kubectl"));
  const byController = withoutScaledFields(manifestOf(desired), scaled("kube-controller-manager"));

  assert.equal(byPerson.manifest.object, desired);
  assert.deepEqual(configured(compare(desired, scaled("kubectl"), applied(desired, schema))).takeovers, [
    { manager: "kubectl", field: "/spec/replicas" },
  ]);
  assert.deepEqual(byController.manifest.object["spec"], { paused: true });
  assert.equal(byController.warnings.length, 1);
  assert.match(byController.warnings[0] ?? "", /\/spec\/replicas is left to kube-controller-manager/);
  assert.deepEqual(desired["spec"], { replicas: 2, paused: true });
});

test("what only kubectl owns and Git does not declare is predicted as removed; the server's defaults stay", () => {
  const desired = stall({ paused: true });
  const fields = {
    "f:spec": {
      "f:paused": {},
      "f:limits": { ".": {}, "f:cpu": {} },
      "f:env": { 'k:{"name":"OLD"}': { ".": {}, "f:name": {} } },
      "f:replicas": {},
    },
  };
  const theirs = entry("kubectl-client-side-apply", fields);
  const spec = { paused: true, limits: { cpu: "1" }, env: [{ name: "OLD" }, { name: "KEPT" }], replicas: 1 };
  const kept = entry("somebody", { "f:spec": { "f:env": { 'k:{"name":"KEPT"}': { ".": {}, "f:name": {} } } } });
  const live = { ...applied(stall({}), schema, [theirs, kept]), spec };

  const change = configured(compare(desired, live, { ...applied(desired, schema, [theirs, kept]), spec }));

  assert.deepEqual(change.migrate, ["kubectl-client-side-apply"]);
  assert.deepEqual(change.fields, ["/spec/limits", "/spec/env/0"]);
  assert.deepEqual(valueAt(change.predicted, "spec"), { paused: true, env: [{ name: "KEPT" }], replicas: 1 });
});

test("without a dry-run answer the declared fields decide, and what we own and Git dropped goes", () => {
  const live = applied(stall({ replicas: 1, paused: true, limits: { cpu: "1000m" } }), schema);

  assert.deepEqual(configured(compare(stall({ replicas: 2, limits: { cpu: "1" } }), live)).fields, ["/spec/replicas", "/spec/paused"]);
  assert.equal(compare(stall({ replicas: 1, paused: true, limits: { cpu: "1" } }), live).action, "none");
});

test("without a dry-run answer a field that we do not own yet is still to be applied", () => {
  const live = { ...applied(stall({}), schema), spec: { paused: true } };

  assert.deepEqual(configured(compare(stall({ paused: true }), live)).fields, []);
});

test("migration moves kubectl's, first-apply's and our own updates into our apply entry, and nothing else", () => {
  const others = [
    entry("kubectl-client-side-apply", { "f:spec": { "f:env": { 'k:{"name":"A"}': {} } } }),
    entry("before-first-apply", { "f:spec": { "f:args": {} } }),
    entry("gitops", { "f:spec": { "f:paused": {} } }),
    entry("kubectl", { "f:status": {} }, { subresource: "status" }),
    entry("somebody", { "f:spec": { "f:replicas": {} } }),
  ];
  const live = applied(stall({ env: [{ name: "A", value: "1" }] }), schema, others);

  const managers = migratableManagers(live, "gitops");
  const [guard, move] = migrationPatch(live, managers, "gitops");

  assert.deepEqual(managers, ["kubectl-client-side-apply", "before-first-apply", "gitops"]);
  assert.deepEqual(guard, { op: "replace", path: "/metadata/resourceVersion", value: "7" });
  const entries = move?.["value"];
  assert.ok(Array.isArray(entries));
  assert.deepEqual(entries.slice(1), [others[3], others[4]]);
  assert.deepEqual(valueAt(entries[0], "operation"), "Apply");
  assert.deepEqual(valueAt(entries[0], "fieldsV1", "f:spec"), {
    "f:env": { 'k:{"name":"A"}': { ".": {}, "f:name": {}, "f:value": {} } },
    "f:args": {},
    "f:paused": {},
  });
});

test("nothing to migrate makes no patch", () => {
  assert.deepEqual(migrationPatch(applied(stall({}), schema), [], "gitops"), []);
});

test("fields that only wait to be moved into our entry are a configure without fields", () => {
  const desired = stall({ paused: true });
  const live = applied(desired, schema, [entry("kubectl-client-side-apply", { "f:spec": { "f:paused": {} } })]);

  assert.deepEqual(configured(compare(desired, live, live)).fields, []);
});

test("what somebody else owns besides kubectl is not predicted as removed", () => {
  const shared = { "f:spec": { "f:args": {} } };
  const live = { ...applied(stall({}), schema, [entry("kubectl-edit", shared), entry("somebody", shared)]), spec: { args: ["x"] } };

  assert.deepEqual(configured(compare(stall({}), live, live)).fields, []);
});

test("a leaf of one set stays a member beside the other set's children", () => {
  const [leaf, children] = [{ "f:data": {} }, { "f:data": { "f:a": {} } }];
  const live = applied(stall({}), schema, [entry("kubectl-create", leaf), entry("kubectl-edit", children)]);

  const move = migrationPatch(live, migratableManagers(live, "gitops"), "gitops")[1];

  const entries = move?.["value"];
  assert.ok(Array.isArray(entries));
  assert.deepEqual(valueAt(entries[0], "fieldsV1", "f:data"), { ".": {}, "f:a": {} });
});
