import assert from "node:assert/strict";
import { test } from "node:test";
import { fluxDialect } from "../../../../src/engine/dialects/flux/index.ts";
import type { JsonObject } from "../../../../src/engine/model/json.ts";

function referencesOf(apiVersion: string, kind: string, spec: JsonObject): readonly string[] {
  const { references } = fluxDialect.surroundings({ apiVersion, kind, metadata: { name: "a", namespace: "apps" }, spec });
  return references.map(({ id, purpose, field, keys, isOptional }) => {
    const wanted = keys.map((set) => set.join("+")).join("|");
    const place = id.namespace === "" ? "" : `${id.namespace}/`;
    return `${purpose} ${id.kind} ${place}${id.name} (${field})${wanted === "" ? "" : ` ${wanted}`}${isOptional ? " optional" : ""}`;
  });
}

const KUSTOMIZATION = ["kustomize.toolkit.fluxcd.io/v1", "Kustomization"] as const;
const REPOSITORY = ["source.toolkit.fluxcd.io/v1", "GitRepository"] as const;

test("a Kustomization names keys, account, namespace and variables", () => {
  const found = referencesOf(...KUSTOMIZATION, {
    decryption: { provider: "sops", secretRef: { name: "age" } },
    serviceAccountName: "deployer",
    targetNamespace: "shop",
    postBuild: {
      substituteFrom: [
        { kind: "ConfigMap", name: "vars" },
        { kind: "Secret", name: "more", optional: true },
        { kind: "Pod", name: "no" },
      ],
    },
  });
  assert.deepEqual(found, [
    "decryption Secret apps/age (spec.decryption.secretRef)",
    "account ServiceAccount apps/deployer (spec.serviceAccountName)",
    "target Namespace shop (spec.targetNamespace)",
    "variables ConfigMap apps/vars (spec.postBuild.substituteFrom)",
    "variables Secret apps/more (spec.postBuild.substituteFrom) optional",
  ]);
});

test("on another cluster account and namespace are not looked for in this one; the kubeconfig's key is", () => {
  const spec = { kubeConfig: { secretRef: { name: "prod" } }, serviceAccountName: "deployer", targetNamespace: "shop" };
  assert.deepEqual(referencesOf(...KUSTOMIZATION, spec), ["kubeconfig Secret apps/prod (spec.kubeConfig.secretRef) value|value.yaml"]);
  const keyed = { kubeConfig: { secretRef: { name: "prod", key: "admin" } } };
  assert.deepEqual(referencesOf(...KUSTOMIZATION, keyed), ["kubeconfig Secret apps/prod (spec.kubeConfig.secretRef) admin"]);
});

test("which keys a GitRepository needs depends on its URL", () => {
  const of = (url: string): string => referencesOf(...REPOSITORY, { url, secretRef: { name: "git" } })[0] ?? "";
  assert.match(of("ssh://git@git.example/a.git"), / identity\+known_hosts$/);
  assert.match(of("git@git.example:a.git"), / identity\+known_hosts$/);
  assert.match(of("https://git.example/a.git"), / username\+password\|bearerToken\|/);
});

test("any shape of object has surroundings", () => {
  for (const object of [
    {},
    { spec: null },
    { spec: { postBuild: { substituteFrom: [null, 3, {}] }, kubeConfig: [] }, metadata: { labels: 7 } },
  ] as JsonObject[])
    assert.deepEqual(fluxDialect.surroundings(object).references, []);
});

test("the shard is a label, and reasons name the part that failed", () => {
  const metadata = { labels: { "sharding.fluxcd.io/key": "two" } };
  assert.equal(fluxDialect.surroundings({ metadata }).shard, "two");
  assert.equal(fluxDialect.failedStage("BuildFailed"), "build");
  assert.equal(fluxDialect.failedStage("DependencyNotReady"), "dependency");
  assert.equal(fluxDialect.failedStage("InstallFailed"), undefined);
});
