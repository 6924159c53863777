import assert from "node:assert/strict";
import { test } from "node:test";
import { assessHealth, gateVerdict } from "../../../src/engine/health/index.ts";
import type { Gate, GateFacts } from "../../../src/engine/health/index.ts";
import type { HealthStatus } from "../../../src/engine/model/health.ts";
import type { JsonObject } from "../../../src/engine/model/json.ts";

const GATES: readonly Gate[] = ["wave", "hook", "final"];

function verdicts(object: JsonObject, facts: GateFacts = {}): readonly string[] {
  const health = assessHealth(object);
  return GATES.map((gate) => gateVerdict(health, gate, object, facts));
}

test("each of the six words means what Argo CD's waves and hooks and kstatus's wait make of it", () => {
  const table: Record<HealthStatus, readonly string[]> = {
    Healthy: ["passed", "passed", "passed"],
    Suspended: ["waiting", "waiting", "passed"],
    Progressing: ["waiting", "waiting", "waiting"],
    Missing: ["waiting", "waiting", "waiting"],
    Degraded: ["failed", "failed", "failed"],
    Unknown: ["waiting", "failed", "waiting"],
  };
  for (const [status, expected] of Object.entries(table)) {
    const health = { status: status as HealthStatus, reason: "", message: "" };
    assert.deepEqual(
      GATES.map((gate) => gateVerdict(health, gate, undefined)),
      expected,
      status,
    );
  }
});

function claim(metadata: JsonObject = {}, spec: JsonObject = { storageClassName: "late" }): JsonObject {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "shop", ...metadata },
    spec,
    status: { phase: "Pending" },
  };
}

function storageClass(name: string, volumeBindingMode: string, annotations: JsonObject = {}): JsonObject {
  return { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name, annotations }, volumeBindingMode };
}

const consumerEvent: JsonObject = {
  reason: "WaitForFirstConsumer",
  message: "waiting for first consumer to be created before binding",
  involvedObject: { kind: "PersistentVolumeClaim", name: "data", namespace: "shop" },
};

test("no gate waits for a claim that is bound to its first consumer, known from its class or its event", () => {
  const late = storageClass("late", "WaitForFirstConsumer");
  const standard = storageClass("standard", "WaitForFirstConsumer", { "storageclass.kubernetes.io/is-default-class": "true" });
  assert.deepEqual(verdicts(claim(), { storageClasses: [late] }), ["passed", "passed", "passed"]);
  assert.deepEqual(verdicts(claim({}, {}), { storageClasses: [late, standard] }), ["passed", "passed", "passed"]);
  assert.deepEqual(verdicts(claim(), { events: [consumerEvent] }), ["passed", "passed", "passed"]);
});

test("every gate waits for a claim that is being bound", () => {
  const waiting = ["waiting", "waiting", "waiting"];
  const late = storageClass("late", "WaitForFirstConsumer");
  assert.deepEqual(verdicts(claim()), waiting);
  assert.deepEqual(verdicts(claim(), { storageClasses: [storageClass("late", "Immediate")] }), waiting);
  assert.deepEqual(
    verdicts(claim({ annotations: { "volume.kubernetes.io/selected-node": "n1" } }), { storageClasses: [late], events: [consumerEvent] }),
    waiting,
  );
  assert.deepEqual(verdicts(claim({ name: "other" }), { events: [consumerEvent] }), waiting);
  assert.deepEqual(verdicts(claim({}, { storageClassName: "" }), { storageClasses: [late] }), waiting);
});

test("a lost claim fails every gate", () => {
  assert.deepEqual(verdicts({ ...claim(), status: { phase: "Lost" } }), ["failed", "failed", "failed"]);
});

test("what a missing controller would have to answer holds a wave, and not the end of a run", () => {
  const ingress = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", spec: {}, status: {} };
  const service = { apiVersion: "v1", kind: "Service", spec: { type: "LoadBalancer", clusterIP: "10.0.0.1" } };
  assert.deepEqual(verdicts(ingress), ["waiting", "waiting", "passed"]);
  assert.deepEqual(verdicts(service), ["waiting", "waiting", "passed"]);
  assert.deepEqual(verdicts({ ...ingress, metadata: { deletionTimestamp: "2026-03-01T10:00:00Z" } }), ["waiting", "waiting", "waiting"]);
});

function autoscaler(reason: string): JsonObject {
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    status: { conditions: [{ type: "ScalingActive", status: "False", reason, message: "" }] },
  };
}

test("an autoscaler without metrics keeps a wave waiting; one with a bad selector fails it", () => {
  assert.deepEqual(verdicts(autoscaler("FailedGetResourceMetric")), ["waiting", "failed", "passed"]);
  assert.deepEqual(verdicts(autoscaler("InvalidSelector")), ["failed", "failed", "passed"]);
});

test("at the end a custom resource that is not ready may still heal; one that is stalled may not", () => {
  const widget = (type: string, status: string): JsonObject => ({
    apiVersion: "example.com/v1",
    kind: "Widget",
    status: { conditions: [{ type, status, reason: "Bad", message: "" }] },
  });
  assert.deepEqual(verdicts(widget("Ready", "False")), ["failed", "failed", "waiting"]);
  assert.deepEqual(verdicts(widget("Stalled", "True")), ["failed", "failed", "failed"]);
});

test("a Deployment past its deadline and a failed Job end the wait at once", () => {
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    status: { conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }] },
  };
  const job = { apiVersion: "batch/v1", kind: "Job", status: { conditions: [{ type: "Failed", status: "True" }] } };
  assert.deepEqual(verdicts(deployment), ["failed", "failed", "failed"]);
  assert.deepEqual(verdicts(job), ["failed", "failed", "failed"]);
});

test("a running Job is waited for at the end too, although kstatus calls it Current", () => {
  assert.deepEqual(verdicts({ apiVersion: "batch/v1", kind: "Job", status: { startTime: "2026-03-01T10:00:00Z", active: 1 } }), [
    "waiting",
    "waiting",
    "waiting",
  ]);
});

test("a Job with a time to live that is gone has passed at the end", () => {
  const health = { status: "Missing", reason: "", message: "" } as const;
  const job = (spec: JsonObject): JsonObject => ({ apiVersion: "batch/v1", kind: "Job", spec });
  assert.equal(gateVerdict(health, "final", job({ ttlSecondsAfterFinished: 0 })), "passed");
  assert.equal(gateVerdict(health, "final", job({})), "waiting");
});

test("a suspended CronJob and a paused Deployment hold a wave and not the end", () => {
  assert.deepEqual(verdicts({ apiVersion: "batch/v1", kind: "CronJob", spec: { suspend: true } }), ["waiting", "waiting", "passed"]);
  assert.deepEqual(verdicts({ apiVersion: "apps/v1", kind: "Deployment", spec: { paused: true } }), ["waiting", "waiting", "passed"]);
});
