import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { JsonObject } from "../../../../src/engine/model/json.ts";
import type { ObjectView } from "../../../../src/engine/model/object-view.ts";
import { parseInventoryId } from "../../../../src/engine/dialects/flux/inventory-id.ts";
import { viewFluxObject } from "../../../../src/engine/dialects/flux/view.ts";

const READY = { type: "Ready", status: "True", reason: "ReconciliationSucceeded", message: "Applied revision: main@sha1:1a" };

/** A Kustomization as its controller leaves it when all went well, with parts put over it. */
function kustomization({ spec = {}, status = {}, metadata = {} }: { spec?: JsonObject; status?: JsonObject; metadata?: JsonObject } = {}) {
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name: "shop", namespace: "team", generation: 3, creationTimestamp: "2026-01-01T00:00:00Z", ...metadata },
    spec: { interval: "10m", path: "./deploy", prune: true, sourceRef: { kind: "GitRepository", name: "repo" }, ...spec },
    status: {
      observedGeneration: 3,
      conditions: [{ ...READY, observedGeneration: 3, lastTransitionTime: "2026-01-02T00:00:00Z" }],
      lastAppliedRevision: "main@sha1:1a",
      lastAttemptedRevision: "main@sha1:1a",
      ...status,
    },
  } satisfies JsonObject;
}

function source(kind: string, spec: JsonObject, status: JsonObject = {}): JsonObject {
  return {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind,
    metadata: { name: "repo", namespace: "team", generation: 1 },
    spec,
    status: { observedGeneration: 1, conditions: [{ ...READY, observedGeneration: 1 }], ...status },
  };
}

function conditions(...all: readonly JsonObject[]): JsonObject {
  return { conditions: all.map((entry) => ({ observedGeneration: 3, ...entry })) };
}

describe("the health of a Flux object", () => {
  const failed = { type: "Ready", status: "False", reason: "BuildFailed", message: "no such file" };
  const cases: readonly [string, JsonObject, Partial<ObjectView>, string][] = [
    ["ready and observed is Healthy", kustomization(), { ready: "True", isObserved: true }, "Healthy"],
    ["suspended is Suspended, whatever its conditions", kustomization({ spec: { suspend: true } }), { isSuspended: true }, "Suspended"],
    [
      "a failure between two attempts is Degraded, not in progress",
      kustomization({ status: conditions(failed, { type: "Reconciling", status: "True", reason: "ProgressingWithRetry" }) }),
      { ready: "False", reason: "BuildFailed", message: "no such file", isReconciling: false },
      "Degraded",
    ],
    [
      "a failed Ready counts as observed by its own generation while status.observedGeneration stays behind",
      kustomization({ status: { observedGeneration: 2, ...conditions(failed) } }),
      { isObserved: true },
      "Degraded",
    ],
    [
      "an attempt under way is Progressing",
      kustomization({
        status: conditions(
          { type: "Ready", status: "Unknown", reason: "Progressing", message: "Reconciliation in progress" },
          { type: "Reconciling", status: "True", reason: "Progressing" },
        ),
      }),
      { ready: "Unknown", isReconciling: true },
      "Progressing",
    ],
    [
      "a spec that no controller has seen yet is Progressing, though an older one was ready",
      kustomization({ metadata: { generation: 4 } }),
      { isObserved: false, ready: "True" },
      "Progressing",
    ],
    [
      "one that waits for another is Progressing",
      kustomization({
        status: conditions({ type: "Ready", status: "False", reason: "DependencyNotReady", message: "dependency 'a' is not ready" }),
      }),
      { ready: "False" },
      "Progressing",
    ],
    [
      "a stalled one is Degraded",
      kustomization({ status: conditions({ type: "Stalled", status: "True", reason: "AccessDenied", message: "refused" }) }),
      { isStalled: true },
      "Degraded",
    ],
    [
      "one without any condition waits to be reconciled",
      kustomization({ status: { observedGeneration: -1, conditions: [] } }),
      { ready: "Unknown", message: "waiting to be reconciled", isObserved: false },
      "Progressing",
    ],
    ["one without a status waits too", { ...kustomization(), status: null }, { message: "waiting to be reconciled" }, "Progressing"],
    [
      "one that is being deleted is Progressing, whatever else",
      kustomization({ metadata: { deletionTimestamp: "2026-01-03T00:00:00Z" }, spec: { suspend: true } }),
      {},
      "Progressing",
    ],
    [
      "a HelmRepository of the type oci is an address, and always ready",
      { ...source("HelmRepository", { url: "oci://charts.example/x", type: "oci" }), status: null },
      { ready: "True", isObserved: true },
      "Healthy",
    ],
  ];
  for (const [name, object, expected, health] of cases)
    test(name, () => {
      const view = viewFluxObject(object);
      assert.deepEqual(pick(view, expected), expected);
      assert.equal(view.health.status, health);
    });
});

test("a Kustomization says what it applied, tried, delivered, from where and how often", () => {
  const view = viewFluxObject(
    kustomization({
      metadata: {
        annotations: {
          "reconcile.fluxcd.io/requestedAt": "t2",
          "gitops/suspend-reason": "freeze",
          "gitops/suspend-until": "2026-02-01T00:00:00Z",
        },
      },
      spec: { dependsOn: [{ name: "infra", namespace: "flux-system" }, { name: "db" }], interval: "1h30m", timeout: "45s" },
      status: {
        lastHandledReconcileAt: "t1",
        lastAttemptedRevision: "main@sha1:2b",
        inventory: {
          entries: [
            { id: "shop_web_apps_Deployment", v: "v1" },
            { id: "_system__reader_rbac.authorization.k8s.io_ClusterRole", v: "v1" },
          ],
        },
      },
    }),
  );
  assert.deepEqual(
    pick(view, {
      role: "",
      revision: "",
      attemptedRevision: "",
      source: "",
      path: "",
      intervalMs: "",
      timeoutMs: "",
      prunes: "",
      handledRequest: "",
      pendingRequest: "",
      suspendReason: "",
      suspendUntil: "",
      changedAt: "",
      createdAt: "",
      dependsOn: "",
      inventory: "",
    }),
    {
      role: "app",
      revision: "main@sha1:1a",
      attemptedRevision: "main@sha1:2b",
      source: { group: "source.toolkit.fluxcd.io", kind: "GitRepository", namespace: "team", name: "repo" },
      path: "./deploy",
      intervalMs: 5_400_000,
      timeoutMs: 45_000,
      prunes: true,
      handledRequest: "t1",
      pendingRequest: "t2",
      suspendReason: "freeze",
      suspendUntil: "2026-02-01T00:00:00Z",
      changedAt: "2026-01-02T00:00:00Z",
      createdAt: "2026-01-01T00:00:00Z",
      dependsOn: [
        { group: "kustomize.toolkit.fluxcd.io", kind: "Kustomization", namespace: "flux-system", name: "infra" },
        { group: "kustomize.toolkit.fluxcd.io", kind: "Kustomization", namespace: "team", name: "db" },
      ],
      inventory: [
        { group: "apps", kind: "Deployment", namespace: "shop", name: "web", version: "v1" },
        { group: "rbac.authorization.k8s.io", kind: "ClusterRole", namespace: "", name: "system:reader", version: "v1" },
      ],
    },
  );
});

test("a suspension is told with its reason and its end, where they were noted", () => {
  const messageOf = (annotations: JsonObject) =>
    viewFluxObject(kustomization({ metadata: { annotations }, spec: { suspend: true } })).health.message;
  assert.equal(messageOf({}), "");
  assert.equal(messageOf({ "gitops/suspend-reason": "freeze" }), "freeze");
  assert.equal(
    messageOf({ "gitops/suspend-reason": "freeze", "gitops/suspend-until": "2026-02-01T00:00:00Z" }),
    "freeze, until 2026-02-01T00:00:00Z",
  );
});

test("the time-out of a Kustomization is half a minute less than its interval, and half a minute at least", () => {
  const timeoutOf = (spec: JsonObject) => viewFluxObject(kustomization({ spec })).timeoutMs;
  assert.deepEqual(
    [timeoutOf({ interval: "10m" }), timeoutOf({ interval: "40s" }), timeoutOf({ timeout: "5s" })],
    [570_000, 30_000, 30_000],
  );
});

test("an attempt at the revision that is applied is not told twice", () => {
  assert.equal(viewFluxObject(kustomization()).attemptedRevision, "");
});

describe("what a source points to", () => {
  const cases: readonly [string, JsonObject, string][] = [
    ["GitRepository", { url: "https://git.example/shop.git" }, "https://git.example/shop.git master"],
    ["GitRepository", { url: "ssh://git@git.example/shop", ref: { branch: "main", tag: "v1" } }, "ssh://git@git.example/shop v1"],
    ["GitRepository", { url: "ssh://git:secret@git.example/shop", ref: { branch: "main" } }, "ssh://git@git.example/shop main"],
    ["GitRepository", { url: "https://u:secret@git.example/shop", ref: { tag: "v1", semver: ">=1" } }, "https://git.example/shop v1"],
    [
      "GitRepository",
      { url: "https://git.example/s", ref: { branch: "b", name: "refs/pull/1/head" } },
      "https://git.example/s refs/pull/1/head",
    ],
    ["GitRepository", { url: "https://git.example/s", ref: { branch: "b", commit: "c0ffee" } }, "https://git.example/s b@c0ffee"],
    ["OCIRepository", { url: "oci://reg.example/x", ref: { tag: "1", digest: "sha256:aa" } }, "oci://reg.example/x sha256:aa"],
    ["HelmRepository", { url: "https://charts.example" }, "https://charts.example"],
    ["HelmChart", { chart: "podinfo", version: "6.x" }, "podinfo 6.x"],
    ["Bucket", { endpoint: "minio.example", bucketName: "files" }, "minio.example/files"],
  ];
  for (const [kind, spec, expected] of cases)
    test(`${kind}: ${expected}`, () => {
      assert.equal(viewFluxObject(source(kind, spec)).url, expected);
    });
});

test("the revision of a source is that of its artifact", () => {
  const view = viewFluxObject(source("GitRepository", { url: "https://git.example/s" }, { artifact: { revision: "main@sha1:2b" } }));
  assert.deepEqual([view.role, view.revision], ["source", "main@sha1:2b"]);
});

test("a HelmRelease is known by the version of the chart that it released last", () => {
  const view = viewFluxObject({
    apiVersion: "helm.toolkit.fluxcd.io/v2",
    kind: "HelmRelease",
    metadata: { name: "podinfo", namespace: "team", generation: 1 },
    spec: { chart: { spec: { chart: "podinfo", sourceRef: { kind: "HelmRepository", name: "podinfo", namespace: "charts" } } } },
    status: {
      lastAttemptedRevision: "6.6.0",
      history: [
        { chartVersion: "6.4.0", version: 1, status: "superseded", firstDeployed: "a", lastDeployed: "b" },
        { chartVersion: "6.5.0", version: 2, status: "deployed", firstDeployed: "c", lastDeployed: "d" },
      ],
    },
  });
  assert.deepEqual(
    [view.revision, view.attemptedRevision, view.history.map(({ outcome }) => outcome)],
    ["6.5.0", "6.6.0", ["deployed", "superseded"]],
  );
  assert.deepEqual(view.source, { group: "source.toolkit.fluxcd.io", kind: "HelmRepository", namespace: "charts", name: "podinfo" });
});

test("the history of a Kustomization is told newest first", () => {
  const entry = (revision: string, lastReconciled: string) => ({
    firstReconciled: "2026-01-01T00:00:00Z",
    lastReconciled,
    lastReconciledStatus: "ReconciliationSucceeded",
    lastReconciledDuration: "1.2s",
    totalReconciliations: 4,
    metadata: { revision },
  });
  const view = viewFluxObject(
    kustomization({ status: { history: [entry("a", "2026-01-02T00:00:00Z"), entry("b", "2026-01-03T00:00:00Z")] } }),
  );
  assert.deepEqual(
    view.history.map(({ revision }) => revision),
    ["b", "a"],
  );
  assert.deepEqual(view.history[0], {
    revision: "b",
    firstAt: "2026-01-01T00:00:00Z",
    lastAt: "2026-01-03T00:00:00Z",
    outcome: "ReconciliationSucceeded",
    attempts: 4,
    duration: "1.2s",
  });
});

describe("an entry of the inventory", () => {
  test("is read back from how Flux writes it, whatever the object", () => {
    const part = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,8}[a-z0-9])?$/);
    const namespace = fc.oneof(fc.constant(""), part);
    const group = fc.oneof(fc.constant(""), part);
    const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(":"));
    const kind = fc.stringMatching(/^[A-Z][A-Za-z]{0,8}$/);
    fc.assert(
      fc.property(namespace, name, group, kind, (ns, named, ofGroup, ofKind) => {
        const text = `${ns}_${named.replaceAll(":", "__")}_${ofGroup}_${ofKind}`;
        assert.deepEqual(parseInventoryId(text, "v1"), { group: ofGroup, kind: ofKind, namespace: ns, name: named, version: "v1" });
      }),
      { seed: 7, numRuns: 500 },
    );
  });
  for (const text of ["", "web", "a_b", "a_b_c", "a_b_x_c_d", "__apps_Deployment"])
    test(`is passed over where it cannot be meant: ${JSON.stringify(text)}`, () => {
      assert.equal(parseInventoryId(text, "v1"), undefined);
    });
});

test("nothing that a cluster may hold makes the view fail", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (metadata, spec, status) => {
      const object = { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization", metadata, spec, status };
      assert.equal(viewFluxObject(JSON.parse(JSON.stringify(object))).role, "app");
    }),
    { seed: 3, numRuns: 300 },
  );
});

function pick<Key extends keyof ObjectView>(view: ObjectView, like: Partial<Record<Key, unknown>>): Partial<ObjectView> {
  return Object.fromEntries(Object.keys(like).map((key) => [key, Reflect.get(view, key)]));
}
