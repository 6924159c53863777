import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gitops } from "../support/cli.ts";
import { planeOrSkip } from "../support/control-plane.ts";
import { configMap, newWorkspace, type Workspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();

interface KubeconfigFile {
  readonly clusters: readonly { readonly name: string; readonly cluster: object }[];
  readonly users: readonly object[];
  readonly contexts: readonly { readonly name: string; readonly context: object }[];
}

/** A kubeconfig with the tests' cluster under two names, and one where nobody listens. */
async function threeContexts(shop: Workspace): Promise<string> {
  const { stdout } = await plane!.kubectl(["config", "view", "--raw", "--flatten", "-o", "json"]);
  const known = JSON.parse(stdout) as KubeconfigFile;
  const [first] = known.contexts;
  assert.ok(first);
  const config = {
    ...known,
    clusters: [...known.clusters, { name: "dead", cluster: { server: "https://127.0.0.1:1" } }],
    contexts: [
      { name: "a", context: first.context },
      { name: "b", context: first.context },
      { name: "dead", context: { ...first.context, cluster: "dead" } },
    ],
    "current-context": "a",
  };
  const file = join(shop.home, "three.json");
  await writeFile(file, JSON.stringify(config));
  return file;
}

test("get and diff look into several contexts, and one that fails holds up no other", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "map.yaml": configMap("map", { a: "1" }) });
  const kubeconfig = await threeContexts(shop);
  const run = (...args: readonly string[]) => gitops([...args, "-n", shop.namespace], { home: shop.home, cwd: shop.home, kubeconfig });
  assert.equal((await shop.run("sync")).code, 0);

  const got = await run("get", "--contexts", "a,b,dead", "-o", "json");
  assert.equal(got.code, 14, got.stderr);
  assert.match(got.stderr, /context dead/);
  const { items } = JSON.parse(got.stdout) as { readonly items: readonly { readonly name: string; readonly context: string }[] };
  assert.deepEqual(
    items.map(({ name, context }) => `${context} ${name}`),
    ["a shop", "b shop"],
  );

  const shown = await run("get", "--contexts", "a,b");
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /^context a\n[\s\S]*shop[\s\S]*\ncontext b\n[\s\S]*shop/);

  await shop.write({ "map.yaml": configMap("map", { a: "2" }) });
  const compared = await run("diff", "shop", "--contexts", "a, b");
  assert.equal(compared.code, 1, compared.stderr);
  assert.match(compared.stdout, /context a\n[\s\S]*configmap\/map[\s\S]*context b\n[\s\S]*configmap\/map/);

  const all = await run("diff", "shop", "--contexts", "all", "-o", "json");
  assert.equal(all.code, 14, all.stderr);
  assert.equal((JSON.parse(all.stdout) as { readonly items: readonly object[] }).items.length, 2);

  const unknown = await run("get", "--contexts", "a,nowhere");
  assert.equal(unknown.code, 12, unknown.stderr);
  assert.match(unknown.stdout, /context a/);
  assert.equal((await run("get", "--contexts", "a", "-w")).code, 2);
});
