import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fluxPlaneOrSkip, isReady, startFlux, type Flux } from "../support/flux-controllers.ts";
import { newFluxPerson, type FluxPerson } from "../support/flux-delivery.ts";
import { startGitServer, type GitServer } from "../support/git-server.ts";
import { waitFor } from "../support/wait-for.ts";
import { assertCode, configMap } from "../support/workspace.ts";

const { skip, plane } = await fluxPlaneOrSkip();
let git: GitServer;
let flux: Flux;
let person: FluxPerson;
before(async () => {
  if (plane === undefined) return;
  const namespace = await plane.createNamespace("ask");
  [git, flux] = await Promise.all([startGitServer(), startFlux(plane, { namespace })]);
  person = newFluxPerson(plane, namespace);
});
after(async () => {
  await Promise.all([git?.close(), flux?.stop()]);
});

async function delivered(name: string, spec: object = {}, maps = 1): Promise<string> {
  const files = Array.from({ length: maps }, (_, index): [string, string] => [`${index}.yaml`, configMap(`${name}-${index}`, { v: "1" })]);
  await person.deliver(name, git, Object.fromEntries(files), spec);
  await waitFor(plane!, person.path("kustomizations", name), isReady);
  return name;
}

const exists = async (path: string): Promise<boolean> => (await plane!.api("GET", path)).status === 200;
const map = (name: string): Promise<boolean> => exists(`/api/v1/namespaces/${person.namespace}/configmaps/${name}-0`);
const app = (name: string): Promise<boolean> => exists(person.path("kustomizations", name));

test("create makes a source and a Kustomization, and ends when their controllers have made them ready", { skip }, async () => {
  const { url, commit } = await git.createRepository("made", { "deploy/map.yaml": configMap("made-0", { v: "1" }) });
  assertCode(await person.gitops(["create", "source", "git", "made", "--url", url, "--branch", "main"]), 0);
  const args = ["--source", "GitRepository/made", "--path", "./deploy", "--prune", "--target-namespace", person.namespace];
  const created = await person.gitops(["create", "kustomization", "made", ...args, "-o", "json"]);
  assertCode(created, 0);
  assert.equal((JSON.parse(created.stdout) as { items: { revision: string }[] }).items[0]?.revision, `main@sha1:${commit}`);
  assert.ok(await map("made"));

  const broken = await person.gitops(["create", "kustomization", "made", ...args, "--path", "./nowhere"]);
  assertCode(broken, 7);
  assert.match(broken.stderr, /configured[^]*nowhere/);
});

test("what create prints with --export is taken by the real API server, unchanged", { skip }, async () => {
  const args = ["--source", "made", "--wait", "--depends-on", "other", "--health-check", "Deployment/web.shop", "--interval", "10m"];
  const { stdout } = await person.gitops(["create", "ks", "printed", ...args, "--export"], { kubeconfig: "/nonexistent" });
  const path = `${person.path("kustomizations", "printed")}?fieldManager=test&dryRun=All&fieldValidation=Strict`;
  const { status, body } = await plane!.api("PATCH", path, stdout, "application/apply-patch+yaml");
  assert.equal(status, 201, JSON.stringify(body));
});

test("deleting a Kustomization waits until its controller has pruned what it delivered", { skip }, async () => {
  const name = await delivered("gone");
  const unasked = await person.gitops(["delete", `ks/${name}`]);
  assertCode(unasked, 2);
  assert.match(unasked.stderr, /--yes/);

  const preview = await person.gitops(["delete", "ks", name, "--dry-run"]);
  assertCode(preview, 0);
  assert.match(preview.stderr, /deletionPolicy is MirrorPrune[^]*configmap\/gone-0 .* prune/);
  assert.ok(await app(name));

  const deleted = await person.gitops(["delete", name, "--yes"]);
  assertCode(deleted, 0);
  assert.match(deleted.stdout, /kustomization\S*\/gone .* deleted/);
  assert.deepEqual([await app(name), await map(name)], [false, false]);
  assertCode(await person.gitops(["delete", "ks", name, "--yes"]), 12);
});

test("--keep leaves what was delivered, and so does a suspended Kustomization, which is said", { skip }, async () => {
  const kept = await delivered("kept");
  assertCode(await person.gitops(["delete", `ks/${kept}`, "--keep", "--yes"]), 0);
  assert.deepEqual([await app(kept), await map(kept)], [false, true]);

  const paused = await delivered("paused");
  assertCode(await person.gitops(["suspend", paused]), 0);
  const preview = await person.gitops(["delete", paused, "--dry-run"]);
  assert.match(preview.stderr, /what it delivered stays: it is suspended/);
  assertCode(await person.gitops(["delete", paused, "--yes"]), 0);
  assert.deepEqual([await app(paused), await map(paused)], [false, true]);
});

test("the guards of every deletion hold, --yes or not", { skip }, async () => {
  const many = await delivered("mass", {}, 21);
  const refused = await person.gitops(["delete", many, "--yes"]);
  assertCode(refused, 5);
  assert.match(refused.stderr, /--allow-mass-prune/);
  assert.ok(await app(many));
  assertCode(await person.gitops(["delete", many, "--yes", "--allow-mass-prune"]), 0);
  assert.deepEqual([await app(many), await map(many)], [false, false]);
});

test("a source is deleted alone, and the deliveries that need it are named", { skip }, async () => {
  const name = await delivered("spring");
  const deleted = await person.gitops(["delete", "source", "git", name, "--yes"]);
  assertCode(deleted, 0);
  assert.match(deleted.stderr, /kustomization\S*\/spring -n \S+ needs it/);
  assert.deepEqual([await exists(person.path("gitrepositories", name)), await app(name), await map(name)], [false, true, true]);
});

test("a deletion that its controller does not finish in time says what holds the object", { skip }, async () => {
  const namespace = await plane!.createNamespace("ask");
  const own = await startFlux(plane!, { namespace });
  const other = newFluxPerson(plane!, namespace);
  try {
    await other.deliver("stuck", git, { "map.yaml": configMap("stuck", { v: "1" }) });
    await waitFor(plane!, other.path("kustomizations", "stuck"), isReady);
    own.signal("kustomize-controller", "SIGSTOP");
    const result = await other.gitops(["delete", "stuck", "--yes", "--timeout", "1s"]);
    assertCode(result, 9);
    assert.match(result.stderr, /still there, held by finalizers\.fluxcd\.io/);
  } finally {
    await own.stop();
  }
});
