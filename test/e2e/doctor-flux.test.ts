import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fluxPlaneOrSkip, isReady, startFlux, type Flux } from "../support/flux-controllers.ts";
import { newFluxPerson, type FluxPerson } from "../support/flux-delivery.ts";
import { startGitServer, type GitServer } from "../support/git-server.ts";
import { waitFor, type LiveObject } from "../support/wait-for.ts";
import { assertCode, configMap, deployment } from "../support/workspace.ts";

const { skip, plane } = await fluxPlaneOrSkip();
let git: GitServer;
let flux: Flux;
let person: FluxPerson;
before(async () => {
  if (plane === undefined) return;
  const namespace = await plane.createNamespace("doctor");
  [git, flux] = await Promise.all([
    startGitServer(),
    startFlux(plane, { namespace, flags: { "kustomize-controller": ["--requeue-dependency=1s"] } }),
  ]);
  person = newFluxPerson(plane, namespace);
});
after(async () => {
  await Promise.all([git?.close(), flux?.stop()]);
});

interface Found {
  readonly severity: "blocking" | "warning" | "info";
  readonly code: string;
  readonly object: { readonly kind: string; readonly name: string } | null;
  readonly message: string;
  readonly next: string;
  readonly evidence: readonly string[];
}

async function doctor(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly findings: readonly Found[]; readonly cause: Found }> {
  const { code, stdout, stderr } = await person.gitops(["doctor", ...args, "-o", "json"]);
  assert.ok(code === 0 || code === 7, `exit ${String(code)}: ${stderr}`);
  const { apiVersion, kind, findings } = JSON.parse(stdout) as { apiVersion: string; kind: string; findings: Found[] };
  assert.deepEqual([apiVersion, kind], ["cli.gitops/v1", "Diagnosis"]);
  const [cause] = findings;
  assert.ok(cause, `nothing was found: ${stdout}`);
  return { code, findings, cause };
}

/** Waits until a controller has said that an object failed for a reason. A Kustomization fails first for want of an artifact. */
async function failed(resource: "kustomizations" | "gitrepositories", name: string, wanted = /Failed$/): Promise<LiveObject> {
  return waitFor(plane!, person.path(resource, name), ({ status }) =>
    (status?.conditions ?? []).some(({ type, status: ready, reason = "" }) => type === "Ready" && ready === "False" && wanted.test(reason)),
  );
}

const NOT_READY = /^DependencyNotReady$/;
const NOT_APPLIED = /^ReconciliationFailed$/;

const CONFIG = { "map.yaml": configMap("a-map", { v: "1" }) };

test("nothing is found to block a delivery that its controllers made ready", { skip }, async () => {
  await person.deliver("well", git, CONFIG);
  await waitFor(plane!, person.path("kustomizations", "well"), isReady);
  const result = await person.gitops(["doctor", "ks/well"]);
  assertCode(result, 0);
  assert.match(result.stdout, /^\S nothing is known to block ks\/well\n/);
});

test("a branch that is not there is named as the cause, with the object of the source", { skip }, async () => {
  const { url } = await git.createRepository("branch", { "deploy/map.yaml": configMap("branch", {}) });
  await person.create("gitrepositories", "branch", { url, ref: { branch: "mian" }, interval: "1h" });
  await person.create("kustomizations", "branch", { interval: "1h", prune: true, sourceRef: { kind: "GitRepository", name: "branch" } });
  await Promise.all([failed("gitrepositories", "branch"), failed("kustomizations", "branch")]);
  const { code, cause } = await doctor("ks/branch");
  assert.equal(code, 7);
  assert.deepEqual(
    [cause.severity, cause.code, cause.object?.kind, cause.object?.name],
    ["blocking", "SourceRefMissing", "GitRepository", "branch"],
  );
  assert.match(cause.message, /branch, tag, commit or version is not there: http:\S+ mian/);
  assert.match(cause.next, /git ls-remote http/);
  assert.match(cause.evidence.join("\n"), /Ready=False GitOperationFailed: .*mian/);
});

test("a Git server that cannot be reached is named as the cause", { skip }, async () => {
  await person.create("gitrepositories", "away", { url: "http://127.0.0.1:9/away.git", ref: { branch: "main" }, interval: "1h" });
  await person.create("kustomizations", "away", { interval: "1h", prune: true, sourceRef: { kind: "GitRepository", name: "away" } });
  await failed("gitrepositories", "away");
  const { code, cause } = await doctor("ks/away");
  assert.deepEqual([code, cause.code, cause.object?.kind], [7, "SourceUnreachable", "GitRepository"]);
  assert.match(cause.next, /gitops reconcile gitrepository away -n /);
});

test("a missing Secret with credentials is the cause, and what the controller says of it is not told twice", { skip }, async () => {
  const spec = { url: "https://git.example/private.git", interval: "1h", secretRef: { name: "private-token" } };
  await person.create("gitrepositories", "private", spec);
  await person.create("kustomizations", "private", { interval: "1h", prune: true, sourceRef: { kind: "GitRepository", name: "private" } });
  await failed("gitrepositories", "private");
  const { findings, cause } = await doctor("ks/private");
  assert.deepEqual([cause.code, cause.object?.kind, cause.object?.name], ["SecretMissing", "Secret", "private-token"]);
  assert.equal(findings.filter(({ severity }) => severity === "blocking").length, 1, JSON.stringify(findings));
});

test("YAML that cannot be read is told with file and line, by a build of our own", { skip }, async () => {
  await person.deliver("yaml", git, { "bad.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n data: {}\n" });
  await failed("kustomizations", "yaml", /^BuildFailed$/);
  const { code, cause } = await doctor("ks/yaml");
  assert.equal(code, 7);
  assert.equal(cause.code, "YamlInvalid");
  assert.match(cause.evidence.join("\n"), /bad\.yaml:\d+/);
  assert.match(cause.evidence.join("\n"), /Ready=False BuildFailed/);
});

test("a folder that is not in the source is the cause", { skip }, async () => {
  await person.deliver("path", git, CONFIG, { path: "./nowhere" });
  await failed("kustomizations", "path");
  const { cause } = await doctor("ks/path");
  assert.deepEqual([cause.code, cause.object?.kind], ["PathMissing", "Kustomization"]);
});

test("a dependency that is not there, and one that fails by its own source, are told by what is really wrong", { skip }, async () => {
  await person.deliver("lonely", git, CONFIG, { dependsOn: [{ name: "nobody" }] });
  await person.create("gitrepositories", "base", { url: "http://127.0.0.1:9/base.git", interval: "1h" });
  await person.create("kustomizations", "base", { interval: "1h", prune: true, sourceRef: { kind: "GitRepository", name: "base" } });
  await person.deliver("middle", git, CONFIG, { dependsOn: [{ name: "base" }] });
  await person.deliver("top", git, CONFIG, { dependsOn: [{ name: "middle" }] });
  await Promise.all([
    failed("kustomizations", "lonely", NOT_READY),
    failed("gitrepositories", "base"),
    failed("kustomizations", "top", NOT_READY),
  ]);
  const lonely = await doctor("ks/lonely");
  assert.deepEqual([lonely.cause.code, lonely.cause.object?.name], ["DependencyMissing", "nobody"]);
  const top = await doctor("ks/top");
  assert.deepEqual([top.cause.code, top.cause.object?.kind, top.cause.object?.name], ["SourceUnreachable", "GitRepository", "base"]);
  assert.match(top.cause.evidence[0] ?? "", /Kustomization \S+\/top waits for Kustomization \S+\/middle/);
});

test("dependencies that wait for each other are shown as a circle", { skip }, async () => {
  await person.deliver("ring-a", git, CONFIG, { dependsOn: [{ name: "ring-b" }] });
  await person.deliver("ring-b", git, CONFIG, { dependsOn: [{ name: "ring-a" }] });
  await Promise.all([failed("kustomizations", "ring-a", NOT_READY), failed("kustomizations", "ring-b", NOT_READY)]);
  const { cause } = await doctor("ks/ring-b");
  assert.equal(cause.code, "DependencyCycle");
  assert.match(cause.message, /ring-b → ring-a → ring-b/);
});

test("a suspended source is the cause, whatever the delivery on it says", { skip }, async () => {
  await person.deliver("rest", git, CONFIG);
  await waitFor(plane!, person.path("kustomizations", "rest"), isReady);
  assertCode(await person.gitops(["suspend", "source", "git", "rest", "--reason", "moving house"]), 0);
  const { code, cause } = await doctor("ks/rest");
  assert.deepEqual([code, cause.code, cause.object?.kind], [7, "SourceSuspended", "GitRepository"]);
  assert.match(cause.message, /moving house/);
  assertCode(await person.gitops(cause.next.split(" ").slice(1)), 0);
  assert.equal((await person.gitops(["doctor", "ks/rest"])).code, 0);
});

test("a suspended delivery is the cause, and the next step is to resume it", { skip }, async () => {
  await person.deliver("pause", git, CONFIG, { suspend: true });
  const { cause } = await doctor("ks/pause");
  assert.equal(cause.code, "Suspended");
  assert.match(cause.next, /^gitops resume ks\/pause -n /);
});

test("an image that cannot be pulled is followed from the delivery to the Pod", { skip }, async () => {
  await person.deliver("image", git, { "web.yaml": deployment("image", { fate: "image-pull" }) }, { wait: true });
  const pods = `/api/v1/namespaces/${person.namespace}/pods`;
  await waitFor(
    plane!,
    `/apis/apps/v1/namespaces/${person.namespace}/deployments/image`,
    ({ status }) => status?.["unavailableReplicas"] === 1,
  );
  const { body } = await plane!.api("GET", `${pods}?labelSelector=app%3Dimage`);
  const [pod] = (body as { items: LiveObject[] }).items;
  await waitFor(plane!, `${pods}/${pod?.metadata.name ?? ""}`, ({ status }) => JSON.stringify(status).includes("ImagePullBackOff"));
  const { code, cause } = await doctor("ks/image");
  assert.deepEqual([code, cause.code, cause.object?.kind, cause.object?.name], [7, "ImagePull", "Deployment", "image"]);
  assert.ok(cause.message.includes(pod?.metadata.name ?? "?"), cause.message);
});

test("a service account that may not apply is named with the right that it lacks", { skip }, async () => {
  const account = await plane!.api("POST", `/api/v1/namespaces/${person.namespace}/serviceaccounts`, { metadata: { name: "weak" } });
  assert.equal(account.status, 201);
  await person.deliver("weak", git, CONFIG, { serviceAccountName: "weak" });
  await person.deliver("ghost", git, CONFIG, { serviceAccountName: "ghost" });
  await Promise.all([failed("kustomizations", "weak", NOT_APPLIED), failed("kustomizations", "ghost", NOT_APPLIED)]);
  const weak = await doctor("ks/weak");
  assert.equal(weak.cause.code, "Forbidden");
  assert.match(weak.cause.message, /system:serviceaccount:\S+:weak may not \w+ configmaps/);
  assert.match(weak.cause.next, /^kubectl auth can-i \w+ configmaps -n \S+ --as system:serviceaccount:\S+:weak/);
  const ghost = await doctor("ks/ghost");
  assert.deepEqual([ghost.cause.code, ghost.cause.object?.name], ["ServiceAccountMissing", "ghost"]);
});

test("a file of SOPS without decryption, and decryption without its Secret, are told apart; no value is shown", { skip }, async () => {
  const encrypted = JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "sealed" },
    data: { token: "ENC[AES256_GCM,data:c2VjcmV0dmFsdWU=,iv:aaaa,tag:bbbb,type:str]" },
    sops: { mac: "ENC[AES256_GCM,data:eA==]", version: "3.9.0" },
  });
  await person.deliver("sops", git, { "secret.yaml": encrypted });
  await person.deliver("keyless", git, { "secret.yaml": encrypted }, { decryption: { provider: "sops", secretRef: { name: "sops-age" } } });
  await Promise.all([failed("kustomizations", "sops", NOT_APPLIED), failed("kustomizations", "keyless", /^BuildFailed$/)]);
  const sops = await doctor("ks/sops");
  assert.equal(sops.cause.code, "DecryptionNotConfigured");
  assert.doesNotMatch(JSON.stringify(sops.findings), /c2VjcmV0dmFsdWU/);
  const keyless = await doctor("ks/keyless");
  assert.deepEqual([keyless.cause.code, keyless.cause.object?.name], ["SecretMissing", "sops-age"]);
});

test("refusals of the API server are told by their cause", { skip }, async () => {
  const kinds = JSON.stringify({ apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", metadata: { name: "token" }, spec: {} });
  await person.deliver("unserved", git, { "external.yaml": kinds });
  const elsewhere = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "no-such-place" } });
  await person.deliver("placeless", git, { "map.yaml": elsewhere }, { targetNamespace: undefined });
  const invalid = JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name: "a" }, spec: { ports: [{ port: 99999 }] } });
  await person.deliver("invalid", git, { "service.yaml": invalid });
  await person.deliver("remote", git, CONFIG, { kubeConfig: { secretRef: { name: "no-cluster" } } });
  const names = ["unserved", "placeless", "invalid", "remote"];
  await Promise.all(names.map((name) => failed("kustomizations", name, NOT_APPLIED)));
  const causes = await Promise.all(names.map(async (name) => (await doctor(`ks/${name}`)).cause));
  assert.deepEqual(
    causes.map(({ code }) => code),
    ["KindNotServed", "NamespaceMissing", "ManifestInvalid", "SecretMissing"],
    JSON.stringify(causes),
  );
});

test("two deliveries of one object are told, and objects that stay because pruning is off", { skip }, async () => {
  const shared = { "shared.yaml": configMap("shared", { v: "1" }), "own.yaml": configMap("own", { v: "1" }) };
  await person.deliver("one", git, shared, { prune: false });
  await waitFor(plane!, person.path("kustomizations", "one"), isReady);
  await person.deliver("two", git, { "shared.yaml": configMap("shared", { v: "2" }) });
  await waitFor(plane!, person.path("kustomizations", "two"), isReady);
  await git.commit("one", { "deploy/own.yaml": null });
  assertCode(await person.gitops(["reconcile", "ks/one", "--with-source"]), 0);
  const result = await person.gitops(["doctor", "ks/one", "-o", "json"]);
  assertCode(result, 0);
  const { findings } = JSON.parse(result.stdout) as { findings: Found[] };
  const rival = findings.find(({ code }) => code === "OwnedByAnother");
  assert.match(rival?.message ?? "", /ks\/one and ks\/two -n \S+ both own ConfigMap \S+\/shared/);
  const lingering = findings.find(({ code }) => code === "Lingering");
  assert.deepEqual([lingering?.object?.name, lingering?.severity], ["own", "warning"]);
});

test("without a name it checks the surroundings and groups what is stuck by its cause, each cause once", { skip }, async () => {
  await person.create("gitrepositories", "joint", { url: "http://127.0.0.1:9/joint.git", interval: "1h" });
  const spec = { interval: "1h", prune: true, sourceRef: { kind: "GitRepository", name: "joint" } };
  await Promise.all(["joint-a", "joint-b"].map((name) => person.create("kustomizations", name, spec)));
  await person.create("kustomizations", "joint-c", {
    ...spec,
    sourceRef: { kind: "GitRepository", name: "well" },
    dependsOn: [{ name: "joint-a" }],
  });
  await Promise.all([failed("gitrepositories", "joint"), failed("kustomizations", "joint-c", NOT_READY)]);
  const { code, findings } = await doctor();
  assert.equal(code, 7);
  const joint = findings.filter(({ object }) => object?.kind === "GitRepository" && object.name === "joint");
  assert.equal(joint.length, 1, JSON.stringify(joint));
  assert.deepEqual([joint[0]?.severity, joint[0]?.code], ["blocking", "SourceUnreachable"]);
  const held = joint[0]?.evidence[0] ?? "";
  for (const name of ["joint-a", "joint-b", "joint-c"]) assert.ok(held.includes(`ks/${name} -n ${person.namespace}`), held);
  const infos = findings.filter(({ severity }) => severity === "info").map(({ code: word, message }) => `${word} ${message}`);
  assert.match(infos.join("\n"), /ClusterReached the cluster 127\.0\.0\.1:\d+ answers, Kubernetes v1\./);
  assert.match(infos.join("\n"), /DialectServed Flux serves .*Kustomization v1/);
  assert.match(infos.join("\n"), /ControllerAlive alive: kustomize-controller/);
  const repository = findings.find(({ code: word, message }) => word === "SourceNotReached" && message.includes("joint.git"));
  assert.equal(repository?.severity, "warning");
  assert.match(repository.evidence.join("\n"), /^credentials: none$/m);
});
