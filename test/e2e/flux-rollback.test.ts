import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fluxPlaneOrSkip, isReady, requestReconcile, startFlux, type Flux } from "../support/flux-controllers.ts";
import { newFluxPerson, type FluxPerson } from "../support/flux-delivery.ts";
import { startGitServer, type Files, type GitServer } from "../support/git-server.ts";
import { waitFor } from "../support/wait-for.ts";
import { assertCode, configMap } from "../support/workspace.ts";

const { skip, plane } = await fluxPlaneOrSkip();
let git: GitServer;
let flux: Flux;
let person: FluxPerson;
before(async () => {
  if (plane === undefined) return;
  const namespace = await plane.createNamespace("rollback");
  [git, flux] = await Promise.all([startGitServer(), startFlux(plane, { namespace })]);
  person = newFluxPerson(plane, namespace);
});
after(async () => {
  await Promise.all([git?.close(), flux?.stop()]);
});

/** A delivery that its controllers have made ready. Answers its commit. */
async function delivered(name: string, files: Files, spec: object = {}): Promise<string> {
  const { revision } = await person.deliver(name, git, files, spec);
  await waitFor(plane!, person.path("kustomizations", name), isReady);
  return revision.slice("main@sha1:".length);
}

async function data(name: string): Promise<unknown> {
  const { status, body } = await plane!.api("GET", `/api/v1/namespaces/${person.namespace}/configmaps/${name}`);
  return status === 404 ? undefined : (body as { data: unknown }).data;
}

test("a bad change is rolled back through the controllers, and stays so after the next reconciliation", { skip }, async () => {
  const good = await delivered("sticks", { "map.yaml": configMap("sticks", { v: "1" }) });
  const bad = await git.commit("sticks", {
    "deploy/map.yaml": configMap("sticks", { v: "bad" }),
    "deploy/more.yaml": configMap("sticks-more", { v: "1" }),
  });
  assertCode(await person.gitops(["reconcile", "ks/sticks", "--with-source"]), 0);
  assert.deepEqual(await data("sticks"), { v: "bad" });

  const result = await person.gitops(["rollback", "ks/sticks", "--yes", "-o", "json"]);

  assertCode(result, 0);
  const document = JSON.parse(result.stdout) as Record<string, unknown> & { to: { commit: string; knownFrom: string } };
  const tip = await git.git("sticks", "rev-parse", "main");
  assert.deepEqual(
    [document["result"], document["by"], document["revision"], document["commit"]],
    ["delivered", "controller", `main@sha1:${tip}`, tip],
  );
  assert.deepEqual([document.to.commit, document.to.knownFrom], [good, "status"]);
  assert.equal(await git.git("sticks", "rev-parse", "main^"), bad);
  assert.deepEqual([await data("sticks"), await data("sticks-more")], [{ v: "1" }, undefined]);

  const token = await requestReconcile(plane!, person.path("kustomizations", "sticks"));
  await waitFor(
    plane!,
    person.path("kustomizations", "sticks"),
    (object) => object.status?.lastHandledReconcileAt === token && isReady(object),
  );
  assert.deepEqual(await data("sticks"), { v: "1" });
});

test("a change that the API server refuses goes back to what was applied last, and history names the same revision", { skip }, async () => {
  const good = await delivered("refused", { "map.yaml": configMap("refused", { v: "1" }) });
  await git.commit("refused", {
    "deploy/map.yaml": JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "refused" }, data: { v: 1 } }),
  });
  assertCode(await person.gitops(["reconcile", "ks/refused", "--with-source"]), 7);
  const history = await person.gitops(["history", "ks/refused", "-o", "json"]);
  const { items } = JSON.parse(history.stdout) as { items: readonly { revision: string; outcome: string }[] };
  const applied = items.find(({ outcome }) => outcome === "ReconciliationSucceeded")?.revision ?? "";
  assert.equal(applied, `main@sha1:${good}`);

  const dry = await person.gitops(["rollback", "refused", "--dry-run", "-o", "json"]);
  assert.equal((JSON.parse(dry.stdout) as { to: { commit: string } }).to.commit, good);
  assertCode(await person.gitops(["rollback", "refused", applied, "--yes"]), 0);
  const live = await person.read("kustomizations", "refused");
  assert.equal(live.status?.lastAppliedRevision, `main@sha1:${await git.git("refused", "rev-parse", "main")}`);
});

test(
  "where another Kustomization builds from the same base, the rollback is refused and names it, unless it is allowed",
  { skip },
  async () => {
    const overlay = "resources: [../../base]\n";
    await person.deliver(
      "shared",
      git,
      {
        "base/kustomization.yaml": "resources: [map.yaml]\n",
        "base/map.yaml": configMap("shared", { v: "1" }),
        "apps/one/kustomization.yaml": overlay,
        "apps/two/kustomization.yaml": `${overlay}namePrefix: two-\n`,
      },
      { path: "./deploy/apps/one" },
    );
    const sourceRef = { kind: "GitRepository", name: "shared" };
    const spec = { interval: "1h", prune: true, targetNamespace: person.namespace, sourceRef, path: "./deploy/apps/two" };
    await person.create("kustomizations", "shared-two", spec);
    for (const name of ["shared", "shared-two"]) await waitFor(plane!, person.path("kustomizations", name), isReady);
    const bad = await git.commit("shared", { "deploy/base/map.yaml": configMap("shared", { v: "bad" }) });
    assertCode(await person.gitops(["reconcile", "ks/shared", "ks/shared-two", "--with-source"]), 0);

    const refused = await person.gitops(["rollback", "ks/shared", "--yes"]);
    assertCode(refused, 5);
    assert.match(refused.stderr, new RegExp(`ks/shared-two -n ${person.namespace} \\(ConfigMap/two-shared changed\\)`));
    assert.equal(await git.git("shared", "rev-parse", "main"), bad);

    const allowed = await person.gitops(["rollback", "ks/shared", "--yes", "--allow-others"]);
    assertCode(allowed, 0);
    assert.match(allowed.stderr, /deploy\/base\/map\.yaml lies outside of deploy\/apps\/one/);
    assert.deepEqual(await data("shared"), { v: "1" });
  },
);

test("a dry run shows what the cluster would get, and asks no controller for anything", { skip }, async () => {
  await delivered("dry", { "map.yaml": configMap("dry", { v: "1" }) });
  const bad = await git.commit("dry", { "deploy/map.yaml": configMap("dry", { v: "bad" }) });
  assertCode(await person.gitops(["reconcile", "ks/dry", "--with-source"]), 0);
  const since = await plane!.auditMark();
  const result = await person.gitops(["rollback", "ks/dry", "--dry-run"]);
  assertCode(result, 0);
  assert.match(result.stdout, /M deploy\/map\.yaml/);
  assert.match(result.stdout, /-.*v: bad\n.*\+.*v: "1"/);
  assert.equal(await git.git("dry", "rev-parse", "main"), bad);
  const writes = await plane!.writes({ namespace: person.namespace, since });
  assert.deepEqual(
    writes.filter(({ user }) => user !== flux.user),
    [],
  );
});

test("where the old files alone do not bring the old objects back, nothing is pushed", { skip }, async () => {
  await delivered("ignoring", { "map.yaml": configMap("ignoring", { v: "1" }), "extra.yaml": configMap("ignoring-extra", {}) });
  const old = await git.commit("ignoring", { ".sourceignore": "/deploy/extra.yaml\n" });
  const bad = await git.commit("ignoring", { ".sourceignore": null, "deploy/map.yaml": configMap("ignoring", { v: "bad" }) });
  const refused = await person.gitops(["rollback", "ks/ignoring", old, "--yes"]);
  assertCode(refused, 5);
  assert.match(refused.stderr, /do not bring the old revision back: ConfigMap\/ignoring-extra added would differ/);
  assert.equal(await git.git("ignoring", "rev-parse", "main"), bad);
});

test("nothing is pushed for another cluster than the expected one", { skip }, async () => {
  await delivered("elsewhere", { "map.yaml": configMap("elsewhere", { v: "1" }) });
  const bad = await git.commit("elsewhere", { "deploy/map.yaml": configMap("elsewhere", { v: "bad" }) });
  const wrong = ["--expect-cluster", "00000000-0000-0000-0000-000000000000"];
  assertCode(await person.gitops(["rollback", "ks/elsewhere", "--yes", ...wrong]), 5);
  assert.equal(await git.git("elsewhere", "rev-parse", "main"), bad);
});

test("a pinned source is refused with the field to change, a suspended one unless the commit alone is wanted", { skip }, async () => {
  const first = await delivered("pinned", { "map.yaml": configMap("pinned", { v: "1" }) });
  await git.commit("pinned", { "deploy/map.yaml": configMap("pinned", { v: "2" }) });
  assertCode(await person.gitops(["reconcile", "ks/pinned", "--with-source"]), 0);

  await person.patch("gitrepositories", "pinned", { spec: { suspend: true } });
  const suspended = await person.gitops(["rollback", "ks/pinned", "--yes"]);
  assertCode(suspended, 4);
  assert.match(suspended.stderr, /gitrepository.*pinned.* is suspended.*\nhint: .*--no-wait/);
  assertCode(await person.gitops(["rollback", "ks/pinned", "--yes", "--no-wait"]), 0);
  assert.equal(await git.git("pinned", "diff", "--name-only", first, "main"), "");
  assert.deepEqual(await data("pinned"), { v: "2" });

  await git.git("pinned", "tag", "v1", first);
  await person.patch("gitrepositories", "pinned", { spec: { ref: { tag: "v1", branch: null }, suspend: false } });
  const pinned = await person.gitops(["rollback", "ks/pinned", "--yes"]);
  assertCode(pinned, 5);
  assert.match(pinned.stderr, /delivered from v1, which is no branch/);
  assert.match(pinned.stderr, /hint: name an older tag or commit in spec\.ref of gitrepository/);
});
