import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gitops, newHome } from "../support/cli.ts";
import { planeOrSkip } from "../support/control-plane.ts";
import { gitRepository, kustomization } from "../support/flux-objects.ts";
import { startGitServer, writeFiles, type GitServer } from "../support/git-server.ts";
import { assertCode, configMap } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();
let git: GitServer;
before(async () => {
  if (plane !== undefined) git = await startGitServer();
});
after(() => git?.close());

/** Syncs objects that are written into a folder, and answers what became of it and which ConfigMaps are there. */
async function sync(objectsIn: (namespace: string) => readonly object[]) {
  assert.ok(plane);
  const home = newHome();
  const folder = join(home, "cluster");
  await mkdir(folder);
  const namespace = await plane.createNamespace("sources");
  const objects = objectsIn(namespace).map((object) => JSON.stringify(object));
  await writeFiles(folder, { "objects.yaml": objects.join("\n---\n") });
  const result = await gitops(["sync", "-f", folder, "-n", namespace], { home, cwd: home, kubeconfig: plane.kubeconfig });
  const { body } = await plane.api("GET", `/api/v1/namespaces/${namespace}/configmaps`);
  const names = (body as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name);
  return { result, names: names.filter((name) => /^(?:own|lib|left)-/.test(name)) };
}

test("a source brings its sparse folders with included ones in them, less what it ignores", { skip }, async () => {
  const { url } = await git.createRepository("own", {
    "deploy/own.yaml": configMap("own-map", {}),
    "deploy/left.yaml": configMap("left-out", {}),
    "other/broken.yaml": "{",
  });
  const { url: lib } = await git.createRepository("lib", {
    "maps/lib.yaml": configMap("lib-map", {}),
    "maps/left.yaml": configMap("left-too", {}),
  });

  const { result, names } = await sync((namespace) => {
    const source = {
      sparseCheckout: ["deploy"],
      include: [{ repository: { name: "lib" }, fromPath: "maps", toPath: "deploy/lib" }],
      ignore: "left.yaml",
    };
    const shop = { namespace, name: "shop", url, source };
    return [gitRepository(shop), gitRepository({ namespace, name: "lib", url: lib }), kustomization(shop)];
  });

  assertCode(result, 0);
  assert.deepEqual(names, ["lib-map", "own-map"]);
});

test("sources that include each other are named, and nothing waits", { skip }, async () => {
  const { url } = await git.createRepository("circle", { "own.yaml": configMap("own-map", {}) });

  const { result, names } = await sync((namespace) => {
    const [one, two] = ["one", "two"].map((name, index) => {
      const include = [{ repository: { name: index === 0 ? "two" : "one" } }];
      return { namespace, name, url, source: { include } };
    });
    assert.ok(one && two);
    return [gitRepository(one), gitRepository(two), kustomization(one), kustomization(two)];
  });

  assertCode(result, 11);
  assert.match(result.stdout + result.stderr, /one → two → one/);
  assert.deepEqual(names, []);
});

test("a source at a place of this machine is exit 6, whatever the person who runs it may read", { skip }, async () => {
  const { result } = await sync((namespace) => {
    const shop = { namespace, name: "shop", url: `file://${git.root}/own.git` };
    return [gitRepository(shop), kustomization(shop)];
  });

  assertCode(result, 6);
});
