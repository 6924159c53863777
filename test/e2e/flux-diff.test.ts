import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gitops, newHome, type CommandResult } from "../support/cli.ts";
import { fluxPlaneOrSkip } from "../support/flux-controllers.ts";
import { createDelivery, gitRepository, kustomization } from "../support/flux-objects.ts";
import { startGitServer, writeFiles, type GitServer } from "../support/git-server.ts";
import { configMap } from "../support/workspace.ts";

// Comparing asks no controller: the plane may be shared with tests that have one.
const { skip, plane } = await fluxPlaneOrSkip();

let git: GitServer;
before(async () => {
  if (plane !== undefined) git = await startGitServer();
});
after(async () => {
  await git?.close();
});

let count = 0;
interface World {
  readonly namespace: string;
  readonly repository: string;
  readonly url: string;
  readonly home: string;
  run(...args: readonly string[]): Promise<CommandResult>;
}

async function world(): Promise<World> {
  const home = newHome();
  const namespace = await plane!.createNamespace("flux");
  const repository = `diff-${String(++count)}`;
  const { url } = await git.createRepository(repository, { "deploy/map.yaml": configMap("map", { key: "main" }) });
  const run = (...args: readonly string[]) => gitops([...args, "-n", namespace], { home, cwd: home, kubeconfig: plane!.kubeconfig });
  return { namespace, repository, url, home, run };
}

test(
  "an object of the cluster is compared as it stands, from another ref, and from a working copy; nothing is written",
  { skip },
  async () => {
    const { namespace, repository, url, home, run } = await world();
    // Suspended, so that a controller of another test's namespace rules can't matter either.
    await createDelivery(plane!, { namespace, name: "shop", url, spec: { path: "./deploy", suspend: true }, source: { suspend: false } });
    await git.commit(repository, { "deploy/map.yaml": configMap("map", { key: "branch" }) }, "change", "other");
    await writeFiles(home, { "copy/map.yaml": configMap("map", { key: "copy" }) });
    const since = await plane!.auditMark();

    const asItStands = await run("diff", "ks/shop");
    assert.equal(asItStands.code, 1, asItStands.stderr);
    assert.match(asItStands.stdout, /configmap\/map .*create[\s\S]*key: main/);

    const otherRef = await run("diff", "shop", "--ref", "other");
    assert.equal(otherRef.code, 1, otherRef.stderr);
    assert.match(otherRef.stdout, /key: branch/);
    assert.match(otherRef.stdout, /other@sha1:/);

    const copy = await run("diff", "ks/shop", "--path", "copy");
    assert.equal(copy.code, 1, copy.stderr);
    assert.match(copy.stdout, /key: copy/);

    const document = await run("diff", "ks/shop", "-o", "json");
    const { kind, changes } = JSON.parse(document.stdout) as { readonly kind: string; readonly changes: readonly { action: string }[] };
    assert.deepEqual([kind, changes.map(({ action }) => action)], ["Diff", ["create"]]);
    assert.equal((await run("diff", "ks/shop", "--path", "copy", "--ref", "other")).code, 2);
    assert.deepEqual(
      (await plane!.writes({ namespace, since })).filter(({ resource }) => resource !== "leases"),
      [],
    );
  },
);

test(
  "files are compared app by app, with those that their builds declare; one that can't be compared hides no other",
  { skip },
  async () => {
    const { namespace, url, home, run } = await world();
    const inner = kustomization({
      namespace,
      name: "inner",
      url: "",
      spec: { path: "deploy", sourceRef: { kind: "GitRepository", name: "outer" } },
    });
    await git.createRepository("outer", { "apps/inner.yaml": JSON.stringify(inner) });
    const objects = [
      gitRepository({ namespace, name: "outer", url }),
      kustomization({ namespace, name: "outer", url: "", spec: { path: "apps", sourceRef: { kind: "GitRepository", name: "apps" } } }),
      gitRepository({ namespace, name: "apps", url: url.replace(/[^/]+$/, "outer.git") }),
      kustomization({ namespace, name: "broken", url: "", spec: { sourceRef: { kind: "GitRepository", name: "absent" } } }),
    ];
    await writeFiles(home, { "files/all.yaml": objects.map((one) => JSON.stringify(one)).join("\n---\n") });

    const result = await run("diff", "-f", join(home, "files"));
    assert.equal(result.code, 12, result.stderr);
    assert.match(result.stderr, /absent is not there/);
    assert.match(result.stdout, /outer/);
    assert.match(result.stdout, /inner -n [\s\S]*configmap\/map .*create/);

    const json = await run("diff", "-f", join(home, "files"), "-o", "json");
    const { items } = JSON.parse(json.stdout) as { readonly items: readonly { readonly app: { readonly name: string } }[] };
    assert.deepEqual(items.map(({ app }) => app.name).toSorted(), ["inner", "outer"]);
  },
);
