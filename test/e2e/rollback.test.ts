import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PassThrough } from "node:stream";
import { main } from "../../src/cli/main.ts";
import { newHost } from "../cli/host.ts";
import { collectingStream } from "../cli/streams.ts";
import { newHome, gitops, type CommandResult } from "../support/cli.ts";
import { planeOrSkip } from "../support/control-plane.ts";
import { startGitServer, type Files, type GitServer } from "../support/git-server.ts";
import { assertCode, configMap } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();
let git: GitServer;
before(async () => {
  git = await startGitServer();
});
after(() => git?.close());

interface Shop {
  readonly namespace: string;
  /** `gitops ARGS… -n NAMESPACE`. */
  run(...args: readonly string[]): Promise<CommandResult>;
  /** Commits, and syncs what was committed. */
  push(files: Files, message?: string): Promise<string>;
  tip(): Promise<string>;
  /** The data of a live ConfigMap; undefined for none. */
  data(name: string): Promise<unknown>;
}

/** A bare delivery of a repository, synced once. */
async function newShop(repository: string, files: Files, path = "deploy"): Promise<Shop> {
  const namespace = await plane!.createNamespace("rollback");
  const home = newHome();
  const { url } = await git.createRepository(repository, files);
  const run: Shop["run"] = (...args) =>
    gitops([...args, "-n", namespace], { home, cwd: home, kubeconfig: plane!.kubeconfig, env: { USER: "ada" } });
  assertCode(await run("sync", "shop", "--repo", url, "--ref", "main", "--path", path, "--yes"), 0);
  return {
    namespace,
    run,
    async push(changed, message) {
      const commit = await git.commit(repository, changed, message);
      await run("sync", "shop", "--prune", "--yes");
      return commit;
    },
    tip: () => git.git(repository, "rev-parse", "main"),
    async data(name) {
      const { status, body } = await plane!.api("GET", `/api/v1/namespaces/${namespace}/configmaps/${name}`);
      return status === 404 ? undefined : (body as { data: unknown }).data;
    },
  };
}

test("a bad change is rolled back by a commit, the cluster follows, and the next sync changes nothing", { skip }, async () => {
  const shop = await newShop("sticks", { "deploy/a.yaml": configMap("a", { v: "1" }), "README.md": "shop\n" });
  const bad = await shop.push({ "deploy/a.yaml": configMap("a", { v: "bad" }), "deploy/b.yaml": configMap("b", { v: "1" }) });
  assert.deepEqual(await shop.data("a"), { v: "bad" });

  const result = await shop.run("rollback", "set/shop", "--prune", "--yes");

  assertCode(result, 0);
  const tip = await shop.tip();
  assert.match(
    result.stdout,
    new RegExp(`set/shop rolled back to [0-9a-f]{12} by commit ${tip} on main, delivered by gitops at main@sha1:${tip}`),
  );
  assert.equal(await git.git("sticks", "rev-parse", "main^"), bad);
  assert.equal(await git.git("sticks", "diff", "--name-only", "main", "main~2"), "", "the tree is that of two commits ago");
  assert.match(
    await git.git("sticks", "log", "-1", "--format=%an|%s|%(trailers:only)", "main"),
    /^ada\|Roll back set\/shop to main@[0-9a-f]{12}\|/,
  );
  assert.deepEqual([await shop.data("a"), await shop.data("b")], [{ v: "1" }, undefined]);
  assertCode(await shop.run("diff", "shop"), 0);
});

test("a dry run shows files and objects and no content of a Secret, and leaves repository and cluster alone", { skip }, async () => {
  const secret = (value: string): string =>
    JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: { name: "key" }, stringData: { token: value } });
  const shop = await newShop("dry", { "deploy/a.yaml": configMap("a", { v: "1" }), "deploy/s.yaml": secret("first-s3cret") });
  const bad = await shop.push({ "deploy/a.yaml": configMap("a", { v: "bad" }), "deploy/s.yaml": secret("second-s3cret") });

  const result = await shop.run("rollback", "shop", "--dry-run");

  assertCode(result, 0);
  assert.match(result.stdout, /M deploy\/a\.yaml\n {2}M deploy\/s\.yaml\n/);
  assert.match(result.stdout, /changed configmap\/a/i);
  assert.match(result.stdout, /-.*v: bad\n.*\+.*v: "1"/);
  assert.doesNotMatch(result.stdout + result.stderr, /s3cret/);
  assert.equal(await shop.tip(), bad);
  assert.deepEqual(await shop.data("a"), { v: "bad" });

  const document = await shop.run("rollback", "shop", "--dry-run", "-o", "json");
  const { kind, result: planned, files } = JSON.parse(document.stdout) as { kind: string; result: string; files: object[] };
  assert.deepEqual([kind, planned], ["Rollback", "planned"]);
  assert.deepEqual(files[0], { action: "modified", path: "deploy/a.yaml", outside: false });
});

test("on a terminal the rollback is shown and asked for, and no is no", { skip }, async () => {
  const shop = await newShop("asked", { "deploy/a.yaml": configMap("a", { v: "1" }) });
  const bad = await shop.push({ "deploy/a.yaml": configMap("a", { v: "bad" }) });
  const answer = async (text: string) => {
    const [stdout, stderr] = [collectingStream(true), collectingStream(true)];
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const environment = { PATH: process.env["PATH"], HOME: newHome(), KUBECONFIG: plane!.kubeconfig, TERM: "dumb", USER: "ada" };
    const { host } = newHost(environment);
    stdin.write(text);
    const streams = { stdin, stdout: stdout.stream, stderr: stderr.stream };
    const exitStatus = await main(["rollback", "shop", "-n", shop.namespace], { ...host, streams });
    return { exitStatus, stdout: stdout.text(), stderr: stderr.text() };
  };
  const no = await answer("n\n");
  assert.deepEqual([no.exitStatus, no.stdout], [0, "nothing was changed\n"]);
  assert.match(no.stderr, /M deploy\/a\.yaml\n {2}changed .*\nRoll back\? \[y\/N\]/);
  assert.equal(await shop.tip(), bad);
  const yes = await answer("y\n");
  assert.equal(yes.exitStatus, 0, yes.stderr);
  assert.deepEqual(await shop.data("a"), { v: "1" });
});

test("files outside of the folder that the build reads go back with it; what others keep there stays", { skip }, async () => {
  const shop = await newShop(
    "based",
    {
      "base/kustomization.yaml": "resources: [a.yaml]\n",
      "base/a.yaml": configMap("a", { v: "1" }),
      "base/unused.yaml": "v: 1\n",
      "overlay/kustomization.yaml": "resources: [../base]\n",
    },
    "overlay",
  );
  await shop.push({ "base/a.yaml": configMap("a", { v: "bad" }), "base/unused.yaml": "v: 2\n" });

  const result = await shop.run("rollback", "shop", "--yes");

  assertCode(result, 0);
  assert.match(result.stderr, /base\/a\.yaml lies outside of overlay/);
  assert.deepEqual(await shop.data("a"), { v: "1" });
  assert.equal(await git.git("based", "show", "main:base/unused.yaml"), "v: 2");
});

test("where another delivery builds from the same base, the rollback is refused and names it, unless it is allowed", { skip }, async () => {
  const files = {
    "base/kustomization.yaml": "resources: [a.yaml]\n",
    "base/a.yaml": configMap("a", { v: "1" }),
    "overlay/kustomization.yaml": "resources: [../base]\n",
    "other/kustomization.yaml": "resources: [../base]\nnamePrefix: other-\n",
    "third/c.yaml": configMap("c", { v: "1" }),
  };
  const shop = await newShop("shared", files, "overlay");
  const url = `${git.url}/shared.git`;
  for (const name of ["other", "third"]) assertCode(await shop.run("sync", name, "--repo", url, "--path", name, "--yes"), 0);
  const bad = await shop.push({ "base/a.yaml": configMap("a", { v: "bad" }) });

  const refused = await shop.run("rollback", "set/shop", "--yes");
  assertCode(refused, 5);
  assert.match(refused.stderr, new RegExp(`changes another delivery: set/other -n ${shop.namespace} \\(ConfigMap/other-a changed\\)`));
  assert.match(refused.stderr, /--allow-others/);
  assert.equal(await shop.tip(), bad);

  assertCode(await shop.run("rollback", "set/shop", "--yes", "--allow-others"), 0);
  assert.deepEqual(await shop.data("a"), { v: "1" });
});

test("a revision is named by an id, its beginning or a revision as history shows it; an unknown one is not found", { skip }, async () => {
  const shop = await newShop("named", { "deploy/a.yaml": configMap("a", { v: "1" }) });
  const first = await shop.tip();
  await shop.push({ "deploy/a.yaml": configMap("a", { v: "2" }) });
  await shop.push({ "deploy/a.yaml": configMap("a", { v: "3" }) });
  const aside = await git.commit("named", { "deploy/a.yaml": configMap("a", { v: "aside" }) }, "aside", "aside");

  for (const unknown of ["0123456789abcdef0123456789abcdef01234567", "nosuch", aside]) {
    const result = await shop.run("rollback", "shop", unknown, "--yes");
    assertCode(result, 12);
    assert.match(result.stderr, /hint: such as .*\(change\)/);
  }
  assertCode(await shop.run("rollback", "shop", first.slice(0, 9), "--yes"), 0);
  assert.deepEqual(await shop.data("a"), { v: "1" });
  assertCode(await shop.run("rollback", "shop", `main@sha1:${first}`, "--yes"), 0);
  const again = await shop.run("rollback", "shop", first, "--yes");
  assertCode(again, 0);
  assert.match(again.stderr, /already: nothing to do/);
});

test("a delivery whose files never were otherwise has nothing to go back to", { skip }, async () => {
  const shop = await newShop("never", { "deploy/a.yaml": configMap("a", { v: "1" }) });
  await git.commit("never", { "README.md": "elsewhere\n" });
  const result = await shop.run("rollback", "shop", "--yes");
  assertCode(result, 12);
  assert.match(result.stderr, /nothing to roll set\/shop back to/);
});

test("a change that does not build is rolled back to what was applied last", { skip }, async () => {
  const shop = await newShop("broken", {
    "deploy/kustomization.yaml": "resources: [a.yaml]\n",
    "deploy/a.yaml": configMap("a", { v: "1" }),
  });
  await shop.push({ "deploy/a.yaml": configMap("a", { v: "2" }) });
  await git.commit("broken", { "deploy/kustomization.yaml": "resources: [missing.yaml]\n" });

  assertCode(await shop.run("rollback", "shop", "--yes"), 0);
  assert.deepEqual(await shop.data("a"), { v: "2" });
});

test("a push of somebody else does not stop a rollback, unless it touches the same files", { skip }, async () => {
  const shop = await newShop("raced", { "deploy/a.yaml": configMap("a", { v: "1" }), "README.md": "1\n" });
  await shop.push({ "deploy/a.yaml": configMap("a", { v: "bad" }) });
  const hook = join(git.root, "raced.git", "hooks", "pre-receive");
  // The first push finds that another has just moved the branch.
  const other = await git.commit("raced", { "README.md": "2\n" }, "readme", "readme");
  const script = (commit: string): string =>
    `#!/bin/sh\nrm -f "$0"\nunset GIT_QUARANTINE_PATH\ngit update-ref refs/heads/main ${commit}\nexit 0\n`;
  await git.git("raced", "update-ref", "-d", "refs/heads/readme");
  await writeFile(hook, script(other), { mode: 0o755 });

  const result = await shop.run("rollback", "shop", "--yes");
  assertCode(result, 0);
  assert.equal(await git.git("raced", "rev-parse", "main^"), other);
  assert.equal(await git.git("raced", "show", "main:README.md"), "2");
  assert.deepEqual(await shop.data("a"), { v: "1" });

  await shop.push({ "deploy/a.yaml": configMap("a", { v: "bad" }) });
  const rival = await git.commit("raced", { "deploy/a.yaml": configMap("a", { v: "rival" }) }, "rival", "rival");
  await git.git("raced", "update-ref", "-d", "refs/heads/rival");
  await writeFile(hook, script(rival), { mode: 0o755 });
  const lost = await shop.run("rollback", "shop", "--yes");
  assertCode(lost, 4);
  assert.match(lost.stderr, /somebody else changed files of set\/shop/);
  assert.equal(await shop.tip(), rival);
});

test("a protected branch refuses the commit, and another branch takes it for a request", { skip }, async () => {
  const shop = await newShop("guarded", { "deploy/a.yaml": configMap("a", { v: "1" }) });
  const bad = await shop.push({ "deploy/a.yaml": configMap("a", { v: "bad" }) });
  const hook = '#!/bin/sh\nwhile read old new ref; do [ "$ref" != refs/heads/main ] || exit 1; done\n';
  await writeFile(join(git.root, "guarded.git", "hooks", "pre-receive"), hook, { mode: 0o755 });

  const refused = await shop.run("rollback", "shop", "--yes");
  assertCode(refused, 6);
  assert.match(refused.stderr, /refuses the push to main \(pre-receive hook declined\)/);
  assert.equal(await shop.tip(), bad);

  const aside = await shop.run("rollback", "shop", "--yes", "--branch-only", "rollback/shop");
  assertCode(aside, 0);
  assert.match(aside.stdout, /on rollback\/shop\n/);
  assert.equal(await git.git("guarded", "rev-parse", "rollback/shop^"), bad);
  assert.deepEqual(await shop.data("a"), { v: "bad" }, "nothing is delivered");
  // Made again within the same second it would be the same commit, which is there already.
  await git.commit("guarded", { "notes.txt": "more" }, "more", "rollback/shop");
  assertCode(await shop.run("rollback", "shop", "--yes", "--branch-only", "rollback/shop"), 4);
});

test(
  "a delivery of a tag, a commit or a folder is refused with what to change; nothing is pushed off a terminal without --yes",
  { skip },
  async () => {
    const shop = await newShop("pinned", { "deploy/a.yaml": configMap("a", { v: "1" }) });
    const first = await shop.tip();
    await shop.push({ "deploy/a.yaml": configMap("a", { v: "2" }) });
    await git.git("pinned", "tag", "v1", first);
    assertCode(await shop.run("rollback", "shop"), 2);
    for (const ref of ["v1", first]) {
      assertCode(await shop.run("sync", "shop", "--repo", `${git.url}/pinned.git`, "--ref", ref, "--path", "deploy", "--yes"), 0);
      const refused = await shop.run("rollback", "shop", "--yes");
      assertCode(refused, 5);
      assert.match(refused.stderr, new RegExp(`is delivered from ${ref}, which is no branch`));
    }
    assertCode(await shop.run("rollback", "nosuch", "--yes"), 12);
  },
);

test("what a guard of the sync would stop is not committed", { skip }, async () => {
  const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data" } };
  const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  const shop = await newShop("stopped", { "deploy/a.yaml": configMap("a", { v: "1" }) });
  await git.commit("stopped", { "deploy/pvc.yaml": JSON.stringify({ ...claim, spec }) });
  await shop.run("sync", "shop", "--no-wait", "--yes");
  const bad = await shop.tip();
  const stopped = await shop.run("rollback", "shop", "--yes", "--prune");
  assertCode(stopped, 5);
  assert.match(stopped.stderr, /--confirm-prune/);
  assert.equal(await shop.tip(), bad);
});
