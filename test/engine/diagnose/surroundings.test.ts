import assert from "node:assert/strict";
import { test } from "node:test";
import { surroundingFindings, type SurroundingFacts } from "../../../src/engine/diagnose/index.ts";

const WELL: SurroundingFacts = {
  server: "127.0.0.1:6443",
  version: "v1.36.1",
  user: "kubernetes-admin",
  namespace: undefined,
  rights: [{ verb: "list", resource: "configmaps", isAllowed: true, neededFor: "see deliveries" }],
  dialects: [{ title: "Flux", served: [{ kind: "Kustomization", versions: ["v1", "v1beta2"], isUnderstood: true }] }],
  unavailableGroups: [],
  controllers: [{ title: "kustomize-controller", life: { alive: true, by: "kustomize-controller (it renews a Lease)" }, hasWork: true }],
  sources: [
    { url: "https://git.example/a.git", credentials: ["GITOPS_GIT_TOKEN", "Git credential helper (not used)"], failure: undefined },
  ],
};

function lines(facts: SurroundingFacts): readonly string[] {
  return surroundingFindings(facts).map(({ severity, code, message }) => `${severity} ${code}: ${message}`);
}

test("surroundings that are well are told as they are", () => {
  assert.deepEqual(lines(WELL), [
    "info ClusterReached: the cluster 127.0.0.1:6443 answers, Kubernetes v1.36.1",
    "info User: you are kubernetes-admin there",
    "info Rights: you may do all that gitops needs in all namespaces",
    "info DialectServed: Flux serves Kustomization v1+v1beta2",
    "info ControllerAlive: alive: kustomize-controller (it renews a Lease)",
    "info SourceReached: https://git.example/a.git answers to this machine",
  ]);
  assert.deepEqual(surroundingFindings(WELL).at(-1)?.evidence, [
    "credentials: GITOPS_GIT_TOKEN",
    "credentials: Git credential helper (not used)",
  ]);
});

test("missing rights are told by what they are needed for, each need once", () => {
  const rights = ["list", "patch"].map((verb) => ({
    verb,
    resource: "kustomizations.kustomize.toolkit.fluxcd.io",
    isAllowed: false,
    neededFor: "reconcile",
  }));
  const found = surroundingFindings({ ...WELL, namespace: "apps", rights }).filter(({ code }) => code === "Rights");
  assert.equal(found.length, 1);
  assert.match(found[0]?.message ?? "", /in the namespace apps what is needed to reconcile: list kust.*, patch kust/);
  assert.match(found[0]?.next ?? "", /kubectl auth can-i list kustomizations\.kustomize\.toolkit\.fluxcd\.io -n apps$/);
});

test("what is wrong around deliveries is a warning: what it blocks says so itself", () => {
  const found = lines({
    ...WELL,
    dialects: [{ title: "Flux", served: [{ kind: "Kustomization", versions: ["v9"], isUnderstood: false }] }],
    unavailableGroups: ["metrics.k8s.io"],
    controllers: [
      { title: "kustomize-controller", life: { alive: false }, hasWork: true },
      { title: "helm-controller", life: { alive: false }, hasWork: false },
      { title: "source-controller", life: { alive: "unknown", why: "you may not list leases" }, hasWork: true },
    ],
    sources: [
      {
        url: "https://git.example/a.git",
        credentials: ["none"],
        failure: { code: "UNAUTHENTICATED", message: "refused", hint: "set a token" },
      },
    ],
  }).slice(3);
  assert.deepEqual(found, [
    "warning VersionNotUnderstood: Kustomization of Flux is served as v9 only, which this program does not understand",
    "warning ApiGroupDown: the API group metrics.k8s.io does not answer: its objects are neither seen nor pruned",
    "warning ControllerNotAlive: no kustomize-controller is alive: nobody renews its Lease",
    "info ControllerNotAlive: no helm-controller is alive: nobody renews its Lease",
    "info ControllerNotAlive: whether source-controller is alive is not known: you may not list leases",
    "warning SourceNotReached: https://git.example/a.git does not answer to this machine: refused",
  ]);
});

test("a tool that is not installed is no fault", () => {
  assert.ok(
    lines({ ...WELL, dialects: [{ title: "Flux", served: [] }] }).includes(
      "info DialectServed: the kinds of Flux are not installed in this cluster",
    ),
  );
});
