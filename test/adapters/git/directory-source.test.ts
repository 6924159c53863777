import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, readdir, realpath, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import { buildSource, DEFAULT_BUDGET, type GitOpsError, type Manifest } from "../../../src/engine/index.ts";
import type { Artifact } from "../../../src/engine/model/artifact.ts";
import { gitIn, writeFiles, type Files } from "../../support/git-server.ts";
import { hastyClock, newFetcher, newFolder, quietOptions } from "./fetching.ts";

const CLEAN: Files = { "app/web.yaml": "replicas: 1\n", "base/base.yaml": "kind: Base\n", ".gitignore": "*.tmp\n" };

async function newClone(files: Files = CLEAN): Promise<{ folder: string; commit: string }> {
  const folder = newFolder("clone");
  await gitIn(folder, "init", "--quiet", "--initial-branch=main");
  await writeFiles(folder, files);
  await gitIn(folder, "add", "--all");
  await gitIn(folder, "commit", "--quiet", "-m", "first");
  return { folder, commit: await gitIn(folder, "rev-parse", "HEAD") };
}

async function open(path: string): Promise<Artifact> {
  return await (await newFetcher()).fetch({ type: "directory", path }, quietOptions());
}

describe("the revision of a folder", () => {
  test("is branch and commit in a clean work tree, the built folder being relative to its top", async () => {
    const { folder, commit } = await newClone();

    const artifact = await open(join(folder, "app"));

    assert.equal(artifact.revision, `main@sha1:${commit}`);
    assert.equal(artifact.path, "app");
    assert.equal(Buffer.from(await artifact.tree.read("base/base.yaml")).toString(), "kind: Base\n");
    await gitIn(folder, "pack-refs", "--all");
    assert.equal((await open(folder)).revision, `main@sha1:${commit}`);
    await gitIn(folder, "checkout", "--quiet", "--detach");
    assert.equal((await open(folder)).revision, `sha1:${commit}`);
  });

  test("is the branch of a linked work tree there", async () => {
    const { folder, commit } = await newClone();
    const linked = join(newFolder("linked"), "tree");
    await gitIn(folder, "worktree", "add", "--quiet", "-b", "feature", linked);

    assert.equal((await open(join(linked, "app"))).revision, `feature@sha1:${commit}`);
  });

  const changes: Readonly<Record<string, Files>> = {
    "a changed file": { "app/web.yaml": "replicas: 2\n" },
    "a changed file beside the folder, which may be its base": { "base/base.yaml": "kind: Changed\n" },
    "a new file": { "app/new.yaml": "kind: New\n" },
    "a new file that Git ignores, since a build reads it": { "app/new.tmp": "x" },
    "a deleted file": { "app/web.yaml": null },
    "a file that became a link": { "app/web.yaml": { link: "../base/base.yaml" } },
  };
  for (const [what, files] of Object.entries(changes)) {
    test(`says dirty, with a digest that is the content's, for ${what}`, async () => {
      const [one, two] = [await newClone(), await newClone()];
      await writeFiles(one.folder, files);
      await writeFiles(two.folder, files);

      const revision = (await open(join(one.folder, "app"))).revision;

      assert.match(revision, new RegExp(`^main@sha1:${one.commit}\\+dirty@sha256:[0-9a-f]{64}$`));
      assert.equal((await open(join(two.folder, "app"))).revision.split("+")[1], revision.split("+")[1]);
      await writeFiles(one.folder, { "app/web.yaml": "replicas: 99\n" });
      assert.notEqual((await open(join(one.folder, "app"))).revision, revision);
    });
  }

  test("does not count a new file elsewhere, nor one that was only touched", async () => {
    const { folder, commit } = await newClone();
    await writeFiles(folder, { "elsewhere/new.yaml": "x", "other.tmp": "x", "app/web.yaml": "replicas: 1\n" });

    assert.equal((await open(join(folder, "app"))).revision, `main@sha1:${commit}`);
  });

  test("is a digest of the content outside Git, and before the first commit", async () => {
    const files: Files = { "a.yaml": "1", "sub/b.yaml": "2", "sub/link": { link: "b.yaml" } };
    const [one, two] = [newFolder("plain"), newFolder("plain")];
    await writeFiles(one, files);
    await writeFiles(two, files);
    await gitIn(two, "init", "--quiet");

    const { revision } = await open(one);

    assert.match(revision, /^sha256:[0-9a-f]{64}$/);
    assert.equal((await open(two)).revision, revision);
    await writeFiles(one, { "sub/b.yaml": "3" });
    assert.notEqual((await open(one)).revision, revision);
  });
});

test("no program that a work tree's configuration or attributes name is ever run", async () => {
  const { folder } = await newClone({ ...CLEAN, ".gitattributes": "*.yaml filter=evil diff=evil\n" });
  const canary = join(newFolder("canary"), "ran");
  const command = `touch ${canary}`;
  for (const key of [
    "core.fsmonitor",
    "core.sshCommand",
    "core.pager",
    "core.editor",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "diff.evil.command",
    "diff.evil.textconv",
    "credential.helper",
    "core.alternateRefsCommand",
  ]) {
    await gitIn(folder, "config", key, command);
  }
  await mkdir(join(folder, ".git", "hooks"), { recursive: true });
  await writeFile(join(folder, ".git", "hooks", "post-index-change"), `#!/bin/sh\n${command}\n`, { mode: 0o755 });
  await writeFiles(folder, { "app/web.yaml": "replicas: 7\n", "app/new.yaml": "new" });

  assert.match((await open(join(folder, "app"))).revision, /dirty/);
  assert.deepEqual(await readdir(join(canary, "..")), []);
  // The trap works: git itself steps into it.
  spawnSync("git", ["status"], { cwd: folder, stdio: "ignore" });
  assert.deepEqual(await readdir(join(canary, "..")), ["ran"]);
});

describe("what a folder's tree shows", () => {
  test("nothing of .git, no pipes and no devices", async () => {
    const { folder } = await newClone();
    execFileSync("mkfifo", [join(folder, "app", "pipe")]);
    const { tree } = await open(join(folder, "app"));

    assert.deepEqual(
      (await tree.list("")).map(({ name }) => name),
      [".gitignore", "app", "base"],
    );
    assert.equal(await tree.typeOf(".git"), undefined);
    assert.equal(await tree.typeOf(".git/config"), undefined);
    await assert.rejects(tree.read(".git/config"), { code: "PATH_NOT_FOUND" });
    assert.deepEqual(
      (await tree.list("app")).map(({ name }) => name),
      ["web.yaml"],
    );
    await assert.rejects(tree.read("app/pipe"), { code: "PATH_NOT_FOUND" });
  });

  test("a submodule as UNSUPPORTED_CONTENT, checked out or not", async () => {
    const { folder } = await newClone({ ...CLEAN, ".gitmodules": '[submodule "x"]\n\tpath = vendor/x\n\turl = https://git.example/x\n' });
    await mkdir(join(folder, "vendor", "x"), { recursive: true });
    await gitIn(folder, "init", "--quiet", join(folder, "nested"));
    const { tree } = await open(folder);

    for (const path of ["vendor/x", "nested"]) {
      await assert.rejects(tree.typeOf(path), { code: "UNSUPPORTED_CONTENT" });
      await assert.rejects(tree.list(path), { code: "UNSUPPORTED_CONTENT" });
    }
    assert.deepEqual(await tree.list("vendor"), [{ name: "x", type: "directory" }]);
  });

  test("LFS pointers and git-crypt files as UNSUPPORTED_CONTENT, too large ones as LIMIT_EXCEEDED", async () => {
    const folder = newFolder("plain");
    await writeFiles(folder, {
      "lfs.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
      "crypt.yaml": "\0GITCRYPT\0abc",
      "big.yaml": "x".repeat(2000),
    });
    const fetcher = await newFetcher({ maximumFileBytes: 1000 });
    const { tree, path } = await fetcher.fetch({ type: "directory", path: folder }, quietOptions());

    await assert.rejects(tree.read(`${path}/lfs.bin`), { code: "UNSUPPORTED_CONTENT" });
    await assert.rejects(tree.read(`${path}/crypt.yaml`), { code: "UNSUPPORTED_CONTENT" });
    await assert.rejects(tree.read(`${path}/big.yaml`), { code: "LIMIT_EXCEEDED" });
  });

  test("links to anywhere, absolute ones too, outside Git, where there is no jail", async () => {
    const [folder, other] = [newFolder("plain"), newFolder("other")];
    await writeFiles(other, { "x.yaml": "elsewhere" });
    await writeFiles(folder, { absolute: { link: join(other, "x.yaml") } });
    const { tree, path } = await open(folder);

    assert.equal(Buffer.from(await tree.read(`${path}/absolute`)).toString(), "elsewhere");
  });
});

describe("a folder outside Git is built from absolute paths, so that", () => {
  const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

  async function buildFolder(path: string): Promise<readonly Manifest[]> {
    const ports = { fetcher: await newFetcher(), clock: hastyClock };
    const options = { budget: DEFAULT_BUDGET, loadRestrictor: "LoadRestrictionsRootOnly", strict: false } as const;
    return (await buildSource({ type: "directory", path }, options, ports, quietOptions())).result.manifests;
  }

  test("messages name files as the system does", async () => {
    const folder = await realpath(newFolder("plain"));
    await writeFiles(folder, {
      "overlay/kustomization.yaml": "resources: [../base]\n",
      "base/kustomization.yaml": "resources: [a.yaml]\n",
    });
    await writeFiles(folder, { "base/a.yaml": "a: [\n" });
    await assert.rejects(buildFolder(join(folder, "overlay")), (error: GitOpsError) => error.message.startsWith(`${folder}/base/a.yaml:`));
    await writeFiles(folder, { "base/a.yaml": configMap("a") });
    const [manifest] = await buildFolder(join(folder, "overlay"));
    assert.equal(manifest?.origin.file, `${folder}/base/a.yaml`);
  });

  test("a file beyond the folder is still refused, by its whole name", async () => {
    const folder = await realpath(newFolder("plain"));
    await writeFiles(folder, { "overlay/kustomization.yaml": "resources: [../a.yaml]\n", "a.yaml": configMap("a") });
    await assert.rejects(buildFolder(join(folder, "overlay")), (error: GitOpsError) => error.message.includes(`'${folder}/overlay'`));
  });

  test("only its own .sourceignore counts: what stands above may be another user's", async () => {
    const folder = newFolder("plain");
    await writeFiles(folder, { ".sourceignore": "b.yaml\n", "app/.sourceignore": "a.yaml\n" });
    await writeFiles(folder, { "app/a.yaml": configMap("a"), "app/b.yaml": configMap("b") });
    assert.deepEqual(
      (await buildFolder(join(folder, "app"))).map(({ id }) => id.name),
      ["b"],
    );
  });
});

test("a folder that a work tree only links to is refused where it lies outside, by whatever path it is named", async () => {
  const outside = newFolder("outside");
  await writeFiles(outside, { "sub/web.yaml": "kind: Secret\n" });
  const { folder } = await newClone({ ...CLEAN, out: { link: outside }, up: { link: `../${basename(outside)}` }, in: { link: "app" } });
  for (const path of ["out", "out/sub", "app/../up", "in/../out/./sub"]) {
    await assert.rejects(open(`${folder}/${path}`), { code: "PATH_ESCAPES_REPOSITORY" }, path);
  }
  assert.equal((await open(join(folder, "in"))).path, "app");
  const link = join(newFolder("links"), "current");
  await symlink(folder, link);
  assert.equal((await open(join(link, "app"))).path, "app");
});

test("no folder, or a file in its place, is PATH_NOT_FOUND", async () => {
  const folder = newFolder("plain");
  await writeFiles(folder, { "a.yaml": "1" });

  await assert.rejects(open(join(folder, "missing")), { code: "PATH_NOT_FOUND" });
  await assert.rejects(open(join(folder, "a.yaml")), { code: "PATH_NOT_FOUND" });
});
