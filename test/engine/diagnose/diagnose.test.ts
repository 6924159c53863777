import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { diagnose, groupByCause, type DeliveryFacts, type MemberFacts } from "../../../src/engine/diagnose/index.ts";
import type { Finding, FindingCode } from "../../../src/engine/model/finding.ts";
import type { Health } from "../../../src/engine/model/health.ts";
import type { JsonObject } from "../../../src/engine/model/json.ts";
import { deliveryFacts, gitRepository, kustomization, member, objectFacts, ready, sourceOf } from "./facts.ts";

const WAITING: JsonObject = ready("Unknown", "Progressing", "Running health checks");
const UNSEEN: JsonObject = {};
const DEAD = { life: { alive: false } } as const;

function health(status: Health["status"], message = ""): Health {
  return { status, reason: "", message };
}

function reference(
  kind: string,
  name: string,
  purpose: "credentials" | "decryption" | "account" | "kubeconfig" | "variables" | "target",
  parts: object = {},
): object {
  const id = { group: "", kind, namespace: kind === "Namespace" ? "" : "apps", name };
  return { reference: { id, purpose, field: `spec.${purpose}`, keys: [], isOptional: false, ...parts }, state: "missing", keys: [] };
}

function withReference(found: object, status = ready("False", "BuildFailed", "something")): DeliveryFacts {
  const object = kustomization("shop", { status });
  return deliveryFacts(object, { app: objectFacts(object, { references: [found] as never }) });
}

function withMember(parts: Partial<MemberFacts> & { readonly group?: string }, status = WAITING, kind = "Deployment"): DeliveryFacts {
  return deliveryFacts(kustomization("shop", { status }), { members: [member(kind, "web", parts)] });
}

function failing(reason: string, message: string): JsonObject {
  return ready("False", reason, message);
}

interface Row {
  readonly claim: string;
  readonly facts: DeliveryFacts;
  /** The first finding; undefined for none that blocks. */
  readonly cause: FindingCode | undefined;
  /** Kind of the object that is named. */
  readonly kind?: string;
  readonly says?: RegExp;
  readonly next?: RegExp;
}

const terminating = { deletionTimestamp: "2026-01-01T00:10:00Z", finalizers: ["finalizers.fluxcd.io"] };
const cause: Finding = {
  severity: "blocking",
  code: "SourceUnreachable",
  object: undefined,
  message: "the server is away",
  next: "",
  evidence: [],
};
const dependency = {
  id: { group: "kustomize.toolkit.fluxcd.io", kind: "Kustomization", namespace: "apps", name: "base" },
  address: "ks/base",
} as const;
const blocked = kustomization("shop", { status: failing("DependencyNotReady", "dependency 'apps/base' is not ready") });

const ROWS: readonly Row[] = [
  { claim: "a ready delivery is blocked by nothing", facts: deliveryFacts(kustomization("shop")), cause: undefined },
  {
    claim: "finalizers hold what is deleted, and a dead controller will not let go",
    facts: deliveryFacts(undefined, { app: objectFacts(kustomization("shop", { metadata: terminating }), DEAD) }),
    cause: "Terminating",
    says: /held by finalizers\.fluxcd\.io, and no kustomize-controller is alive/,
    next: /kubectl patch kustomization\.kustomize\.toolkit\.fluxcd\.io shop -n apps/,
  },
  {
    claim: "finalizers hold what is deleted while a living controller cleans up",
    facts: deliveryFacts(kustomization("shop", { metadata: terminating })),
    cause: "Terminating",
    next: /^see what it waits for: gitops events ks\/shop -n apps$/,
  },
  {
    claim: "suspension says why and until when",
    facts: deliveryFacts(kustomization("shop", { spec: { suspend: true } })),
    cause: "Suspended",
    next: /^gitops resume ks\/shop -n apps$/,
  },
  {
    claim: "a source that is not there",
    facts: deliveryFacts(kustomization("shop"), { source: { type: "missing", id: sourceId(), why: "" } }),
    cause: "SourceMissing",
    kind: "GitRepository",
  },
  {
    claim: "a source of a kind that is not served",
    facts: deliveryFacts(kustomization("shop"), { source: { type: "unserved", id: sourceId(), why: "" } }),
    cause: "KindNotServed",
  },
  {
    claim: "a source that may not be read blocks nothing by that",
    facts: deliveryFacts(kustomization("shop"), { source: { type: "unreadable", id: sourceId(), why: "forbidden" } }),
    cause: undefined,
  },
  {
    claim: "a suspended source",
    facts: deliveryFacts(kustomization("shop"), { source: sourceOf(gitRepository("repo", { spec: { suspend: true } })) }),
    cause: "SourceSuspended",
    next: /^gitops resume gitrepository repo -n apps$/,
  },
  {
    claim: "a source that fails explains the app that found no artifact",
    facts: deliveryFacts(kustomization("shop", { status: failing("ArtifactFailed", "Source artifact not found, retrying in 30s") }), {
      source: sourceOf(gitRepository("repo", { status: failing("GitOperationFailed", "couldn't find remote ref") })),
    }),
    cause: "SourceRefMissing",
    kind: "GitRepository",
  },
  {
    claim: "a failing source blocks even an app that is ready: nothing new arrives",
    facts: deliveryFacts(kustomization("shop"), {
      source: sourceOf(gitRepository("repo", { status: failing("GitOperationFailed", "authentication required") })),
    }),
    cause: "SourceAuthentication",
  },
  {
    claim: "words of a source that nobody knows are passed on",
    facts: deliveryFacts(kustomization("shop"), { source: sourceOf(gitRepository("repo", { status: failing("Odd", "moon phase") })) }),
    cause: "SourceFailed",
    says: /moon phase/,
  },
  {
    claim: "the repository behind a chart is the cause, not the chart",
    facts: deliveryFacts(kustomization("shop"), {
      source: {
        type: "there",
        facts: objectFacts(gitRepository("chart", { status: failing("Odd", "no repository") })),
        inner: sourceOf(gitRepository("repo", { status: failing("GitOperationFailed", "dial tcp: no such host") })),
      },
    }),
    cause: "SourceUnreachable",
    says: /git\.example/,
  },
  {
    claim: "a dead controller and an object that it never saw",
    facts: deliveryFacts(undefined, { app: objectFacts(kustomization("shop", { status: UNSEEN }), DEAD) }),
    cause: "ControllerNotAlive",
    next: /^gitops sync ks\/shop -n apps delivers it without one/,
  },
  {
    claim: "a dead source-controller is told by the source",
    facts: deliveryFacts(kustomization("shop", { status: UNSEEN }), { source: sourceOf(gitRepository("repo", { status: UNSEEN }), DEAD) }),
    cause: "ControllerNotAlive",
    kind: "GitRepository",
    next: /^start source-controller$/,
  },
  {
    claim: "a dead controller whose work is done blocks nothing",
    facts: deliveryFacts(undefined, { app: objectFacts(kustomization("shop"), DEAD) }),
    cause: undefined,
  },
  {
    claim: "a request that a dead controller does not answer",
    facts: deliveryFacts(undefined, {
      app: objectFacts(
        kustomization("shop", { metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "2026-01-01T00:05:00Z" } } }),
        DEAD,
      ),
    }),
    cause: "ControllerNotAlive",
    says: /request for a reconciliation/,
  },
  {
    claim: "a living controller that looks elsewhere, by its shard",
    facts: deliveryFacts(kustomization("shop", { status: UNSEEN, metadata: { labels: { "sharding.fluxcd.io/key": "two" } } })),
    cause: "NotWatched",
    next: /watches the shard two \(--watch-label-selector=sharding\.fluxcd\.io\/key=two\)/,
  },
  {
    claim: "a living controller that looks elsewhere, by its namespace",
    facts: deliveryFacts(kustomization("shop", { status: UNSEEN })),
    cause: "NotWatched",
    next: /watches the namespace apps/,
  },
  {
    claim: "a change of this minute may still be seen",
    facts: deliveryFacts(kustomization("shop", { status: UNSEEN, metadata: { creationTimestamp: "2026-01-01T00:29:50Z" } })),
    cause: "NotObserved",
  },
  {
    claim: "the status of an earlier generation is not believed",
    facts: deliveryFacts(
      kustomization("shop", { metadata: { generation: 2, managedFields: [{ manager: "kubectl", time: "2026-01-01T00:29:55Z" }] } }),
    ),
    cause: "NotObserved",
  },
  {
    claim: "a dependency that is not there",
    facts: deliveryFacts(blocked, { dependencies: [{ ...dependency, state: "missing", findings: [] }] }),
    cause: "DependencyMissing",
    kind: "Kustomization",
  },
  {
    claim: "a dependency is told by its own cause",
    facts: deliveryFacts(blocked, { dependencies: [{ ...dependency, state: "not-ready", findings: [cause] }] }),
    cause: "SourceUnreachable",
    says: /^the server is away$/,
  },
  {
    claim: "a dependency without a known cause is told itself",
    facts: deliveryFacts(blocked, { dependencies: [{ ...dependency, state: "not-ready", findings: [] }] }),
    cause: "DependencyNotReady",
    next: /^gitops doctor ks\/base -n apps$/,
  },
  {
    claim: "a dependency that failed later does not block who is ready",
    facts: deliveryFacts(kustomization("shop"), { dependencies: [{ ...dependency, state: "not-ready", findings: [cause] }] }),
    cause: undefined,
  },
  {
    claim: "a circle goes before all that comes of it",
    facts: deliveryFacts(blocked, {
      cycle: ["shop", "base", "shop"],
      dependencies: [{ ...dependency, state: "not-ready", findings: [cause] }],
    }),
    cause: "DependencyCycle",
    says: /shop → base → shop/,
  },
  {
    claim: "a Secret that is not there",
    facts: withReference(reference("Secret", "keys", "decryption")),
    cause: "SecretMissing",
    kind: "Secret",
    next: /^kubectl create secret generic keys -n apps /,
  },
  {
    claim: "a service account that is not there",
    facts: withReference(reference("ServiceAccount", "deployer", "account")),
    cause: "ServiceAccountMissing",
    kind: "ServiceAccount",
  },
  { claim: "a ConfigMap that is not there", facts: withReference(reference("ConfigMap", "vars", "variables")), cause: "ConfigMapMissing" },
  {
    claim: "an optional map that is not there is no cause",
    facts: withReference(reference("ConfigMap", "vars", "variables", { isOptional: true })),
    cause: "BuildFailed",
  },
  {
    claim: "a Secret without its key",
    facts: withReference({
      ...reference("Secret", "cluster", "kubeconfig", { keys: [["value"], ["value.yaml"]] }),
      state: "there",
      keys: ["kubeconfig"],
    }),
    cause: "KubeConfigUnusable",
    says: /needs value, or value\.yaml/,
  },
  {
    claim: "one set of keys is enough",
    facts: withReference({
      ...reference("Secret", "git", "credentials", { keys: [["username", "password"], ["bearerToken"]] }),
      state: "there",
      keys: ["bearerToken"],
    }),
    cause: "BuildFailed",
  },
  {
    claim: "a target namespace that is being deleted",
    facts: withReference({ ...reference("Namespace", "old", "target"), state: "terminating" }),
    cause: "NamespaceTerminating",
  },
  {
    claim: "a Secret that is missing while all is well is a warning",
    facts: withReference(reference("Secret", "keys", "decryption"), ready("True", "ReconciliationSucceeded", "")),
    cause: undefined,
  },
  {
    claim: "a failed build",
    facts: deliveryFacts(kustomization("shop", { status: failing("BuildFailed", "kustomize build failed: odd") })),
    cause: "BuildFailed",
  },
  {
    claim: "a failed apply in words that nobody knows",
    facts: deliveryFacts(kustomization("shop", { status: failing("ReconciliationFailed", "moon phase") })),
    cause: "ApplyFailed",
    says: /moon phase/,
  },
  {
    claim: "a failed prune",
    facts: deliveryFacts(kustomization("shop", { status: failing("PruneFailed", "moon phase") })),
    cause: "PruneFailed",
  },
  {
    claim: "an expression that is wrong",
    facts: deliveryFacts(kustomization("shop", { status: failing("InvalidCELExpression", "bad") })),
    cause: "ExpressionInvalid",
  },
  {
    claim: "a health check that no object explains",
    facts: deliveryFacts(kustomization("shop", { status: failing("HealthCheckFailed", "timeout waiting for [...]") })),
    cause: "HealthCheckFailed",
  },
  {
    claim: "a health check that an object explains",
    facts: withMember({ health: health("Degraded", "it failed") }, failing("HealthCheckFailed", "timeout")),
    cause: "ObjectFailed",
    kind: "Deployment",
  },
  {
    claim: "a controller that is at work",
    facts: deliveryFacts(
      kustomization("shop", {
        status: {
          ...WAITING,
          conditions: [...conditions(WAITING), { type: "Reconciling", status: "True", reason: "Progressing", message: "" }],
        },
      }),
    ),
    cause: "Reconciling",
  },
  {
    claim: "what nobody can explain is not called well",
    facts: deliveryFacts(kustomization("shop", { status: ready("Unknown", "Odd", "moon phase") })),
    cause: "Unexplained",
    says: /moon phase/,
  },
  {
    claim: "a newer revision that was not applied",
    facts: deliveryFacts(
      kustomization("shop", { status: { ...ready("True", "ReconciliationSucceeded", ""), lastAppliedRevision: "main@sha1:1" } }),
      {
        source: sourceOf(gitRepository("repo", { status: { ...ready("True", "Succeeded", ""), artifact: { revision: "main@sha1:2" } } })),
      },
    ),
    cause: "NotYetApplied",
    next: /^gitops reconcile ks\/shop -n apps$/,
  },
  {
    claim: "a suspended parent with something to bring",
    facts: deliveryFacts(kustomization("shop"), { parent: { id: dependency.id, address: "ks/base", isSuspended: true, isBehind: true } }),
    cause: "ParentSuspended",
  },
  {
    claim: "a suspended parent with nothing to bring",
    facts: deliveryFacts(kustomization("shop"), { parent: { id: dependency.id, address: "ks/base", isSuspended: true, isBehind: false } }),
    cause: undefined,
  },
  {
    claim: "an image that cannot be pulled",
    facts: withMember({ health: health("Progressing"), why: "pod web-1: container web waits: ImagePullBackOff" }),
    cause: "ImagePull",
  },
  {
    claim: "a container that keeps crashing",
    facts: withMember({
      health: health("Degraded"),
      why: "pod web-1: container web keeps crashing: exit code 1 (Error), restarted 3 times",
    }),
    cause: "CrashLoop",
    next: /kubectl logs deployment\/web -n apps --previous/,
  },
  {
    claim: "no node for a Pod",
    facts: withMember({ health: health("Progressing"), why: "pod web-1: Unschedulable: 0/3 nodes are available" }),
    cause: "Unschedulable",
  },
  {
    claim: "a claim behind an unscheduled Pod",
    facts: withMember({
      health: health("Progressing"),
      why: "pod web-1: Unschedulable: 0/3 nodes; claim data is Pending: no storage class",
    }),
    cause: "ClaimNotBound",
  },
  {
    claim: "a Secret that a Pod mounts",
    facts: withMember({ health: health("Progressing"), why: 'pod web-1: FailedMount: secret "db" not found' }),
    cause: "MountFailed",
  },
  {
    claim: "a quota",
    facts: withMember({ health: health("Progressing"), why: 'FailedCreate: pods "web-1" is forbidden: exceeded quota: small' }),
    cause: "QuotaExceeded",
  },
  {
    claim: "a webhook that refuses Pods",
    facts: withMember({ health: health("Progressing"), why: 'FailedCreate: admission webhook "p.example.com" denied the request: no' }),
    cause: "AdmissionRefused",
  },
  {
    claim: "a probe that fails",
    facts: withMember({ health: health("Progressing"), why: "pod web-1: running, but not ready: container web" }),
    cause: "NotReady",
  },
  {
    claim: "a probe that fails is no cause for who does not wait",
    facts: withMember(
      { health: health("Progressing"), why: "pod web-1: running, but not ready: container web" },
      ready("True", "ReconciliationSucceeded", ""),
    ),
    cause: undefined,
  },
  {
    claim: "a probe that fails past the deadline is a cause for anybody",
    facts: withMember(
      { health: health("Degraded", "deadline exceeded"), why: "pod web-1: running, but not ready: container web" },
      ready("True", "ReconciliationSucceeded", ""),
    ),
    cause: "NotReady",
  },
  {
    claim: "a Job that failed",
    facts: withMember({ group: "batch", health: health("Degraded", "BackoffLimitExceeded") }, WAITING, "Job"),
    cause: "JobFailed",
  },
  {
    claim: "an object that is gone",
    facts: withMember({ object: undefined, health: health("Missing") }, ready("True", "ReconciliationSucceeded", "")),
    cause: "ObjectMissing",
    next: /^gitops reconcile ks\/shop -n apps$/,
  },
  {
    claim: "a kind that is not served, by who would serve it",
    facts: withMember(
      { group: "external-secrets.io", isServed: false, object: undefined, health: health("Missing") },
      WAITING,
      "ExternalSecret",
    ),
    cause: "KindNotServed",
    next: /^install the External Secrets Operator$/,
  },
  {
    claim: "an ExternalSecret that nobody works on",
    facts: withMember({ group: "external-secrets.io", hasStatus: true }, WAITING, "ExternalSecret"),
    cause: "OperatorMissing",
    next: /External Secrets Operator/,
  },
  {
    claim: "a SealedSecret that nobody works on, although all seems healthy",
    facts: withMember({ group: "bitnami.com", hasStatus: true }, ready("True", "ReconciliationSucceeded", ""), "SealedSecret"),
    cause: "OperatorMissing",
  },
  {
    claim: "a custom resource of an unknown operator without status is no cause",
    facts: withMember({ group: "widgets.example.com", hasStatus: true }, ready("True", "ReconciliationSucceeded", ""), "Widget"),
    cause: undefined,
  },
  {
    claim: "an object that finalizers hold",
    facts: withMember({ object: { metadata: { ...terminating, name: "web" } }, health: health("Progressing") }),
    cause: "Terminating",
    says: /held by finalizers\.fluxcd\.io/,
  },
  {
    claim: "an object that may not be read is no cause",
    facts: withMember({ unreadable: "you may not get it", object: undefined }, ready("True", "ReconciliationSucceeded", "")),
    cause: undefined,
  },
  {
    claim: "a delivery among the objects is told by its cause",
    facts: withMember({ findings: [cause], health: health("Degraded") }),
    cause: "SourceUnreachable",
  },
  {
    claim: "the worst object stands first",
    facts: deliveryFacts(kustomization("shop", { status: WAITING }), {
      members: [
        member("Deployment", "slow", { health: health("Progressing", "0 of 1") }),
        member("Deployment", "bad", { health: health("Degraded", "no") }),
      ],
    }),
    cause: "ObjectFailed",
  },
  {
    claim: "a bare delivery whose files cannot be built",
    facts: bare("BUILD_FAILED", "one error"),
    cause: "BuildFailed",
    says: /^one error$/,
    next: /^a hint$/,
  },
  { claim: "a bare delivery whose repository refuses", facts: bare("UNAUTHENTICATED", "refused"), cause: "SourceAuthentication" },
  { claim: "a bare delivery that a guard would stop", facts: bare("MASS_PRUNE", "30 objects"), cause: "SyncRefused" },
  {
    claim: "a bare delivery that admission refuses, by who does",
    facts: bare("APPLY_REFUSED", 'admission webhook "p.example.com" denied the request: no'),
    cause: "AdmissionRefused",
    says: /^p\.example\.com refuses/,
  },
  { claim: "a bare delivery whose folder is elsewhere is not blocked", facts: bare("PATH_NOT_FOUND", "no folder", true), cause: undefined },
];

function bare(code: NonNullable<DeliveryFacts["failure"]>["code"], message: string, isElsewhere = false): DeliveryFacts {
  return deliveryFacts(undefined, { failure: { code, message, hint: "a hint", diagnostics: [], isElsewhere } });
}

function sourceId(): { group: string; kind: string; namespace: string; name: string } {
  return { group: "source.toolkit.fluxcd.io", kind: "GitRepository", namespace: "apps", name: "repo" };
}

function conditions(status: JsonObject): JsonObject[] {
  return status["conditions"] as JsonObject[];
}

describe("the cause", () => {
  for (const { claim, facts, cause: code, kind, says, next } of ROWS)
    test(claim, () => {
      const [first] = diagnose(facts).filter(({ severity }) => severity === "blocking");
      assert.equal(first?.code, code, JSON.stringify(first));
      if (kind !== undefined) assert.equal(first?.object?.kind, kind);
      if (says !== undefined) assert.match(first?.message ?? "", says);
      if (next !== undefined) assert.match(first?.next ?? "", next);
      if (first !== undefined) assert.notEqual(first.next === "" && first.code !== "SourceUnreachable", true, "a cause has a next step");
    });
});

describe("the order of what is found", () => {
  test("what blocks stands before warnings, and each cause is told once", () => {
    const facts = deliveryFacts(blocked, {
      dependencies: [
        { ...dependency, state: "not-ready", findings: [cause] },
        { ...dependency, state: "not-ready", findings: [cause] },
      ],
      lingering: [sourceId()],
      rivals: [{ id: sourceId(), owner: "ks/other -n apps" }],
    });
    const found = diagnose(facts);
    assert.deepEqual(
      found.map(({ severity, code }) => `${severity} ${code}`),
      ["blocking SourceUnreachable", "warning OwnedByAnother", "warning Lingering"],
    );
  });

  test("the last log line is evidence of a crash, without what is secret in it", () => {
    const log = { pod: "web-1", container: "main", line: "fatal: DB_PASSWORD=hunter22 is wrong" };
    const [crash] = diagnose(withMember({ health: health("Degraded"), why: "pod web-1: container main keeps crashing", log }));
    assert.equal(crash?.code, "CrashLoop");
    assert.match(crash.evidence.join("\n"), /^last log line of web-1\/main: fatal: DB_PASSWORD=\*\*\* is wrong$/m);
    assert.match(crash.next, /kubectl logs web-1 -c main -n apps --previous/);
  });

  test("our own build's file and line stand before the controller's words", () => {
    const object = kustomization("shop", { status: failing("BuildFailed", "kustomize build failed: yaml: line 3: no") });
    const diagnostics = [{ severity: "error" as const, file: "web.yaml", line: 3, message: "no" }];
    const failure = { code: "BUILD_FAILED" as const, message: "m", hint: "", diagnostics, isElsewhere: false };
    const [found] = diagnose(deliveryFacts(object, { failure }));
    assert.equal(found?.evidence[0], "web.yaml:3: no");
    assert.match(found.evidence[1] ?? "", /^Kustomization apps\/shop: Ready=False BuildFailed: /);
  });

  test("an attempt that failed is still the cause while the next one runs", () => {
    const object = kustomization("shop", { status: WAITING });
    const failure = { reason: "BuildFailed", message: "kustomize build failed: odd", stage: "build", isFormer: true } as const;
    const [found] = diagnose(deliveryFacts(object, { app: objectFacts(object, { failure }) }));
    assert.equal(found?.code, "BuildFailed");
    assert.match(found.evidence.join(), /the last attempt ended with BuildFailed/);
  });
});

describe("many deliveries", () => {
  const about = (code: FindingCode, name: string): Finding => ({ ...cause, code, object: { ...sourceId(), name } });

  test("are grouped by cause, the one that holds up most first; what waits for whom is not repeated", () => {
    const shared = {
      ...about("SourceUnreachable", "repo"),
      evidence: ["Kustomization apps/c waits for Kustomization apps/a (spec.dependsOn)", "Ready=False"],
    };
    const groups = groupByCause([
      { address: "ks/x -n apps", findings: [about("SecretMissing", "token")] },
      { address: "ks/a -n apps", findings: [about("SourceUnreachable", "repo")] },
      { address: "ks/b -n apps", findings: [about("SourceUnreachable", "repo"), about("SecretMissing", "token")] },
      { address: "ks/c -n apps", findings: [shared] },
      { address: "ks/well -n apps", findings: [{ ...cause, severity: "warning" }] },
    ]);
    assert.deepEqual(
      groups.map(({ code, evidence }) => `${code}: ${evidence.join("; ")}`),
      ["SourceUnreachable: holds up ks/a -n apps, ks/b -n apps, ks/c -n apps", "SecretMissing: holds up ks/x -n apps"],
    );
  });

  test("of a thousand with one cause a few are named", () => {
    const suspects = Array.from({ length: 1000 }, (_, index) => ({
      address: `ks/a${String(index)}`,
      findings: [about("SourceUnreachable", "repo")],
    }));
    const [only, ...others] = groupByCause(suspects);
    assert.equal(others.length, 0);
    assert.match(only?.evidence[0] ?? "", /^holds up 1000 deliveries, such as ks\/a0, ks\/a1, ks\/a2, ks\/a3$/);
  });
});
