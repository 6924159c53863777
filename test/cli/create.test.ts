import assert from "node:assert/strict";
import { test } from "node:test";
import { runMain } from "./host.ts";

const SOURCE = ["create", "source", "git", "shop", "--url", "https://git.example/shop.git", "--export"];
const APP = ["create", "kustomization", "shop", "--source", "GitRepository/shop.sources", "--export"];

test("a source is printed as flux prints it, without any cluster", async () => {
  const { exitStatus, stdout } = await runMain([...SOURCE, "--semver", ">=1.0.0", "--secret-ref", "login", "--interval", "10m"]);
  assert.equal(exitStatus, 0);
  assert.equal(
    stdout,
    `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: shop
  namespace: flux-system
spec:
  interval: 10m0s
  ref:
    semver: '>=1.0.0'
  secretRef:
    name: login
  url: https://git.example/shop.git
`,
  );
});

test("a kustomization is printed with all that was asked of it", async () => {
  const { exitStatus, stdout } = await runMain([
    ...APP,
    ...["-n", "apps", "--path", "./deploy", "--prune", "--wait", "--target-namespace", "shop", "--retry-interval", "30s"],
    ...["--depends-on", "infra/base", "--depends-on", "db", "--health-check", "deployment/web.shop", "--reconcile-timeout", "1h30m"],
    ...["--service-account", "deployer", "--kube-config-secret", "prod", "--label", "team=shop"],
  ]);
  assert.equal(exitStatus, 0);
  assert.equal(
    stdout,
    `---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  labels:
    team: shop
  name: shop
  namespace: apps
spec:
  dependsOn:
  - name: base
    namespace: infra
  - name: db
  healthChecks:
  - apiVersion: apps/v1
    kind: Deployment
    name: web
    namespace: shop
  interval: 1m0s
  kubeConfig:
    secretRef:
      name: prod
  path: ./deploy
  prune: true
  retryInterval: 30s
  serviceAccountName: deployer
  sourceRef:
    kind: GitRepository
    name: shop
    namespace: sources
  targetNamespace: shop
  timeout: 1h30m0s
  wait: true
`,
  );
});

test("without a ref it is the branch master, as for Flux, and prune is off and said", async () => {
  assert.match((await runMain(SOURCE)).stdout, /ref:\n {4}branch: master\n/);
  assert.match((await runMain(APP)).stdout, /path: \.\/\n {2}prune: false\n/);
});

const REFUSED: readonly (readonly [readonly string[], RegExp])[] = [
  [["create", "source", "git", "shop", "--export"], /--url is missing/],
  [["create", "source", "helm", "shop"], /only sources of the kind git/],
  [["create", "kustomization", "shop", "--export"], /--source is missing/],
  [["create", "kustomization", "--source", "shop"], /needs one name/],
  [[...SOURCE, "--prune"], /--prune says nothing of a source/],
  [[...APP, "--branch", "main"], /--branch says nothing of a kustomization/],
  [[...APP, "--health-check", "Cabbage/web.shop"], /is no health check/],
  [[...APP, "--depends-on", "infra/"], /names no Kustomization/],
  [["create", "ks", "shop", "--source", "HelmRepository/shop", "--export"], /is no source of a Kustomization/],
  [["create", "source", "git", "shop", "--url", "git@git.example:shop.git", "--export"], /Flux takes no URL/],
  [["create", "source", "git", "Shop!", "--url", "https://git.example/shop.git"], /is no name/],
  [[...APP, "--label", "team"], /--label/],
];

for (const [argv, words] of REFUSED) {
  test(`gitops ${argv.join(" ")} is a mistake, told before anything is sent`, async () => {
    const { exitStatus, stderr, stdout } = await runMain(argv);
    assert.deepEqual([exitStatus, stdout], [2, ""]);
    assert.match(stderr, words);
  });
}

test("credentials in a URL are refused and not repeated", async () => {
  const { exitStatus, stderr } = await runMain([
    "create",
    "source",
    "git",
    "shop",
    "--url",
    "https://me:hunter2@git.example/shop.git",
    "--export",
  ]);
  assert.equal(exitStatus, 2);
  assert.match(stderr, /--secret-ref/);
  assert.doesNotMatch(stderr, /hunter2/);
});
