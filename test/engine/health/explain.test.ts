import assert from "node:assert/strict";
import { test } from "node:test";
import { explain, isPodOf, podSelectorOf } from "../../../src/engine/health/index.ts";
import type { JsonObject } from "../../../src/engine/model/json.ts";

const deployment: JsonObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop" },
  spec: { selector: { matchLabels: { app: "web" } } },
  status: {},
};

/** A Pod of the Deployment above. */
function pod(name: string, status: JsonObject, spec: JsonObject = {}): JsonObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", labels: { app: "web" }, creationTimestamp: "2026-03-01T10:00:00Z" },
    spec,
    status,
  };
}

function waiting(reason: string, message: string, more: JsonObject = {}): JsonObject {
  return {
    phase: "Pending",
    containerStatuses: [{ name: "web", image: "registry.example/web:2", state: { waiting: { reason, message } }, ...more }],
  };
}

function unschedulable(message: string): JsonObject {
  return { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }] };
}

function event(kind: string, name: string, reason: string, message: string, lastTimestamp = "2026-03-01T10:00:00Z"): JsonObject {
  return {
    apiVersion: "v1",
    kind: "Event",
    type: "Warning",
    reason,
    message,
    lastTimestamp,
    involvedObject: { kind, name, namespace: "shop" },
  };
}

function why(pods: readonly JsonObject[], events: readonly JsonObject[] = [], claims?: readonly JsonObject[]): string {
  return explain(deployment, { pods, events, ...(claims === undefined ? {} : { claims }) });
}

test("an image that can't be pulled is named, whether the kubelet names it or not", () => {
  const message = 'Back-off pulling image "registry.example/web:2"';
  assert.equal(why([pod("web-1", waiting("ImagePullBackOff", message))]), `pod web-1: container web waits: ImagePullBackOff: ${message}`);
  assert.equal(
    why([pod("web-1", waiting("ErrImagePull", "no such host"))]),
    "pod web-1: container web waits: ErrImagePull: no such host (image registry.example/web:2)",
  );
});

test("a container that keeps crashing is told with its last exit code, reason and restarts", () => {
  const status = waiting("CrashLoopBackOff", "back-off 5m0s", {
    restartCount: 4,
    lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
  });
  assert.equal(why([pod("web-1", status)]), "pod web-1: container web keeps crashing: exit code 137 (OOMKilled), restarted 4 times");
});

test("a crashing init container is told before the containers that wait for it", () => {
  const init = { name: "migrate", state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: { terminated: { exitCode: 2 } } };
  const status = { ...waiting("PodInitializing", ""), initContainerStatuses: [init] };
  assert.equal(why([pod("web-1", status)]), "pod web-1: init container migrate keeps crashing: exit code 2");
});

test("a Pod that can't be scheduled is told in the scheduler's words, with the claim it waits for", () => {
  const claims: JsonObject[] = [
    { kind: "PersistentVolumeClaim", metadata: { name: "data", namespace: "shop" }, status: { phase: "Pending" } },
  ];
  const volumes: JsonObject = {
    volumes: [
      { name: "tmp", emptyDir: {} },
      { name: "data", persistentVolumeClaim: { claimName: "data" } },
    ],
  };
  const events = [event("PersistentVolumeClaim", "data", "ProvisioningFailed", 'storageclass.storage.k8s.io "fast" not found')];
  const message = "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.";
  assert.equal(why([pod("web-1", unschedulable(message), volumes)]), `pod web-1: Unschedulable: ${message}`);
  assert.equal(
    why([pod("web-1", unschedulable(message), volumes)], events, claims),
    `pod web-1: Unschedulable: ${message}; claim data is Pending: ProvisioningFailed: storageclass.storage.k8s.io "fast" not found`,
  );
  assert.equal(
    why([pod("web-1", unschedulable(message), volumes)], [], []),
    `pod web-1: Unschedulable: ${message}; claim data does not exist`,
  );
});

test("a Pod that runs and is not ready is told with the probe that fails, the newest first", () => {
  const running = { phase: "Running", containerStatuses: [{ name: "web", ready: false, state: { running: {} } }] };
  const events = [
    event("Pod", "web-1", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", "2026-03-01T10:05:00Z"),
    event("Pod", "web-1", "Unhealthy", "Readiness probe failed: connection refused", "2026-03-01T10:01:00Z"),
    event("Pod", "web-2", "Unhealthy", "Readiness probe failed: other pod", "2026-03-01T10:09:00Z"),
  ];
  assert.equal(why([pod("web-1", running)]), "pod web-1: running, but not ready: container web");
  assert.equal(
    why([pod("web-1", running)], events),
    "pod web-1: running, but not ready: container web: Readiness probe failed: HTTP probe failed with statuscode: 503",
  );
});

test("a Pod whose volume can't be mounted is told by the event about it, in both shapes of events", () => {
  const creating = waiting("ContainerCreating", "");
  const mount = 'MountVolume.SetUp failed for volume "tls": secret "web-tls" not found';
  const modern = {
    apiVersion: "events.k8s.io/v1",
    type: "Warning",
    reason: "FailedMount",
    note: mount,
    eventTime: "2026-03-01T10:00:00Z",
    regarding: { kind: "Pod", name: "web-1", namespace: "shop" },
  };
  for (const one of [event("Pod", "web-1", "FailedMount", mount), modern])
    assert.equal(why([pod("web-1", creating)], [one]), `pod web-1: FailedMount: ${mount}`);
});

test("a Pod that is only slow to start is told by how far it is", () => {
  const node = { nodeName: "n1" };
  assert.equal(why([pod("web-1", { phase: "Pending" })]), "pod web-1: waits to be scheduled");
  assert.equal(why([pod("web-1", { phase: "Pending" }, node)]), "pod web-1: waits for the node n1 to start it");
  assert.equal(why([pod("web-1", waiting("ContainerCreating", ""), node)]), "pod web-1: container web waits: ContainerCreating");
});

test("Pods that the quota refuses are told by the workload's own condition", () => {
  const message = 'pods "web-5d" is forbidden: exceeded quota: small';
  const object = { ...deployment, status: { conditions: [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message }] } };
  assert.equal(explain(object, { pods: [], events: [] }), `FailedCreate: ${message}`);
});

test("a workload that can't make its Pods is told by the event about itself", () => {
  const message = 'create Pod db-0 in StatefulSet db failed: serviceaccount "db" not found';
  const set = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "shop" },
    spec: { selector: { matchLabels: { app: "db" } } },
  };
  assert.equal(explain(set, { pods: [], events: [event("StatefulSet", "db", "FailedCreate", message)] }), `FailedCreate: ${message}`);
});

test("a Job is told by its failed Pod", () => {
  const job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "migrate", namespace: "shop" },
    spec: { selector: { matchLabels: { app: "web" } } },
  };
  const failed = pod("migrate-1", {
    phase: "Failed",
    containerStatuses: [{ name: "sql", state: { terminated: { exitCode: 1, reason: "Error", message: "no such table" } } }],
  });
  assert.equal(explain(job, { pods: [failed], events: [] }), "pod migrate-1: container sql ended: exit code 1 (Error): no such table");
});

test("an evicted Pod is told in the kubelet's words", () => {
  assert.equal(
    why([pod("web-1", { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." })]),
    "pod web-1: The node was low on resource: memory.",
  );
});

test("of several Pods in trouble the cause is told before its consequences, and the newest of equals", () => {
  const crash = pod("web-1", waiting("CrashLoopBackOff", "", { lastState: { terminated: { exitCode: 1 } } }));
  const newer = pod("web-3", waiting("CrashLoopBackOff", "", { lastState: { terminated: { exitCode: 2 } } }));
  newer["metadata"] = { name: "web-3", namespace: "shop", labels: { app: "web" }, creationTimestamp: "2026-03-01T11:00:00Z" };
  const stuck = pod("web-2", unschedulable("0/1 nodes are available"));
  stuck["metadata"] = { name: "web-2", namespace: "shop", labels: { app: "web" }, creationTimestamp: "2026-03-01T12:00:00Z" };
  assert.equal(why([stuck, crash, newer]), "pod web-3 (and 2 more): container web keeps crashing: exit code 2");
});

test("Pods of others and Pods that are well explain nothing", () => {
  const well = pod("web-1", {
    phase: "Running",
    conditions: [{ type: "Ready", status: "True" }],
    containerStatuses: [{ name: "web", ready: true, state: { running: {} } }],
  });
  const elsewhere: JsonObject = {
    ...pod("web-2", waiting("ErrImagePull", "x")),
    metadata: { name: "web-2", namespace: "other", labels: { app: "web" } },
  };
  const unrelated: JsonObject = {
    ...pod("api-1", waiting("ErrImagePull", "x")),
    metadata: { name: "api-1", namespace: "shop", labels: { app: "api" } },
  };
  assert.equal(why([well, elsewhere, unrelated]), "");
});

test("an object in deletion is told by its finalizers, before anything else", () => {
  const deleting = {
    ...deployment,
    metadata: { name: "web", namespace: "shop", deletionTimestamp: "2026-03-01T10:00:00Z", finalizers: ["example.com/hold"] },
  };
  assert.equal(
    explain(deleting, { pods: [pod("web-1", waiting("ErrImagePull", "x"))], events: [] }),
    "pending deletion; blocked by the finalizer example.com/hold",
  );
});

test("a claim is told by the events of the volume controllers; a bound one needs no telling", () => {
  const claim = (phase: string): JsonObject => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "shop" },
    status: { phase },
  });
  const events = [
    {
      ...event("PersistentVolumeClaim", "data", "WaitForFirstConsumer", "waiting for first consumer to be created before binding"),
      type: "Normal",
    },
  ];
  assert.equal(
    explain(claim("Pending"), { pods: [], events }),
    "WaitForFirstConsumer: waiting for first consumer to be created before binding",
  );
  assert.equal(explain(claim("Bound"), { pods: [], events }), "");
});

test("an event about an earlier object of the same name explains nothing", () => {
  const claim: JsonObject = { apiVersion: "v1", kind: "Widget", metadata: { name: "one", namespace: "shop", uid: "new" } };
  const old = {
    ...event("Widget", "one", "Failed", "it broke"),
    involvedObject: { kind: "Widget", name: "one", namespace: "shop", uid: "old" },
  };
  assert.equal(explain(claim, { pods: [], events: [old] }), "");
});

test("an explanation is one line", () => {
  assert.equal(
    why([pod("web-1", waiting("CreateContainerError", "first\n  second\r\nthird"))]),
    "pod web-1: container web waits: CreateContainerError: first second third",
  );
});

test("the selector of a workload is written as kubectl writes it", () => {
  const set = (kind: string, spec: JsonObject, apiVersion = "apps/v1"): JsonObject => ({ apiVersion, kind, spec });
  const expressions: JsonObject[] = [
    { key: "tier", operator: "In", values: ["a", "b"] },
    { key: "zone", operator: "NotIn", values: ["x"] },
    { key: "live", operator: "Exists" },
    { key: "old", operator: "DoesNotExist" },
  ];
  const selector = { matchLabels: { app: "web" }, matchExpressions: expressions };
  for (const kind of ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"]) {
    assert.equal(podSelectorOf(set(kind, { selector })), "app=web,tier in (a,b),zone notin (x),live,!old");
  }
  assert.equal(
    podSelectorOf(set("Job", { selector: { matchLabels: { "batch.kubernetes.io/controller-uid": "1" } } }, "batch/v1")),
    "batch.kubernetes.io/controller-uid=1",
  );
  assert.equal(podSelectorOf(set("ReplicationController", { selector: { app: "web" } }, "v1")), "app=web");
  assert.equal(podSelectorOf(set("Deployment", {})), undefined);
  assert.equal(podSelectorOf(set("Service", { selector: { app: "web" } }, "v1")), undefined);
});

test("a Pod is a workload's when every requirement of the selector holds for its labels", () => {
  const workload = (expression: JsonObject): JsonObject => ({ ...deployment, spec: { selector: { matchExpressions: [expression] } } });
  const one = pod("web-1", {});
  assert.ok(isPodOf(one, deployment));
  assert.ok(isPodOf(one, workload({ key: "app", operator: "In", values: ["api", "web"] })));
  assert.ok(isPodOf(one, workload({ key: "app", operator: "NotIn", values: ["api"] })));
  assert.ok(isPodOf(one, workload({ key: "app", operator: "Exists" })));
  assert.ok(!isPodOf(one, workload({ key: "app", operator: "DoesNotExist" })));
  assert.ok(!isPodOf(one, workload({ key: "app", operator: "NotIn", values: ["web"] })));
  assert.ok(!isPodOf(one, workload({ key: "tier", operator: "In", values: ["web"] })));
});
