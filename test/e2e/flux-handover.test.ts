import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gitops, newHome, type CommandResult } from "../support/cli.ts";
import { fluxPath, fluxPlaneOrSkip, isReady, requestReconcile, startFlux, type Flux } from "../support/flux-controllers.ts";
import { createDelivery, gitRepository, kustomization } from "../support/flux-objects.ts";
import { startGitServer, writeFiles, type GitServer } from "../support/git-server.ts";
import { waitFor, type LiveObject } from "../support/wait-for.ts";
import { configMap } from "../support/workspace.ts";

// A plane of its own: on one with the controllers of other tests a controller would be alive.
const { skip, plane } = await fluxPlaneOrSkip("handover");

let git: GitServer;
let flux: Flux | undefined;
before(async () => {
  if (plane !== undefined) git = await startGitServer();
});
after(async () => {
  await Promise.all([git?.close(), flux?.stop()]);
});

const home = newHome();
const run = (...args: readonly string[]): Promise<CommandResult> => gitops(args, { home, cwd: home, kubeconfig: plane!.kubeconfig });

/** Leases that a stopped controller gave back look the same as none. */
async function withFlux<Result>(namespace: string, work: (flux: Flux) => Promise<Result>): Promise<Result> {
  flux = await startFlux(plane!, { namespace });
  try {
    return await work(flux);
  } finally {
    await flux.stop();
    flux = undefined;
  }
}

async function read(path: string): Promise<LiveObject & { readonly metadata: { readonly uid: string; readonly resourceVersion: string } }> {
  const { status, body } = await plane!.api("GET", path);
  assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`);
  return body as Awaited<ReturnType<typeof read>>;
}

test("what this program delivered is taken over by the real controller: no object is touched, the record is read", { skip }, async () => {
  const namespace = await plane!.createNamespace("flux");
  const { url, commit } = await git.createRepository("ours-first", {
    "a.yaml": configMap("one", { key: "1" }),
    "b.yaml": configMap("two", { key: "2" }),
  });
  const options = { namespace, name: "shop", url, spec: { wait: true } };
  const folder = join(home, namespace);
  await mkdir(folder);
  await writeFiles(folder, {
    "shop.yaml": [gitRepository(options), kustomization(options)].map((one) => JSON.stringify(one)).join("\n---\n"),
  });

  const first = await run("sync", "-f", folder);
  assert.equal(first.code, 0, first.stderr);
  const delivery = fluxPath("kustomizations", namespace, "shop");
  const ours = await read(delivery);
  assert.ok(isReady(ours), JSON.stringify(ours.status));
  assert.deepEqual(ours.status?.inventory, {
    entries: [
      { id: `${namespace}_one__ConfigMap`, v: "v1" },
      { id: `${namespace}_two__ConfigMap`, v: "v1" },
    ],
  });
  assert.equal(ours.status?.lastAppliedRevision, `main@sha1:${commit}`);
  const maps = await Promise.all(["one", "two"].map((name) => read(`/api/v1/namespaces/${namespace}/configmaps/${name}`)));

  await withFlux(namespace, async () => {
    const token = await requestReconcile(plane!, delivery);
    const taken = await waitFor(plane!, delivery, (object) => isReady(object) && object.status?.lastHandledReconcileAt === token);
    assert.deepEqual(taken.status?.inventory, ours.status?.inventory);
    const again = await Promise.all(["one", "two"].map((name) => read(`/api/v1/namespaces/${namespace}/configmaps/${name}`)));
    assert.deepEqual(
      again.map(({ metadata }) => [metadata.uid, metadata.resourceVersion]),
      maps.map(({ metadata }) => [metadata.uid, metadata.resourceVersion]),
    );
    // What the record names is pruned by the controller when Git drops it.
    await git.commit("ours-first", { "b.yaml": null });
    await requestReconcile(plane!, fluxPath("gitrepositories", namespace, "shop"));
    await waitFor(plane!, delivery, (object) => isReady(object) && object.status?.lastAppliedRevision !== `main@sha1:${commit}`);
    assert.equal((await plane!.api("GET", `/api/v1/namespaces/${namespace}/configmaps/two`)).status, 404);
  });
});

test(
  "what the real controller delivered goes on from its record: suspended, nothing is written, and what Git drops is pruned",
  { skip },
  async () => {
    const namespace = await plane!.createNamespace("flux");
    const { url } = await git.createRepository("theirs-first", {
      "a.yaml": configMap("one", { key: "1" }),
      "b.yaml": configMap("two", { key: "2" }),
    });
    const delivery = fluxPath("kustomizations", namespace, "shop");
    await withFlux(namespace, async () => {
      await createDelivery(plane!, { namespace, name: "shop", url });
      await waitFor(plane!, delivery, isReady);
      const refused = await run("sync", "ks/shop", "-n", namespace, "--no-wait", "-o", "json");
      assert.equal(refused.code, 0, refused.stderr);
      assert.match(refused.stdout, /"by":"controller"/);
    });
    const before = await read(`/api/v1/namespaces/${namespace}/configmaps/one`);

    const suspended = await run("suspend", "ks", "shop", "-n", namespace);
    assert.equal(suspended.code, 0, suspended.stderr);
    const second = await run("sync", "ks/shop", "-n", namespace, "-o", "json");
    assert.equal(second.code, 0, second.stderr);
    const last = JSON.parse(second.stdout.trim().split("\n").at(-1) ?? "");
    assert.deepEqual([last.unchanged, last.configured, last.created], [2, 0, 0]);
    assert.equal((await read(`/api/v1/namespaces/${namespace}/configmaps/one`)).metadata.resourceVersion, before.metadata.resourceVersion);

    await git.commit("theirs-first", { "b.yaml": null });
    const third = await run("sync", "ks/shop", "-n", namespace);
    assert.equal(third.code, 0, third.stderr);
    assert.equal((await plane!.api("GET", `/api/v1/namespaces/${namespace}/configmaps/two`)).status, 404);
  },
);

test("while a controller is alive, files of what it delivers are refused, unless it is suspended here", { skip }, async () => {
  const namespace = await plane!.createNamespace("flux");
  const { url } = await git.createRepository("alive", { "a.yaml": configMap("one", { key: "1" }) });
  const options = { namespace, name: "shop", url };
  const folder = join(home, namespace);
  await mkdir(folder);
  await writeFiles(folder, {
    "shop.yaml": [gitRepository(options), kustomization(options)].map((one) => JSON.stringify(one)).join("\n---\n"),
  });
  await withFlux(namespace, async () => {
    await createDelivery(plane!, options);
    await waitFor(plane!, fluxPath("kustomizations", namespace, "shop"), isReady);
    const refused = await run("sync", "-f", folder);
    assert.equal(refused.code, 4, refused.stderr);
    assert.match(refused.stderr, /kustomize-controller/);
    assert.match(refused.stderr, /--takeover/);

    // What the living controllers work on is as before: another branch would change what they deliver.
    const changed = { ...options, source: { ref: { branch: "other" } }, spec: { suspend: false } };
    await writeFiles(folder, {
      "shop.yaml": [gitRepository(changed), kustomization(changed)].map((one) => JSON.stringify(one)).join("\n---\n"),
    });
    assert.equal((await run("sync", "-f", folder)).code, 4);
    const source = fluxPath("gitrepositories", namespace, "shop");
    assert.deepEqual((await read(source)).spec?.["ref"], { branch: "main" });

    await git.commit("alive", { "b.yaml": configMap("two", {}) }, "another", "other");
    const taken = await run("sync", "-f", folder, "--takeover");
    assert.equal(taken.code, 0, taken.stderr);
    assert.match(taken.stderr, /suspended/);
    assert.match(taken.stderr, /GitRepository \S+\/shop is left as the cluster has it/);
    assert.equal((await plane!.api("GET", `/api/v1/namespaces/${namespace}/configmaps/two`)).status, 200);
    assert.deepEqual((await read(source)).spec?.["ref"], { branch: "main" });
    const app = fluxPath("kustomizations", namespace, "shop");
    assert.equal((await read(app)).spec?.["suspend"], true, "a living controller would take it up again");
    assert.equal((await run("sync", "-f", folder)).code, 0, "it is suspended now");
    assert.equal((await read(app)).spec?.["suspend"], true);
  });
});

test(
  "without a controller, deleting a Kustomization deletes what it delivered and then the object; --keep leaves the former",
  { skip },
  async () => {
    const namespace = await plane!.createNamespace("flux");
    const { url } = await git.createRepository("deleted", { "a.yaml": configMap("one", { key: "1" }) });
    const folder = join(home, namespace);
    await mkdir(folder);
    const map = `/api/v1/namespaces/${namespace}/configmaps/one`;
    const options = { namespace, name: "shop", url };
    await writeFiles(folder, {
      "shop.yaml": [gitRepository(options), kustomization(options)].map((one) => JSON.stringify(one)).join("\n---\n"),
    });

    assert.equal((await run("sync", "-f", folder)).code, 0);
    const kept = await run("delete", "ks/shop", "-n", namespace, "--keep", "--yes");
    assert.equal(kept.code, 0, kept.stderr);
    assert.equal((await plane!.api("GET", fluxPath("kustomizations", namespace, "shop"))).status, 404);
    assert.equal((await plane!.api("GET", map)).status, 200);

    assert.equal((await run("sync", "-f", folder)).code, 0);
    const deleted = await run("delete", "ks/shop", "-n", namespace, "--yes");
    assert.equal(deleted.code, 0, deleted.stderr);
    assert.equal((await plane!.api("GET", fluxPath("kustomizations", namespace, "shop"))).status, 404);
    assert.equal((await plane!.api("GET", map)).status, 404);
  },
);
