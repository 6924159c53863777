import assert from "node:assert/strict";
import { test } from "node:test";
import { assessHealth, declaresStatus, MISSING, toKstatus } from "../../../src/engine/health/index.ts";
import type { JsonObject } from "../../../src/engine/model/json.ts";

const widget: JsonObject = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "one", generation: 1 } };

test("a custom resource whose kind declares a status is in progress for ten seconds without one", () => {
  for (const ageMs of [0, 9_999]) {
    const health = assessHealth(widget, { declaresStatus: true, ageMs });
    assert.deepEqual([health.status, health.reason, toKstatus(health, widget)], ["Progressing", "NoStatus", "InProgress"]);
  }
});

test("after ten seconds without a status, or when nobody knows how long, it counts as Healthy and says why", () => {
  for (const options of [{ declaresStatus: true, ageMs: 10_000 }, { declaresStatus: true }]) {
    const health = assessHealth({ ...widget, status: {} }, options);
    assert.deepEqual([health.status, health.reason, toKstatus(health, widget)], ["Healthy", "NoStatus", "Current"]);
  }
});

test("a custom resource whose kind declares no status is Healthy at once", () => {
  assert.deepEqual(assessHealth(widget, { declaresStatus: false, ageMs: 0 }), { status: "Healthy", reason: "", message: "" });
});

test("a schema declares a status by conditions or observedGeneration, in the version that is asked for", () => {
  const version = (name: string, status: JsonObject): JsonObject => ({
    name,
    schema: { openAPIV3Schema: { properties: { status: { properties: status } } } },
  });
  const definition: JsonObject = {
    spec: {
      versions: [
        version("v1", { conditions: {} }),
        version("v2", { observedGeneration: {} }),
        version("v3", { phase: {} }),
        { name: "v4" },
      ],
    },
  };
  assert.deepEqual(
    ["v1", "v2", "v3", "v4", "v5"].map((name) => declaresStatus(definition, name)),
    [true, true, false, false, false],
  );
});

test("an object that is not there is Missing, and NotFound to kstatus", () => {
  assert.deepEqual([MISSING.status, toKstatus(MISSING, widget)], ["Missing", "NotFound"]);
});

test("the message of an object in deletion names the finalizers that hold it", () => {
  const metadata = { name: "one", deletionTimestamp: "2026-03-01T10:00:00Z", finalizers: ["example.com/a", "example.com/b"] };
  assert.equal(assessHealth({ ...widget, metadata }).message, "pending deletion; blocked by the finalizers example.com/a, example.com/b");
});

test("the message of a namespace in deletion says what is left in it", () => {
  const namespace: JsonObject = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "shop", deletionTimestamp: "2026-03-01T10:00:00Z" },
    spec: { finalizers: ["kubernetes"] },
    status: {
      phase: "Terminating",
      conditions: [
        { type: "NamespaceDeletionDiscoveryFailure", status: "False", message: "all discovered" },
        {
          type: "NamespaceFinalizersRemaining",
          status: "True",
          message: "Some content has finalizers remaining: x.example.com/hold in 1 resource instances",
        },
      ],
    },
  };
  assert.equal(
    assessHealth(namespace).message,
    "pending deletion; blocked by the finalizer kubernetes; Some content has finalizers remaining: x.example.com/hold in 1 resource instances",
  );
});

test("a Deployment that the quota keeps small says so before its deadline is over", () => {
  const health = assessHealth({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", generation: 1 },
    spec: { replicas: 2 },
    status: {
      observedGeneration: 1,
      conditions: [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "exceeded quota: small" }],
    },
  });
  assert.deepEqual(health, {
    status: "Progressing",
    reason: "FailedCreate",
    message: "0 of 2 replicas are updated: exceeded quota: small",
  });
});

test("integers beyond 2^53 and line breaks in messages do no harm", () => {
  const health = assessHealth({
    ...widget,
    metadata: { generation: 2n ** 60n },
    status: { observedGeneration: 1, conditions: [{ type: "Ready", status: "False", reason: "Bad", message: "one\r\n  two\n" }] },
  });
  assert.deepEqual(health, { status: "Degraded", reason: "Bad", message: "one two" });
});

test("an inherited key is not read as a field", () => {
  const hostile: JsonObject = JSON.parse('{"apiVersion":"example.com/v1","kind":"Widget","status":{"__proto__":{"phase":"Failed"},"x":1}}');
  assert.equal(assessHealth(hostile).status, "Healthy");
});
