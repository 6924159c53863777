import type { ControlPlane } from "../support/control-plane.ts";
import { fluxPlaneOrSkip } from "../support/flux-controllers.ts";
import { corePath, make, mapFile, outcome, outcomeRow, testRows, type FieldRow, type Place } from "../support/flux-fields.ts";

// Each row is one field of how a Kustomization is delivered: everything else stays as it is, and how it ends changes.

/** What is made beside the Kustomizations: kubeconfigs, objects to look at, and accounts that may do something or little. */
async function prepare(at: ControlPlane, namespace: string, other: string): Promise<void> {
  const core = `/api/v1/namespaces/${namespace}`;
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  await make(at, `${core}/configmaps`, { metadata: { name: "good" }, data: { state: "good" } });
  await make(at, `${core}/configmaps`, { metadata: { name: "bad" }, data: { state: "bad" } });
  await make(at, `${core}/secrets`, { metadata: { name: "bad" } });
  await make(at, `/api/v1/namespaces/${other}/configmaps`, { metadata: { name: "bad" }, data: { state: "good" } });
  const config = JSON.parse((await at.kubectl(["config", "view", "--raw", "--flatten", "-o", "json"])).stdout) as {
    users: { name: string; user: object }[];
  };
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "/bin/sh", interactiveMode: "Never" };
  const running = { ...config, users: config.users.map(({ name }) => ({ name, user: { exec } })) };
  const [value, program] = [JSON.stringify(config), JSON.stringify(running)];
  await make(at, `${core}/secrets`, { metadata: { name: "cluster" }, stringData: { value, program } });
  await make(at, `${core}/secrets`, { metadata: { name: "program" }, stringData: { value: program } });
  for (const [name, resources] of [
    ["weak", ["secrets"]],
    ["strong", ["configmaps"]],
  ] as const) {
    await make(at, `${core}/serviceaccounts`, { metadata: { name } });
    await make(at, `${rbac}/roles`, { metadata: { name }, rules: [{ apiGroups: [""], resources, verbs: ["*"] }] });
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name };
    await make(at, `${rbac}/rolebindings`, { metadata: { name }, roleRef, subjects: [{ kind: "ServiceAccount", name, namespace }] });
  }
}

const expr = (more: object = {}): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  current: "data.state != 'new'",
  failed: "data.state == 'bad'",
  ...more,
});
const check = (more: object = {}): object => ({ apiVersion: "v1", kind: "ConfigMap", name: "bad", ...more });

const ROWS: readonly ((place: Place) => FieldRow)[] = [
  // The first one is what others depend on.
  ({ id, namespace }) => ({
    field: "spec.path",
    files: { "a/map.yaml": mapFile(id, { v: "a" }), "b/map.yaml": mapFile(id, { v: "b" }) },
    first: { path: `./${id}/a` },
    second: { path: `./${id}/b` },
    look: async ({ live }) => (await live(corePath(namespace, "configmaps", id)))?.data?.["v"],
    sees: ["a", "b"],
  }),
  (place) =>
    outcomeRow(place, {
      field: "spec.wait",
      first: { wait: false, healthCheckExprs: [expr()] },
      second: { wait: true },
      sees: ["ready", /^failed: configmap\/row-\d+ is Degraded: healthCheckExprs\[0\].failed holds/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.healthCheckExprs[].apiVersion",
      first: { wait: true, healthCheckExprs: [expr({ apiVersion: "apps/v1" })] },
      second: { healthCheckExprs: [expr()] },
      sees: ["ready", /^failed: configmap\/row-\d+ is Degraded: healthCheckExprs\[0\].failed holds/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.healthCheckExprs[].kind",
      first: { wait: true, healthCheckExprs: [expr({ kind: "Secret" })] },
      second: { healthCheckExprs: [expr()] },
      sees: ["ready", /^failed: configmap\/row-\d+ is Degraded: healthCheckExprs\[0\].failed holds/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.healthCheckExprs[].failed",
      first: { wait: true, healthCheckExprs: [expr({ failed: "data.state == 'worse'" })] },
      second: { healthCheckExprs: [expr()] },
      sees: ["ready", /^failed: configmap\/row-\d+ is Degraded: healthCheckExprs\[0\].failed holds/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.healthChecks[].name",
      first: { healthChecks: [check({ name: "good" })], healthCheckExprs: [expr()] },
      second: { healthChecks: [check()] },
      sees: ["ready", /^failed: configmap\/bad is Degraded/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.healthChecks[].kind",
      first: { healthChecks: [check({ kind: "Secret" })], healthCheckExprs: [expr()] },
      second: { healthChecks: [check()] },
      sees: ["ready", /^failed: configmap\/bad is Degraded/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.healthChecks[].namespace",
      first: { healthChecks: [check({ namespace: place.other })], healthCheckExprs: [expr()] },
      second: { healthChecks: [check({ namespace: place.namespace })] },
      sees: ["ready", /^failed: configmap\/bad is Degraded/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.dependsOn[].name",
      first: { dependsOn: [{ name: "row-0" }] },
      second: { dependsOn: [{ name: "absent" }] },
      sees: ["ready", /^failed: the dependency \S+\/absent is not there/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.dependsOn[].namespace",
      first: { dependsOn: [{ name: "row-0", namespace: place.namespace }] },
      second: { dependsOn: [{ name: "row-0", namespace: place.other }] },
      sees: ["ready", /^failed: the dependency other-\S+\/row-0 is not there/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.dependsOn[].readyExpr",
      first: { dependsOn: [{ name: "row-0", readyExpr: "dep.metadata.name == 'row-0'" }] },
      second: { dependsOn: [{ name: "row-0", readyExpr: "dep.metadata.name == self.metadata.name" }] },
      sees: ["ready", /^failed: the dependency \S+ does not meet its readyExpr/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.suspend",
      first: { suspend: false },
      second: { suspend: true },
      sees: ["ready", "skipped: suspended"],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.sourceRef.kind",
      second: { sourceRef: { kind: "OCIRepository", name: "shared" } },
      sees: ["ready", /^failed: .*OCIRepository/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.sourceRef.name",
      second: { sourceRef: { kind: "GitRepository", name: "absent" } },
      sees: ["ready", /^failed: the source GitRepository \S+\/absent is not there/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.sourceRef.namespace",
      first: { sourceRef: { kind: "GitRepository", name: "shared", namespace: place.namespace } },
      second: { sourceRef: { kind: "GitRepository", name: "shared", namespace: place.other } },
      sees: ["ready", /^failed: the source GitRepository other-\S+\/shared is not there/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.sourceRef.apiVersion",
      first: { sourceRef: { kind: "GitRepository", name: "shared", apiVersion: "source.toolkit.fluxcd.io/v1" } },
      second: { sourceRef: { kind: "GitRepository", name: "shared", apiVersion: "source.example/v1" } },
      sees: ["ready", /^failed: .*no kind of source that is known/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.kubeConfig.secretRef.name",
      first: { kubeConfig: { secretRef: { name: "cluster" } } },
      second: { kubeConfig: { secretRef: { name: "program" } } },
      sees: ["ready", /^failed: kubeconfig Secret \S+\/program: .* runs a program/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.kubeConfig.secretRef.key",
      first: { kubeConfig: { secretRef: { name: "cluster", key: "value" } } },
      second: { kubeConfig: { secretRef: { name: "cluster", key: "program" } } },
      sees: ["ready", /^failed: kubeconfig Secret \S+\/cluster: .* runs a program/],
    }),
  ({ id }) => ({
    field: "spec.serviceAccountName",
    files: { "map.yaml": mapFile(id, {}) },
    first: { serviceAccountName: "weak" },
    second: { serviceAccountName: "strong" },
    look: outcome,
    sees: [/^failed: .*weak/, "ready"],
  }),
];

testRows(await fluxPlaneOrSkip("without controllers"), "Kustomization", ROWS, {
  prepare: (plane, { namespace, other }) => prepare(plane, namespace, other),
});

// What is never ready is waited for in vain; the flag shortens that, and leaves a busy machine time enough to get there.
const IN_VAIN: readonly ((place: Place) => FieldRow)[] = [
  (place) =>
    outcomeRow(place, {
      field: "spec.healthCheckExprs[].current",
      first: { wait: true, healthCheckExprs: [expr({ failed: "false" })] },
      second: { healthCheckExprs: [expr({ failed: "false", current: "data.state == 'good'" })] },
      sees: ["ready", /^failed: .*no health expression holds/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.healthCheckExprs[].inProgress",
      first: { wait: true, healthCheckExprs: [expr({ failed: "false", inProgress: "data.state == 'good'" })] },
      second: { healthCheckExprs: [expr({ failed: "false", inProgress: "data.state == 'bad'" })] },
      sees: ["ready", /^failed: .*healthCheckExprs\[0\]\.inProgress holds/],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.healthChecks[].apiVersion",
      first: { healthChecks: [{ apiVersion: "v1", kind: "ConfigMap", name: place.id }] },
      second: { healthChecks: [{ apiVersion: "example.org/v1", kind: "ConfigMap", name: place.id }] },
      sees: ["ready", /^failed: the server does not serve ConfigMap.example.org/],
    }),
];

testRows(await fluxPlaneOrSkip("without controllers"), "Kustomization", IN_VAIN, { flags: ["--timeout", "10s"] });
