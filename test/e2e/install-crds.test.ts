import assert from "node:assert/strict";
import { mkdirSync, copyFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { gitops, newHome, type CommandResult } from "../support/cli.ts";
import { planeOrSkip, settled } from "../support/control-plane.ts";
import { fullValue, readDefinition, schemaOf } from "../support/crd-schema.ts";
import { fluxCrds, fluxPath, isReady, startFlux } from "../support/flux-controllers.ts";
import { createDelivery, gitRepository, kustomization } from "../support/flux-objects.ts";
import { startGitServer, writeFiles, type GitServer } from "../support/git-server.ts";
import { waitFor, type LiveObject } from "../support/wait-for.ts";
import { assertCode, configMap } from "../support/workspace.ts";

// What a cluster knows is changed here, so the plane is this file's alone, and every test begins on one that knows nothing of Flux.
const { skip: noPlane, plane } = await planeOrSkip("crds");
const skip = noPlane || (fluxCrds().length === 0 && "not here: Go, to take Flux's own definitions from");

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const OURS = ["gitrepositories.source.toolkit.fluxcd.io", "kustomizations.kustomize.toolkit.fluxcd.io"];

let git: GitServer;
before(async () => {
  if (plane !== undefined) git = await startGitServer();
});
after(async () => {
  await git?.close();
});

beforeEach(async () => {
  if (skip !== false) return;
  for (const name of await installed()) {
    await plane!.api("DELETE", `${CRDS}/${name}`);
    await settled(async () => (await plane!.api("GET", `${CRDS}/${name}`)).status === 404);
  }
});

async function installed(): Promise<readonly string[]> {
  const { body } = await plane!.api("GET", CRDS);
  return (body as { items: readonly { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name);
}

function install(...args: readonly string[]): Promise<CommandResult> {
  const home = newHome();
  return gitops(["install", "--crds-only", ...args], { home, cwd: home, kubeconfig: plane!.kubeconfig });
}

/** Flux's own definitions in a folder, those with a name that is wanted. */
function folderOf(wanted: (file: string) => boolean): string {
  const folder = join(newHome(), "crds");
  mkdirSync(folder);
  for (const file of fluxCrds().filter(wanted)) copyFileSync(file, join(folder, basename(file)));
  return folder;
}

const isOurs = (file: string): boolean => OURS.some((name) => file.includes(name.split(".")[0]!));

test("our definitions are installed only when asked, and served when the command ends; a second run leaves them", { skip }, async () => {
  const dry = await install("--dry-run");
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(
    dry.stdout,
    /customresourcedefinition\.apiextensions\.k8s\.io\/kustomizations\.kustomize\.toolkit\.fluxcd\.io created \(dry run\)/,
  );
  assert.deepEqual(await installed(), []);

  const first = await install();
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /gitrepositories\.source\.toolkit\.fluxcd\.io created\n/);
  const namespace = await plane!.createNamespace("crds");
  assert.equal((await plane!.api("GET", fluxPath("kustomizations", namespace, "none"))).status, 404);
  assert.equal((await plane!.api("GET", `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${namespace}/kustomizations`)).status, 200);
  assert.deepEqual((await installed()).toSorted(), OURS);

  const mark = await plane!.auditMark();
  const again = await install();
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stdout, /kustomizations\.kustomize\.toolkit\.fluxcd\.io left as it is: it is installed already\n/);
  const writes = await plane!.writes({ since: mark });
  assert.deepEqual(
    writes.filter(({ resource }) => resource === "customresourcedefinitions"),
    [],
  );
});

test("an object with every field that Flux knows comes back whole, and is the same under Flux's own definitions", { skip }, async () => {
  const first = await install();
  assert.equal(first.code, 0, first.stderr);
  const namespace = await plane!.createNamespace("crds");
  // The rules of Flux's definitions exclude one of these where the other stands.
  const excluded = new Set(["spec.kubeConfig.configMapRef", "spec.serviceAccountName"]);
  const sent = fluxCrds()
    .filter(isOurs)
    .map(readDefinition)
    .map((definition) => {
      const { spec, status } = schemaOf(definition).properties!;
      const { group, names } = definition.spec;
      const path = `/apis/${group}/v1/namespaces/${namespace}/${names.plural}`;
      const left = names.kind === "GitRepository" ? excluded : new Set([...excluded].slice(0, 1));
      const body = { apiVersion: `${group}/v1`, kind: names.kind, metadata: { name: "full", namespace } };
      return { path, body: { ...body, spec: fullValue(spec!, "spec", left), status: fullValue(status!, "status", left) } };
    });
  for (const { path, body } of sent) {
    const created = await plane!.api("POST", path, body);
    assert.equal(created.status, 201, JSON.stringify(created.body));
    const withStatus = await plane!.api("PATCH", `${path}/full/status`, { status: body.status }, "application/merge-patch+json");
    assert.equal(withStatus.status, 200, JSON.stringify(withStatus.body));
  }
  const assertWhole = async (): Promise<void> => {
    for (const { path, body } of sent) {
      const { spec, status } = (await plane!.api("GET", `${path}/full`)).body as { spec: unknown; status: unknown };
      assert.deepEqual({ spec, status }, { spec: body.spec, status: body.status });
    }
  };
  await assertWhole();

  const upstream = await install("--crds", folderOf(isOurs));
  assert.equal(upstream.code, 0, upstream.stderr);
  assert.match(upstream.stdout, /kustomizations\.kustomize\.toolkit\.fluxcd\.io configured\n/);
  await assertWhole();
  const again = await install("--crds", folderOf(isOurs));
  assert.match(again.stdout, /kustomizations\.kustomize\.toolkit\.fluxcd\.io unchanged\n/);
});

test("Flux's real controllers deliver a repository on our definitions", { skip }, async () => {
  const first = await install();
  assert.equal(first.code, 0, first.stderr);
  const others = await install(
    "--crds",
    folderOf((file) => !isOurs(file)),
  );
  assert.equal(others.code, 0, others.stderr);
  const namespace = await plane!.createNamespace("crds");
  const { url, commit } = await git.createRepository("crds", { "map.yaml": configMap("delivered", { by: "flux" }) });
  const flux = await startFlux(plane!, { namespace });
  try {
    // No time-out is declared: the source-controller relies on the server to fill it in.
    await createDelivery(plane!, { namespace, name: "shop", url });
    const done = await waitFor(plane!, fluxPath("kustomizations", namespace, "shop"), isReady);
    assert.equal(done.status?.lastAppliedRevision, `main@sha1:${commit}`);
    const { body } = await plane!.api("GET", `/api/v1/namespaces/${namespace}/configmaps/delivered`);
    assert.deepEqual((body as { data: unknown }).data, { by: "flux" });
  } finally {
    // Their finalizers would hold the definitions.
    for (const path of [fluxPath("kustomizations", namespace, "shop"), fluxPath("gitrepositories", namespace, "shop")]) {
      await plane!.api("DELETE", path);
      await settled(async () => (await plane!.api("GET", path)).status === 404);
    }
    await flux.stop();
  }
});

test("what was delivered before the kinds were known goes on from its record, which moves into the status", { skip }, async () => {
  const home = newHome();
  const namespace = await plane!.createNamespace("crds");
  const { url, commit } = await git.createRepository("before", { "a.yaml": configMap("kept", {}), "b.yaml": configMap("dropped", {}) });
  const shop = { namespace, name: "shop", url };
  await writeFiles(home, { "shop.yaml": `${JSON.stringify(gitRepository(shop))}\n---\n${JSON.stringify(kustomization(shop))}` });
  const sync = (): Promise<CommandResult> =>
    gitops(["sync", "-f", join(home, "shop.yaml"), "-n", namespace], { home, cwd: home, kubeconfig: plane!.kubeconfig });
  const map = async (name: string): Promise<string | undefined> => {
    const { status, body } = await plane!.api("GET", `/api/v1/namespaces/${namespace}/configmaps/${name}`);
    return status === 200 ? (body as { metadata: { uid: string } }).metadata.uid : undefined;
  };
  assertCode(await sync(), 0);
  assert.deepEqual(await installed(), []);
  const kept = await map("kept");
  assert.notEqual(await map("gitops-shop"), undefined);

  await git.commit("before", { "b.yaml": null });
  assertCode(await install(), 0);
  assertCode(await sync(), 0);
  const { body } = await plane!.api("GET", fluxPath("kustomizations", namespace, "shop"));
  const { status } = body as LiveObject;
  assert.deepEqual(status?.inventory, { entries: [{ id: `${namespace}_kept__ConfigMap`, v: "v1" }] });
  assert.notEqual(status?.lastAppliedRevision, `main@sha1:${commit}`);
  assert.deepEqual([await map("kept"), await map("dropped"), await map("gitops-shop")], [kept, undefined, undefined]);

  const listed = await plane!.kubectl(["get", "ks", "-n", namespace]);
  assert.match(listed.stdout, /^NAME +AGE +READY +STATUS *\nshop +\S+ +True +Applied revision: main@sha1:/);
});

test("a definition that the server does not accept ends in status 7 with its reason; files without any, in 11", { skip }, async () => {
  const home = newHome();
  const taken = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "others.source.toolkit.fluxcd.io" },
    spec: {
      group: "source.toolkit.fluxcd.io",
      scope: "Namespaced",
      names: { plural: "others", kind: "GitRepository" },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
    },
  };
  await writeFiles(home, { "taken.yaml": JSON.stringify(taken), "map.yaml": configMap("none", {}) });
  const first = await install();
  assert.equal(first.code, 0, first.stderr);
  const refused = await install("--crds", join(home, "taken.yaml"));
  assert.equal(refused.code, 7, refused.stderr);
  assert.match(refused.stderr, /others\.source\.toolkit\.fluxcd\.io is not served: its names are not accepted: .*already in use/);
  const none = await install("--crds", join(home, "map.yaml"));
  assert.equal(none.code, 11, none.stderr);
});

test("the definitions are printed without any cluster", async () => {
  const home = newHome();
  const printed = await gitops(["install", "--crds-only", "-o", "json"], { home, cwd: home });
  assert.equal(printed.code, 0, printed.stderr);
  const { items } = JSON.parse(printed.stdout) as { items: readonly { metadata: { name: string } }[] };
  assert.deepEqual(
    items.map(({ metadata }) => metadata.name),
    OURS,
  );
  const nothing = await gitops(["install"], { home, cwd: home });
  assert.equal(nothing.code, 2);
});
