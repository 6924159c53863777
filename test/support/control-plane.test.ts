import assert from "node:assert/strict";
import { test } from "node:test";
import { planeOrSkip, skipWithoutKubectl } from "./control-plane.ts";

const { skip, plane } = await planeOrSkip();
const skipWorkloads = plane?.runsWorkloads === false ? "KUBEBUILDER_ASSETS brings no controllers, and Go is missing" : skip;

test("a namespace is made, and the audit log counts exactly the writes after the mark", { skip }, async () => {
  const namespace = await plane!.createNamespace("audit");
  const since = await plane!.auditMark();
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" } };

  assert.equal((await plane!.api("POST", path, configMap)).status, 201);
  assert.equal((await plane!.api("POST", `${path}?dryRun=All`, { ...configMap, metadata: { name: "two" } })).status, 201);
  assert.equal((await plane!.api("GET", path)).status, 200);

  assert.deepEqual(
    (await plane!.writes({ namespace, since })).map(({ verb, resource }) => `${verb} ${resource}`),
    ["create configmaps"],
  );
});

test("a refused write is counted too", { skip }, async () => {
  const namespace = await plane!.createNamespace("audit");
  const since = await plane!.auditMark();
  const { status } = await plane!.api("DELETE", `/api/v1/namespaces/${namespace}/configmaps/absent`);

  assert.equal(status, 404);
  assert.equal(await plane!.countWrites({ namespace, since }), 1);
});

test(
  "kubectl reaches the plane as administrator, and the limited user may do nothing",
  { skip: skip || skipWithoutKubectl() },
  async () => {
    assert.equal((await plane!.kubectl(["get", "namespace", "default", "-o", "name"])).stdout, "namespace/default\n");
    const limited = await plane!.kubectl(["get", "pods", "--kubeconfig", plane!.limitedKubeconfig]);
    assert.equal(limited.code, 1);
    assert.match(limited.stderr, /pods is forbidden: User "limited" cannot list resource/);
  },
);

const fates: Record<string, (pod: PodStatus) => boolean> = {
  "": ({ phase, containerStatuses }) => phase === "Running" && containerStatuses?.[0]?.ready === true,
  hang: (pod) => waitingReason(pod) === "ContainerCreating",
  "image-pull": (pod) => waitingReason(pod) === "ImagePullBackOff",
  crash: (pod) => waitingReason(pod) === "CrashLoopBackOff" && pod.containerStatuses?.[0]?.restartCount === 1,
  "not-ready": ({ phase, containerStatuses }) => phase === "Running" && containerStatuses?.[0]?.ready === false,
  fail: ({ phase }) => phase === "Failed",
};

for (const [fate, reached] of Object.entries(fates)) {
  test(`a Pod whose fate is "${fate}" reaches it`, { skip: skipWorkloads }, async () => {
    const namespace = await plane!.createNamespace("fate");
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    await plane!.api("POST", pods, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", annotations: annotations(fate) },
      spec: podSpec,
    });

    await eventually(`${pods}/web`, ({ status }) => reached(status));
  });
}

test("a Pod that is not to be restarted completes", { skip: skipWorkloads }, async () => {
  const pods = `/api/v1/namespaces/${await plane!.createNamespace("once")}/pods`;
  await plane!.api("POST", pods, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "once" },
    spec: { ...podSpec, restartPolicy: "Never" },
  });

  await eventually(`${pods}/once`, ({ status }) => status["phase"] === "Succeeded");
});

test("a Deployment becomes available, a Job completes, and a Job whose Pods fail fails", { skip: skipWorkloads }, async () => {
  const namespace = await plane!.createNamespace("workloads");
  const labels = { app: "web" };
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const template = { metadata: { labels }, spec: podSpec };
  await plane!.api("POST", deployments, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: { replicas: 3, selector: { matchLabels: labels }, template },
  });
  for (const fate of ["", "fail"]) {
    const spec = {
      backoffLimit: 0,
      template: { metadata: { annotations: annotations(fate) }, spec: { ...podSpec, restartPolicy: "Never" } },
    };
    await plane!.api("POST", jobs, { apiVersion: "batch/v1", kind: "Job", metadata: { name: `job${fate}` }, spec });
  }

  await eventually(`${deployments}/web`, ({ status }) => status["availableReplicas"] === 3);
  await eventually(`${jobs}/job`, ({ status }) => status["succeeded"] === 1);
  await eventually(`${jobs}/jobfail`, ({ status }) => status["failed"] === 1);
});

test("a claim of the default storage class is bound, and its volume goes with it", { skip: skipWorkloads }, async () => {
  const claims = `/api/v1/namespaces/${await plane!.createNamespace("claim")}/persistentvolumeclaims`;
  const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  await plane!.api("POST", claims, { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data" }, spec });

  await eventually(`${claims}/data`, ({ status }) => status["phase"] === "Bound");
  const { spec: bound } = (await plane!.api("GET", `${claims}/data`)).body as { spec: { volumeName: string } };
  await plane!.api("DELETE", `${claims}/data`);
  await eventually(
    `/api/v1/persistentvolumes/${bound.volumeName}`,
    ({ status }) => status["code"] === 404,
    (body) => ({ status: body as Record<string, unknown> }),
  );
});

test("an autoscaler finds metrics and scales its target to the minimum", { skip: skipWorkloads }, async () => {
  const namespace = await plane!.createNamespace("autoscaler");
  const labels = { app: "web" };
  const containers = [{ name: "web", image: "example.com/web:1", resources: { requests: { cpu: "100m" } } }];
  const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } };
  await plane!.api("POST", `/apis/apps/v1/namespaces/${namespace}/deployments`, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec,
  });
  const scalers = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
  const cpu = { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 90 } } };
  const target = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
  await plane!.api("POST", scalers, {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web" },
    spec: { scaleTargetRef: target, minReplicas: 2, maxReplicas: 4, metrics: [cpu] },
  });

  await eventually(`/apis/apps/v1/namespaces/${namespace}/deployments/web`, ({ status }) => status["availableReplicas"] === 2);
  await eventually(`${scalers}/web`, ({ status }) => JSON.stringify(status["conditions"] ?? []).includes('"ValidMetricFound"'));
});

interface PodStatus {
  readonly phase?: string;
  readonly containerStatuses?: readonly { ready: boolean; restartCount: number; state?: { waiting?: { reason: string } } }[];
}

const podSpec = { containers: [{ name: "web", image: "example.com/web:1" }] };

function annotations(fate: string): Record<string, string> {
  return fate === "" ? {} : { "test.gitops.dev/pod": fate };
}

function waitingReason(pod: PodStatus): string | undefined {
  return pod.containerStatuses?.[0]?.state?.waiting?.reason;
}

/** Reads until it holds; a plane that never gets there fails with what it last said. */
async function eventually(
  path: string,
  holds: (object: { status: Record<string, unknown> }) => boolean,
  view: (body: unknown) => { status?: Record<string, unknown> } = (body) => body as { status?: Record<string, unknown> },
): Promise<void> {
  for (let tries = 0; ; tries++) {
    const { body } = await plane!.api("GET", path);
    if (holds({ status: view(body).status ?? {} })) return;
    assert.ok(tries < 600, `${path} never got there: ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
