import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gitops, newHome, type CommandResult } from "../support/cli.ts";
import { planeOrSkip } from "../support/control-plane.ts";
import { gitRepository, kustomization } from "../support/flux-objects.ts";
import { startGitServer, writeFiles, type Files, type GitServer } from "../support/git-server.ts";
import { configMap } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();

let git: GitServer;
before(async () => {
  if (plane !== undefined) git = await startGitServer();
});
after(async () => {
  await git?.close();
});

interface World {
  readonly namespace: string;
  readonly folder: string;
  write(files: Files): Promise<void>;
  run(...args: readonly string[]): Promise<CommandResult>;
  data(name: string): Promise<unknown>;
}

/** A namespace, and a folder of Flux objects on this machine. */
async function world(): Promise<World> {
  const home = newHome();
  const folder = join(home, "cluster");
  await mkdir(folder);
  const namespace = await plane!.createNamespace("flux");
  return {
    namespace,
    folder,
    write: (files) => writeFiles(folder, files),
    run: (...args) => gitops([...args, "-n", namespace], { home, cwd: home, kubeconfig: plane!.kubeconfig }),
    data: async (name) => {
      const { status, body } = await plane!.api("GET", `/api/v1/namespaces/${namespace}/configmaps/${name}`);
      return status === 404 ? undefined : (body as { readonly data?: unknown }).data;
    },
  };
}

let count = 0;
async function repository(files: Files): Promise<{ readonly url: string; readonly name: string; readonly commit: string }> {
  const name = `flux-${String(++count)}`;
  const { url, commit } = await git.createRepository(name, files);
  return { url, name, commit };
}

test(
  "-f delivers the Kustomizations of files where no CRD of Flux is served, and again after a change, pruning what is gone",
  { skip },
  async () => {
    const { namespace, folder, write, run, data } = await world();
    const { url, name, commit } = await repository({ "a.yaml": configMap("one", { key: "1" }), "b.yaml": configMap("two", { key: "2" }) });
    const options = { namespace, name: "shop", url };
    await write({ "shop.yaml": [gitRepository(options), kustomization(options)].map((one) => JSON.stringify(one)).join("\n---\n") });

    const first = await run("sync", "-f", folder);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /Kustomization +\S+ +shop +gitops +ready +main@sha1:[0-9a-f]{8} +2 created/);
    assert.deepEqual(await data("one"), { key: "1" });
    const { body } = await plane!.api("GET", `/api/v1/namespaces/${namespace}/configmaps/one`);
    const { metadata } = body as { metadata: { labels: object; managedFields: readonly { manager: string }[] } };
    assert.deepEqual(metadata.labels, {
      "kustomize.toolkit.fluxcd.io/name": "shop",
      "kustomize.toolkit.fluxcd.io/namespace": namespace,
    });
    assert.deepEqual(
      metadata.managedFields.map(({ manager }) => manager),
      ["kustomize-controller"],
    );

    const again = await run("sync", "-f", folder, "-o", "json");
    assert.equal(again.code, 0, again.stderr);
    const last = JSON.parse(again.stdout.trim().split("\n").at(-1) ?? "");
    assert.deepEqual(
      { type: last.type, writes: last.writes, unchanged: last.unchanged, revision: last.revision },
      { type: "sync.finished", writes: 0, unchanged: 2, revision: `main@sha1:${commit}` },
    );

    await git.commit(name, { "b.yaml": null });
    const third = await run("sync", "-f", folder);
    assert.equal(third.code, 0, third.stderr);
    assert.equal(await data("two"), undefined);
  },
);

test("an app inside an app is delivered by the same run, after what it depends on", { skip }, async () => {
  const { namespace, folder, write, run, data } = await world();
  const { url } = await repository({
    "apps/web.yaml": configMap("web", { greeting: "${GREETING}" }),
    "infra/base.yaml": configMap("base", {}),
    "all/infra.yaml": JSON.stringify(
      kustomization({ namespace, name: "infra", url: "", spec: { path: "infra", sourceRef: { kind: "GitRepository", name: "root" } } }),
    ),
    "all/apps.yaml": JSON.stringify(
      kustomization({
        namespace,
        name: "apps",
        url: "",
        spec: {
          path: "./apps",
          sourceRef: { kind: "GitRepository", name: "root" },
          dependsOn: [{ name: "infra" }],
          postBuild: { substitute: { GREETING: "hello" } },
        },
      }),
    ),
  });
  const options = { namespace, name: "root", url, spec: { path: "all", wait: true } };
  await write({ "root.yaml": [gitRepository(options), kustomization(options)].map((one) => JSON.stringify(one)).join("\n---\n") });

  const result = await run("sync", "-f", join(folder, "root.yaml"));
  assert.equal(result.code, 0, result.stderr);
  const order = result.stdout
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(/ +/)[2]);
  assert.deepEqual(order, ["infra", "apps", "root"]);
  assert.deepEqual(await data("web"), { greeting: "hello" });
});

test("files that were delivered to another cluster are refused until that one is meant", { skip }, async () => {
  const home = newHome();
  const namespace = await plane!.createNamespace("flux");
  const { url } = await repository({ "a.yaml": configMap("one", { key: "1" }) });
  const options = { namespace, name: "shop", url };
  const file = join(home, "shop.yaml");
  await writeFiles(home, {
    "shop.yaml": [gitRepository(options), kustomization(options)].map((one) => JSON.stringify(one)).join("\n---\n"),
  });
  const run = (...args: readonly string[]) => gitops(["sync", "-f", file, ...args], { home, cwd: home, kubeconfig: plane!.kubeconfig });
  assert.equal((await run()).code, 0);

  const state = join(home, "state", "gitops", "clusters.json");
  const bindings = JSON.parse(await readFile(state, "utf8")) as { readonly clusters: Readonly<Record<string, string>> };
  const [uid] = Object.values(bindings.clusters);
  assert.ok(uid);
  const moved = Object.fromEntries(Object.keys(bindings.clusters).map((key) => [key, "another-cluster"]));
  await writeFile(state, JSON.stringify({ ...bindings, clusters: moved }));

  const refused = await run();
  assert.equal(refused.code, 5, refused.stderr);
  assert.match(refused.stderr, /was last delivered to another cluster/);
  assert.equal((await run("--expect-cluster", uid)).code, 0);
  assert.equal((await run()).code, 0);
});
