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
  [git, flux] = await Promise.all([
    startGitServer(),
    startFlux(plane, { namespace, flags: { "kustomize-controller": ["--requeue-dependency=1s"] } }),
  ]);
  person = newFluxPerson(plane, namespace);
});
after(async () => {
  await Promise.all([git?.close(), flux?.stop()]);
});

interface Item {
  readonly kind: string;
  readonly name: string;
  readonly result: string;
  readonly revision: string;
  readonly request: string;
  readonly reason: string;
  readonly error: string;
}

function items(stdout: string): readonly Item[] {
  return (JSON.parse(stdout) as { items: readonly Item[] }).items;
}

/** A delivery that its controllers have made ready, and the repository's name. */
async function delivered(name: string, spec: object = {}): Promise<string> {
  await person.deliver(name, git, { "map.yaml": configMap(name, { v: "1" }) }, spec);
  await waitFor(plane!, person.path("kustomizations", name), isReady);
  return name;
}

test("reconcile --with-source brings what was just pushed, and ends when its own request is handled", { skip }, async () => {
  const name = await delivered("pushed");
  const commit = await git.commit(name, { "deploy/map.yaml": configMap(name, { v: "2" }) });

  const result = await person.gitops(["reconcile", "kustomization", name, "--with-source", "-o", "json"]);

  assertCode(result, 0);
  const [source, app] = items(result.stdout);
  assert.deepEqual([source?.kind, source?.result, app?.kind, app?.result], ["GitRepository", "ready", "Kustomization", "ready"]);
  assert.equal(app?.revision, `main@sha1:${commit}`);
  const live = await person.read("kustomizations", name);
  assert.equal(live.status?.lastHandledReconcileAt, app.request);
  assert.equal(live.status?.lastAppliedRevision, `main@sha1:${commit}`);
  const map = await plane!.api("GET", `/api/v1/namespaces/${person.namespace}/configmaps/${name}`);
  assert.deepEqual((map.body as { data: object }).data, { v: "2" });
});

test("a second reconcile is a request of its own: the answer to the first does not count for it", { skip }, async () => {
  const name = await delivered("twice");
  const first = items((await person.gitops(["reconcile", name, "-o", "json"])).stdout)[0];
  const again = await person.gitops(["reconcile", `ks/${name}`, "-o", "json"]);
  assertCode(again, 0);
  const second = items(again.stdout)[0];
  assert.notEqual(second?.request, first?.request);
  assert.equal((await person.read("kustomizations", name)).status?.lastHandledReconcileAt, second?.request);
  assert.doesNotMatch(again.stderr, /somebody else/);
});

test("a failure ends it at once with the controller's reason and the object at fault, long before the time-out", { skip }, async () => {
  const name = await delivered("broken");
  const service = JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports: [{ port: 70_000 }] } });
  await git.commit(name, { "deploy/service.yaml": service });

  const result = await person.gitops(["reconcile", name, "--with-source", "--timeout", "100h"]);

  assertCode(result, 7);
  assert.match(result.stderr, /error: .*broken .* is not ready: ReconciliationFailed: .*Service\//);
  assert.match(result.stderr, new RegExp(`hint: see service/web -n ${person.namespace}`));
  assert.match(result.stdout, /Kustomization .* failed /);
});

test("a source that cannot be fetched fails the request, and its app is not asked", { skip }, async () => {
  const name = await delivered("gone");
  await person.patch("gitrepositories", name, { spec: { ref: { branch: "no-such-branch" } } });
  const before = (await person.read("kustomizations", name)).metadata.annotations;

  const result = await person.gitops(["reconcile", "ks", name, "--with-source"]);

  assertCode(result, 7);
  assert.match(result.stderr, /gitrepository\S*\/gone .* is not ready: GitOperationFailed: .*no-such-branch/);
  assert.match(result.stderr, /kustomization\S*\/gone .* was not asked: its source failed/);
  assert.deepEqual((await person.read("kustomizations", name)).metadata.annotations, before);
});

test("a suspended object is refused by name, and resume waits until its controller has caught up", { skip }, async () => {
  const name = await delivered("paused");
  const suspended = await person.gitops(["suspend", "ks", name, "--reason", "incident 4711", "--until", "2999-01-31T08:00:00Z"]);
  assertCode(suspended, 0);
  const live = await person.read("kustomizations", name);
  assert.equal(live.spec?.["suspend"], true);
  assert.deepEqual(live.metadata.annotations, { "gitops/suspend-reason": "incident 4711", "gitops/suspend-until": "2999-01-31T08:00:00Z" });

  const refused = await person.gitops(["reconcile", name]);
  assertCode(refused, 4);
  assert.match(refused.stderr, /is suspended \(incident 4711\)/);
  assert.match(refused.stderr, new RegExp(`hint: gitops resume ks ${name} -n ${person.namespace}`));

  await git.commit(name, { "deploy/map.yaml": configMap(name, { v: "2" }) });
  assertCode(await person.gitops(["reconcile", "source", "git", name]), 0);
  const resumed = await person.gitops(["resume", name, "-o", "json"]);
  assertCode(resumed, 0);
  const after = await person.read("kustomizations", name);
  assert.deepEqual([after.spec?.["suspend"], after.status?.lastHandledReconcileAt], [false, items(resumed.stdout)[0]?.request]);
  assert.equal(after.status?.lastAppliedRevision, (await person.read("gitrepositories", name)).status?.artifact?.revision);
  assert.deepEqual(Object.keys(after.metadata.annotations ?? {}), ["reconcile.fluxcd.io/requestedAt"]);
});

test("resume fails with what the controller says, where the old verdict was a good one", { skip }, async () => {
  const name = await delivered("spoilt");
  assertCode(await person.gitops(["suspend", name]), 0);
  await person.patch("kustomizations", name, { spec: { path: "./no-such-folder" } });
  const resumed = await person.gitops(["resume", name]);
  assertCode(resumed, 7);
  assert.match(resumed.stderr, /no-such-folder/);
});

test("a missing name is an error after the others were handled", { skip }, async () => {
  const name = await delivered("one");
  const result = await person.gitops(["suspend", "ks", "no-such", name]);
  assertCode(result, 12);
  assert.match(result.stderr, /no Kustomization named no-such/);
  assert.equal((await person.read("kustomizations", name)).spec?.["suspend"], true);
  assertCode(await person.gitops(["reconcile", "source", "git", "no-such"]), 12);
  assertCode(await person.gitops(["resume", "ks", "no-such"]), 12);
});

test("many are selected by label and asked at once; suspended ones are passed over", { skip }, async () => {
  for (const name of ["many-a", "many-b", "many-c"]) {
    await delivered(name);
    await person.patch("kustomizations", name, { metadata: { labels: { team: "shop" } } });
  }
  assertCode(await person.gitops(["suspend", "many-b"]), 0);

  const result = await person.gitops(["reconcile", "--all", "-l", "team=shop", "-o", "json"]);

  assertCode(result, 0);
  assert.deepEqual(
    items(result.stdout).map((item) => [item.name, item.result]),
    [
      ["many-a", "ready"],
      ["many-b", "skipped"],
      ["many-c", "ready"],
    ],
  );
  const none = await person.gitops(["reconcile", "-l", "team=none"]);
  assertCode(none, 0);
  assert.match(none.stderr, /no object is selected/);
});

test("dependants are resumed together with what they depend on, and none fails for coming first", { skip }, async () => {
  await delivered("base");
  await delivered("top", { dependsOn: [{ name: "base" }] });
  assertCode(await person.gitops(["suspend", "top", "base"]), 0);
  const commit = await git.commit("base", { "deploy/map.yaml": configMap("base", { v: "2" }) });
  assertCode(await person.gitops(["reconcile", "source", "git", "base"]), 0);

  const resumed = await person.gitops(["resume", "top", "base", "-o", "json"]);

  assertCode(resumed, 0);
  assert.equal(items(resumed.stdout)[1]?.revision, `main@sha1:${commit}`);
});

test("a dependency that is not ready is named, and not waited for", { skip }, async () => {
  await delivered("floor");
  await delivered("roof", { dependsOn: [{ name: "floor" }] });
  await person.patch("kustomizations", "floor", { spec: { path: "./no-such-folder" } });
  assertCode(await person.gitops(["reconcile", "floor"]), 7);

  const result = await person.gitops(["reconcile", "roof", "--timeout", "100h"]);

  assertCode(result, 7);
  assert.match(result.stderr, /DependencyNotReady: dependency '[^']*\/floor' is not ready/);
  assert.match(result.stderr, new RegExp(`hint: see kustomization\\S*/floor -n ${person.namespace}`));
});

test("a suspension that the parent undoes is warned about, and only that", { skip }, async () => {
  const child = (name: string, spec: object) =>
    JSON.stringify({
      apiVersion: "kustomize.toolkit.fluxcd.io/v1",
      kind: "Kustomization",
      metadata: { name },
      spec: { interval: "1h", path: "./empty", prune: true, sourceRef: { kind: "GitRepository", name: "parent" }, ...spec },
    });
  await person.deliver("parent", git, { "a.yaml": child("declared", { suspend: false }), "b.yaml": child("silent", {}) });
  await waitFor(plane!, person.path("kustomizations", "parent"), isReady);

  const declared = await person.gitops(["suspend", "ks", "declared"]);
  assert.match(declared.stderr, /declared .*: its parent kustomization\S*\/parent .* will undo this/);
  const silent = await person.gitops(["suspend", "ks", "silent"]);
  assert.doesNotMatch(silent.stderr, /parent/);

  assertCode(await person.gitops(["reconcile", "parent"]), 0);
  const suspended = async (name: string) => (await person.read("kustomizations", name)).spec?.["suspend"];
  assert.deepEqual([await suspended("declared"), await suspended("silent")], [false, true]);

  assertCode(await person.gitops(["suspend", "ks", "parent"]), 0);
  assert.doesNotMatch((await person.gitops(["suspend", "ks", "declared"])).stderr, /parent/);
});

test("a controller that never answers is named when the time is up, and said to be alive", { skip }, async () => {
  const namespace = await plane!.createNamespace("ask");
  const own = await startFlux(plane!, { namespace });
  const other = newFluxPerson(plane!, namespace);
  try {
    await other.deliver("stuck", git, { "map.yaml": configMap("stuck", { v: "1" }) });
    await waitFor(plane!, other.path("kustomizations", "stuck"), isReady);
    own.signal("kustomize-controller", "SIGSTOP");

    const result = await other.gitops(["reconcile", "stuck", "--timeout", "1s"]);

    assertCode(result, 9);
    assert.match(result.stderr, /kustomize-controller did not take the request within/);
    assert.match(result.stderr, /hint: kustomize-controller \(it renews the Lease .*\) is alive/);
  } finally {
    await own.stop();
  }
});

test("an answer to --no-wait is that the request was made", { skip }, async () => {
  const name = await delivered("hasty");
  const result = await person.gitops(["reconcile", name, "--no-wait", "-o", "json"]);
  assertCode(result, 0);
  const [item] = items(result.stdout);
  assert.equal(item?.result, "requested");
  assert.equal((await person.read("kustomizations", name)).metadata.annotations?.["reconcile.fluxcd.io/requestedAt"], item.request);
});
