import assert from "node:assert/strict";
import { test } from "node:test";
import { assessHealth, explain, gateVerdict, isPodOf, podSelectorOf, toKstatus } from "../../../src/engine/health/index.ts";
import type { Health } from "../../../src/engine/model/health.ts";
import { arrayAt, isJsonObject, valueAt, type JsonObject } from "../../../src/engine/model/json.ts";
import { planeOrSkip, type ControlPlane } from "../../support/control-plane.ts";

const { skip, plane } = await planeOrSkip();

/** What the real controllers made of an object, as soon as `isThere` holds for it. */
async function observed(
  cluster: ControlPlane,
  path: string,
  isThere: (health: Health, object: JsonObject) => boolean,
): Promise<JsonObject> {
  let last: Health | undefined;
  for (let tries = 0; tries < 600; tries++) {
    const { body } = await cluster.api("GET", path);
    assert.ok(isJsonObject(body));
    last = assessHealth(body);
    if (isThere(last, body)) return body;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${path} did not get there in 30 s: ${JSON.stringify(last)}`);
}

async function create(cluster: ControlPlane, path: string, object: JsonObject): Promise<void> {
  const { status, body } = await cluster.api("POST", path, object);
  assert.equal(status, 201, JSON.stringify(body));
}

function podSpec(fate: string | undefined, more: JsonObject = {}): JsonObject {
  const annotations: JsonObject = fate === undefined ? {} : { "test.gitops.dev/pod": fate };
  return {
    metadata: { labels: { app: "web" }, annotations },
    spec: { containers: [{ name: "web", image: "example.com/web:1" }], ...more },
  };
}

function workload(kind: string, fate?: string, more: JsonObject = {}): JsonObject {
  const selector = { matchLabels: { app: "web" } };
  return { apiVersion: "apps/v1", kind, metadata: { name: "web" }, spec: { selector, template: podSpec(fate), ...more } };
}

async function related(cluster: ControlPlane, namespace: string): Promise<{ pods: JsonObject[]; events: JsonObject[] }> {
  const list = async (kind: string, plural: string): Promise<JsonObject[]> => {
    const { body } = await cluster.api("GET", `/api/v1/namespaces/${namespace}/${plural}`);
    return arrayAt(body as JsonObject, "items")
      .filter(isJsonObject)
      .map((item) => ({ apiVersion: "v1", kind, ...item }));
  };
  return { pods: await list("Pod", "pods"), events: await list("Event", "events") };
}

for (const [kind, plural] of [
  ["Deployment", "deployments"],
  ["StatefulSet", "statefulsets"],
  ["DaemonSet", "daemonsets"],
  ["ReplicaSet", "replicasets"],
] as const) {
  test(`a ${kind} is in progress first and Healthy and Current when its real controller says so`, { skip }, async () => {
    const namespace = await plane!.createNamespace();
    const path = `/apis/apps/v1/namespaces/${namespace}/${plural}`;
    await create(plane!, path, workload(kind));

    const object = await observed(
      plane!,
      `${path}/web`,
      (health, live) => health.status === "Healthy" && toKstatus(health, live) === "Current",
    );

    assert.equal(gateVerdict(assessHealth(object), "wave", object), "passed");
    assert.equal(podSelectorOf(object), "app=web");
    const { pods } = await related(plane!, namespace);
    assert.ok(pods.length > 0 && pods.every((pod) => isPodOf(pod, object) && assessHealth(pod).status === "Healthy"));
  });
}

test("a rollout whose Pods crash is told with the exit code, and fails at its own deadline", { skip }, async () => {
  const namespace = await plane!.createNamespace();
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  await create(plane!, path, workload("Deployment", "crash", { progressDeadlineSeconds: 2 }));

  const object = await observed(plane!, `${path}/web`, ({ status }) => status === "Degraded");

  assert.equal(assessHealth(object).reason, "ProgressDeadlineExceeded");
  assert.equal(gateVerdict(assessHealth(object), "final", object), "failed");
  assert.match(explain(object, await related(plane!, namespace)), /^pod web-\S+: container web keeps crashing: exit code 1 \(Error\)/);
});

test("a rollout that the quota stops is told with the server's words", { skip }, async () => {
  const namespace = await plane!.createNamespace();
  await create(plane!, `/api/v1/namespaces/${namespace}/resourcequotas`, {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "small" },
    spec: { hard: { pods: "0" } },
  });
  await observed(
    plane!,
    `/api/v1/namespaces/${namespace}/resourcequotas/small`,
    (_, quota) => valueAt(quota, "status", "hard") !== undefined,
  );
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  await create(plane!, path, workload("Deployment"));

  const object = await observed(plane!, `${path}/web`, ({ reason }) => reason === "FailedCreate");

  assert.match(assessHealth(object).message, /0 of 1 replicas are updated: .*exceeded quota: small/);
  assert.match(explain(object, await related(plane!, namespace)), /^FailedCreate: .*exceeded quota: small/);
});

test("a Job completes, and one whose Pod fails is Degraded and Failed", { skip }, async () => {
  const namespace = await plane!.createNamespace();
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const job = (name: string, fate?: string): JsonObject => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name },
    spec: { backoffLimit: 0, template: podSpec(fate, { restartPolicy: "Never" }) },
  });
  await create(plane!, path, job("good"));
  await create(plane!, path, job("bad", "fail"));

  await observed(plane!, `${path}/good`, (health, live) => health.status === "Healthy" && toKstatus(health, live) === "Current");
  const bad = await observed(plane!, `${path}/bad`, ({ status }) => status === "Degraded");

  assert.equal(toKstatus(assessHealth(bad), bad), "Failed");
  assert.match(explain(bad, await related(plane!, namespace)), /^pod bad-\S+: container web ended: exit code 3 \(Error\)/);
});

test("a namespace in deletion says which finalizer holds what is left in it", { skip }, async () => {
  const namespace = await plane!.createNamespace();
  const held = `/api/v1/namespaces/${namespace}/configmaps`;
  await create(plane!, held, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "held", finalizers: ["example.com/hold"] } });
  await plane!.api("DELETE", `/api/v1/namespaces/${namespace}`);

  const object = await observed(plane!, `/api/v1/namespaces/${namespace}`, ({ message }) => message.includes("example.com/hold"));
  const { body } = await plane!.api("GET", `${held}/held`);

  assert.equal(toKstatus(assessHealth(object), object), "Terminating");
  assert.match(assessHealth(body as JsonObject).message, /blocked by the finalizer example\.com\/hold/);
  await plane!.api("PATCH", `${held}/held`, { metadata: { finalizers: null } }, "application/merge-patch+json");
});

test("a claim without a storage class that exists waits, and says so", { skip }, async () => {
  const namespace = await plane!.createNamespace();
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
  const spec = { accessModes: ["ReadWriteOnce"], storageClassName: "absent", resources: { requests: { storage: "1Gi" } } };
  await create(plane!, path, { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data" }, spec });

  const object = await observed(plane!, `${path}/data`, ({ reason }) => reason === "Pending");

  assert.equal(gateVerdict(assessHealth(object), "wave", object), "waiting");
});

test("an autoscaler without a metrics API is Degraded, and holds up nothing but a wave", { skip }, async () => {
  const namespace = await plane!.createNamespace();
  await create(plane!, `/apis/apps/v1/namespaces/${namespace}/deployments`, workload("Deployment"));
  const path = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
  const spec = { maxReplicas: 3, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" } };
  await create(plane!, path, { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata: { name: "web" }, spec });

  const object = await observed(plane!, `${path}/web`, ({ status }) => status === "Degraded");

  assert.equal(assessHealth(object).reason, "FailedGetResourceMetric");
  assert.deepEqual(
    [gateVerdict(assessHealth(object), "wave", object), gateVerdict(assessHealth(object), "final", object)],
    ["waiting", "passed"],
  );
});

test("a definition is Healthy when it is Established, and a second one with its names is refused", { skip }, async () => {
  const group = `${await plane!.createNamespace()}.example.com`;
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const definition = (plural: string): JsonObject => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural, kind: "Widget" },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
    },
  });
  await create(plane!, path, definition("widgets"));
  const first = await observed(plane!, `${path}/widgets.${group}`, ({ status }) => status === "Healthy");
  await create(plane!, path, definition("gadgets"));
  const second = await observed(plane!, `${path}/gadgets.${group}`, ({ status }) => status === "Degraded");

  assert.deepEqual([toKstatus(assessHealth(first), first), toKstatus(assessHealth(second), second)], ["Current", "Failed"]);
  assert.match(assessHealth(second).message, /"Widget(List)?" is already in use/);
  for (const plural of ["widgets", "gadgets"]) await plane!.api("DELETE", `${path}/${plural}.${group}`);
});

test("budgets and load balancers get the verdict that their real status means", { skip }, async () => {
  const namespace = await plane!.createNamespace();
  const budget = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "web" },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } },
  };
  await create(plane!, `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`, budget);
  const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { type: "LoadBalancer", ports: [{ port: 80 }] } };
  await create(plane!, `/api/v1/namespaces/${namespace}/services`, service);

  const settledBudget = await observed(
    plane!,
    `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets/web`,
    ({ status }) => status === "Healthy",
  );
  const balancer = await observed(plane!, `/api/v1/namespaces/${namespace}/services/web`, ({ reason }) => reason === "AddressPending");

  assert.equal(toKstatus(assessHealth(settledBudget), settledBudget), "Current");
  assert.deepEqual(
    [gateVerdict(assessHealth(balancer), "wave", balancer), gateVerdict(assessHealth(balancer), "final", balancer)],
    ["waiting", "passed"],
  );
});
