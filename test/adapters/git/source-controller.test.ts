import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { artifactTree, type FileTree } from "../../../src/engine/index.ts";
import { gitRepositorySource } from "../../../src/engine/dialects/flux/source.ts";
import { fluxPath, fluxPlaneOrSkip, isReady, isTrue, startFlux } from "../../support/flux-controllers.ts";
import { gitRepository } from "../../support/flux-objects.ts";
import { GIT_TEST_ENVIRONMENT, gitIn, startGitServer, writeFiles } from "../../support/git-server.ts";
import { storedBy, storedIn, type Stored } from "../../support/stored-artifact.ts";
import { waitFor, type LiveObject } from "../../support/wait-for.ts";
import { newFetcher, newFolder, quietOptions } from "./fetching.ts";

const { plane, skip } = await fluxPlaneOrSkip();

/** What is stored at a revision, or why nothing is. */
type Outcome = { readonly revision: string; readonly files: Stored } | { readonly failure: string };

/** The source that others include. */
const OTHER = { url: "@other" };

/** Fields of a GitRepository's spec by the claim that they test. `@NAME` stands for a commit of the repository. */
const CASES: Readonly<Record<string, object>> = {
  "a branch": { ref: { branch: "main" } },
  "no ref is the branch master, which is not there": { ref: undefined },
  "a branch with a slash": { ref: { branch: "release/1" } },
  "a branch that is not there": { ref: { branch: "nope" } },
  "a light tag": { ref: { tag: "v1.0.0" } },
  "an annotated tag": { ref: { tag: "v1.1.0" } },
  "a tag before a branch": { ref: { branch: "release/1", tag: "v1.0.0" } },
  "a range": { ref: { semver: ">=1.0.0 <1.5.0" } },
  // The API's comment says that semver takes precedence; it does not.
  "a tag before a range": { ref: { semver: "1.x", tag: "v1.0.0" } },
  "a range with a pre-release of another version": { ref: { semver: ">=1.0.0-0" } },
  "a range of tags that differ in build metadata": { ref: { semver: "~3.0" } },
  "a range of tags with leading zeros": { ref: { semver: ">=2025.1" } },
  "a range that no tag is in": { ref: { semver: ">=9999" } },
  "a name of a branch": { ref: { name: "refs/heads/release/1" } },
  "a name of a light tag": { ref: { name: "refs/tags/v1.0.0" } },
  "a name of an annotated tag": { ref: { name: "refs/tags/v1.1.0" } },
  "a name of what an annotated tag leads to": { ref: { name: "refs/tags/v1.1.0^{}" } },
  "a name of a request": { ref: { name: "refs/pull/7/head" } },
  "a name before a range, a tag and a branch": { ref: { name: "refs/heads/main", semver: "*", tag: "v1.0.0", branch: "release/1" } },
  "a name that is not there": { ref: { name: "refs/heads/nope" } },
  "a commit": { ref: { commit: "@first" } },
  "a commit of a branch": { ref: { commit: "@first", branch: "main" } },
  "the last commit of a branch": { ref: { commit: "@last", branch: "main" } },
  "a commit of another branch": { ref: { commit: "@last", branch: "release/1" } },
  "a commit by a name": { ref: { commit: "@first", name: "refs/heads/main" } },
  "a commit that is not there": { ref: { commit: "1234567890123456789012345678901234567890" } },
  "the beginning of a commit id": { ref: { commit: "@short" } },
  "spec.ignore, which ends the list of pictures and archives": { ignore: "*.md\n/ci/\n" },
  "spec.ignore that takes in again": { ignore: "/*\n!/app/\n" },
  "spec.ignore of comments only": { ignore: "# nothing\n\n" },
  "one sparse folder": { sparseCheckout: ["app"] },
  "sparse folders, one deep, one with a dot": { sparseCheckout: ["./ci", "app/deep"] },
  "a sparse folder with a slash at its end": { sparseCheckout: ["app/"] },
  "a sparse folder that is not there": { sparseCheckout: ["app", "nope"] },
  "a sparse folder with a slash before it": { sparseCheckout: ["/app"] },
  "the top as a sparse folder": { sparseCheckout: ["./"] },
  "no sparse folder at all": { sparseCheckout: [] },
  "a sparse file": { sparseCheckout: ["app/web.yaml"] },
  "submodules at a tag": { url: "@with-modules", recurseSubmodules: true, ref: { tag: "v1.0.0" } },
  "a sparse folder at a tag": { sparseCheckout: ["app"], ref: { tag: "v1.0.0" } },
  "a sparse folder at a commit": { sparseCheckout: ["app"], ref: { commit: "@first" } },
  "a sparse folder at a range": { sparseCheckout: ["app"], ref: { semver: "1.0.x" } },
  "an included source at its own name": { include: [{ repository: { name: "other" } }] },
  "an included folder": { include: [{ repository: { name: "other" }, fromPath: "lib", toPath: "app/vendor/lib" }] },
  "an included file": { include: [{ repository: { name: "other" }, fromPath: "lib/lib.yaml", toPath: "app/lib.yaml" }] },
  "an included file over a file": { include: [{ repository: { name: "other" }, fromPath: "lib/lib.yaml", toPath: "app/web.yaml" }] },
  "an included folder over a folder": { include: [{ repository: { name: "other" }, fromPath: "lib", toPath: "app" }] },
  "an included folder over a file": { include: [{ repository: { name: "other" }, fromPath: "lib", toPath: "app/web.yaml" }] },
  "an included folder below a file": { include: [{ repository: { name: "other" }, fromPath: "lib", toPath: "app/web.yaml/lib" }] },
  "an included path that is not there": { include: [{ repository: { name: "other" }, fromPath: "nope" }] },
  "an included path that climbs": { include: [{ repository: { name: "other" }, fromPath: "../../lib", toPath: "../lib" }] },
  "one included source inside another": {
    include: [
      { repository: { name: "other" }, toPath: "vendor" },
      { repository: { name: "other" }, fromPath: "lib", toPath: "vendor/again" },
    ],
  },
  "included files that the source ignores": { include: [{ repository: { name: "other" }, toPath: "inc" }], ignore: "inc/lib/\n" },
  "an included source in a sparse one": { include: [{ repository: { name: "other" }, toPath: "inc" }], sparseCheckout: ["app"] },
  submodules: { url: "@with-modules", recurseSubmodules: true },
  "submodules below a submodule's own rules": { url: "@with-modules", recurseSubmodules: true, ignore: "modules/sub/skip.yaml\n" },
  "ignore files in folders": { url: "@nested" },
  "ignore files in folders and spec.ignore": { url: "@nested", ignore: "!a/x.yaml\n*.txt\n" },
};

describe("as source-controller stores it", { skip, concurrency: 4 }, () => {
  let namespace = "";
  let urls: Readonly<Record<string, string>> = {};
  let commits: Readonly<Record<string, string>> = {};
  const fetcher = newFetcher({ allowLocal: false });
  const stop: (() => Promise<void>)[] = [];

  before(async () => {
    if (plane === undefined) return;
    const server = await startGitServer();
    stop.push(() => server.close());
    ({ urls, commits } = await populate(server));
    namespace = await plane.createNamespace("sources");
    const flux = await startFlux(plane, {
      namespace,
      only: "source-controller",
      flags: { "source-controller": ["--concurrent=4", "--requeue-dependency=1s"] },
    });
    stop.push(() => flux.stop());
    await create("other", OTHER);
    await Promise.all(Object.values(CASES).map((fields, index) => create(`case-${index}`, fields)));
  });
  after(async () => {
    for (const each of stop.reverse()) await each();
  });

  function specOf(fields: object): object {
    const text = JSON.stringify({ url: "@main", ref: { branch: "main" }, ...fields })
      .replaceAll(/"url":"@([\w-]+)"/g, (_, name: string) => `"url":"${urls[name]}"`)
      .replaceAll(/"commit":"@(\w+)"/g, (_, name: string) => `"commit":"${commits[name]}"`);
    return JSON.parse(text) as object;
  }

  function objectOf(name: string, fields: object) {
    const object = gitRepository({ namespace, name, url: "" }) as { metadata: object; spec: Record<string, unknown> };
    return { ...object, spec: { interval: "1h", ...specOf(fields) } };
  }

  test("submodules of a commit are its own, where the controller keeps those of the default branch", async () => {
    const fields = { url: "@with-modules", recurseSubmodules: true, ref: { commit: "@modules" } };
    const { revision, tree } = await fetched("modules-at-commit", fields);

    assert.equal(revision, `sha1:${commits["modules"]}`);
    assert.deepEqual(
      [...(await storedIn(tree)).keys()],
      ["app.yaml", "modules/", "modules/sub/", "modules/sub/skip.yaml", "modules/sub/sub.yaml"],
    );
  });

  for (const fields of [{ url: "@with-modules" }, { url: "@with-modules", recurseSubmodules: true, sparseCheckout: ["modules"] }]) {
    test(`a submodule is refused where the controller leaves an empty folder: ${JSON.stringify(fields)}`, async () => {
      const { tree } = await fetched("empty-modules", fields);

      assert.deepEqual(await tree.list("modules"), [{ name: "sub", type: "directory" }]);
      await assert.rejects(tree.list("modules/sub"), { code: "UNSUPPORTED_CONTENT" });
      await assert.rejects(tree.typeOf("modules/sub/sub.yaml"), { code: "UNSUPPORTED_CONTENT" });
    });
  }

  test("a submodule that nobody looks into hurts nobody, and neither does one that is ignored", async () => {
    const { tree } = await fetched("ignored-modules", { url: "@with-modules", ignore: "modules/" });

    assert.deepEqual([...(await storedIn(tree)).keys()], ["app.yaml"]);
    const { tree: whole } = await fetched("other-modules", { url: "@with-modules" });
    assert.equal(Buffer.from(await whole.read("app.yaml")).toString(), "kind: App\n");
  });

  test("an LFS pointer is refused where the controller stores it", async () => {
    const { tree } = await fetched("lfs", { url: "@lfs" });

    await assert.rejects(tree.read("model.yaml"), { code: "UNSUPPORTED_CONTENT" });
  });

  test("a request that no branch leads to is fetched, where the controller does not find its commit", async () => {
    const { revision } = await fetched("request", { ref: { name: "refs/pull/8/head" } });

    assert.equal(revision, `refs/pull/8/head@sha1:${commits["lonely"]}`);
  });

  async function create(name: string, fields: object): Promise<void> {
    const path = fluxPath("gitrepositories", namespace, name);
    const answer = await plane?.api("POST", path.slice(0, path.lastIndexOf("/")), objectOf(name, fields));
    assert.equal(answer?.status, 201, JSON.stringify(answer?.body));
  }

  async function theirs(name: string): Promise<Outcome> {
    assert.ok(plane);
    const path = fluxPath("gitrepositories", namespace, name);
    const failed = (object: LiveObject) =>
      object.status?.conditions?.find(
        (each) => ["FetchFailed", "StorageOperationFailed", "Stalled"].includes(each.type) && each.status === "True",
      );
    const object = await waitFor(plane, path, (each) => isReady(each) || failed(each) !== undefined);
    const { artifact } = object.status ?? {};
    if (artifact === undefined || !isTrue(object, "Ready")) return { failure: failed(object)?.message ?? "not ready" };
    const files = [...(await storedBy(artifact.url))];
    // The file by which git finds a submodule's repository comes along there.
    return { revision: artifact.revision, files: new Map(files.filter(([path]) => !path.endsWith("/.git"))) };
  }

  async function fetched(name: string, fields: object): Promise<{ readonly revision: string; readonly tree: FileTree }> {
    const object = objectOf(name, fields);
    const id = { group: "source.toolkit.fluxcd.io", kind: "GitRepository", namespace, name };
    const manifest = { id, object } as unknown as Parameters<typeof gitRepositorySource>[0];
    const source = gitRepositorySource(manifest, (message) => assert.fail(message));
    const access = { secret: undefined, timeoutMs: source.timeoutMs, submodules: source.recurseSubmodules && source.sparse.length === 0 };
    const { revision, tree } = await (
      await fetcher
    ).fetch({ type: "git", url: source.url, ref: source.ref, path: "" }, { ...quietOptions(), access });
    const includes = await Promise.all(
      source.includes.map(async ({ source: { name: other }, ...paths }) => ({ ...paths, tree: (await fetched(other, OTHER)).tree })),
    );
    return { revision, tree: await artifactTree(tree, { ignore: source.ignore, sparse: source.sparse, includes }) };
  }

  async function ours(name: string, fields: object): Promise<Outcome> {
    try {
      const { revision, tree } = await fetched(name, fields);
      return { revision, files: await storedIn(tree) };
    } catch (error) {
      return { failure: String(error) };
    }
  }

  test("the source that others include", async () => {
    const expected = await theirs("other");
    assert.ok("files" in expected);
    assert.deepEqual(await ours("other", OTHER), expected);
  });

  for (const [index, [claim, fields]] of Object.entries(CASES).entries()) {
    test(claim, async () => {
      const name = `case-${index}`;
      const expected = await theirs(name);
      const actual = await ours(name, fields);
      if (process.env["SHOW"]) console.log(claim, expected, actual);
      if ("failure" in expected) assert.ok("failure" in actual, `the controller says ${expected.failure}`);
      else assert.deepEqual(actual, expected);
    });
  }
});

/** Makes the repositories of the cases. Answers their URLs and commits by name. */
async function populate(server: Awaited<ReturnType<typeof startGitServer>>) {
  const { url: main, commit: first } = await server.createRepository("main", {
    "app/web.yaml": "replicas: 1\n",
    "app/deep/down/db.yaml": "kind: Db\n",
    "app/link.yaml": { link: "web.yaml" },
    "app/folder-link": { link: "deep" },
    "apple/seed.yaml": "kind: Seed\n",
    "ci/only.yaml": "kind: Ci\n",
    "ci/picture.png": "png",
    "out-link": { link: "../../../etc/passwd" },
    "absolute-link": { link: "/etc/passwd" },
    ".sops.yaml": "creation_rules: []\n",
    ".github/workflow.yaml": "on: push\n",
    ".gitignore": "*.tmp\n",
    "README.md": "# Read me\n",
    "weird names/a b.yaml": "kind: Blank\n",
    "weird names/Überraschung 🎁.yaml": "kind: Gift\n",
    "weird names/-rf": "no option\n",
    "weird names/$(id).yaml": "no command\n",
    'weird names/quote".yaml': "kind: Quote\n",
    "weird names/.hidden": "hidden\n",
    "empty.yaml": "",
    "crlf.yaml": "a: 1\r\nb: 2\r\n",
    binary: new Uint8Array([0, 255, 128, 10]),
    "big.txt": "0123456789abcdef\n".repeat(10_000),
    "run.sh": "#!/bin/sh\n",
    ".gitattributes": "*.yaml text eol=crlf\n*.txt export-ignore\nrun.sh export-subst\n",
  });
  await server.git("main", "tag", "v1.0.0", first);
  const second = await server.commit("main", { "app/web.yaml": "replicas: 2\n" }, "two");
  await server.git("main", "tag", "-a", "-m", "annotated", "v1.1.0", second);
  const side = await server.commit("main", { "app/side.yaml": "kind: Side\n" }, "side", "release/1");
  await server.git("main", "tag", "v1.5.0", side);
  const last = await server.commit("main", { "app/web.yaml": "replicas: 3\n" }, "three");
  await server.git("main", "tag", "v2.0.0-rc.1", last);
  const request = await server.commit("main", { "app/request.yaml": "kind: Request\n" }, "request", "request");
  await server.git("main", "update-ref", "refs/pull/7/head", request);
  const lonely = await server.commit("main", { "app/request.yaml": "kind: Request\n" }, "request", "lonely");
  await server.git("main", "update-ref", "refs/pull/8/head", lonely);
  await server.git("main", "branch", "-D", "lonely");
  await server.git("main", "tag", "3.0.0+a", await commitAt(server, second, "2026-03-01T00:00:00Z"));
  await server.git("main", "tag", "3.0.0+b", await commitAt(server, first, "2026-01-01T00:00:00Z"));
  await server.git("main", "tag", "v2025.01.02", first);
  const { url: other } = await server.createRepository("other", {
    "lib/lib.yaml": "kind: Lib\n",
    "lib/skip.txt": "no\n",
    "lib/.sourceignore": "skip.txt\n",
    "lib/link": { link: "lib.yaml" },
    "top.yaml": "kind: Top\n",
  });
  const { url: nested } = await server.createRepository("nested", {
    ".sourceignore": "*.yaml\n!keep.yaml\n",
    "keep.yaml": "1",
    "drop.yaml": "2",
    "a/.sourceignore": "!x.yaml\nkeep.yaml\n",
    "a/x.yaml": "3",
    "a/keep.yaml": "4",
    "a/b/.sourceignore": "# nothing\n",
    "a/b/x.yaml": "5",
    "a/b/note.txt": "6",
    "c/all.yaml": "7",
  });
  const { url: lfs } = await server.createRepository("lfs", {
    "model.yaml": `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 1\n`,
  });
  const parent = await modules(server);
  return {
    urls: { main, other, nested, lfs, "with-modules": parent.url },
    commits: { first, last, lonely, short: first.slice(0, 10), modules: parent.commit },
  };
}

/** Another commit of the files of one, made at a time. */
async function commitAt(server: Awaited<ReturnType<typeof startGitServer>>, commit: string, time: string): Promise<string> {
  const args = [`--git-dir=${server.root}/main.git`, "commit-tree", `${commit}^{tree}`, "-m", time];
  const { stdout } = await promisify(execFile)("git", args, { env: { ...GIT_TEST_ENVIRONMENT, GIT_COMMITTER_DATE: time } });
  return stdout.trim();
}

/** A repository with a submodule by a relative URL, which has one by an absolute URL itself. */
async function modules(server: Awaited<ReturnType<typeof startGitServer>>): Promise<{ readonly url: string; readonly commit: string }> {
  const { url: deepest, commit: deep } = await server.createRepository("deepest", { "deep.yaml": "kind: Deep\n" });
  const { commit: sub } = await server.createRepository("sub", { "sub.yaml": "kind: Sub\n", "skip.yaml": "kind: Skip\n" });
  await server.commit("sub", { "later.yaml": "kind: Later\n" }, "later");
  const withDeep = await link(server, "sub", { "nested/deep": { url: deepest, id: deep } }, sub);
  const { url } = await server.createRepository("parent", { "app.yaml": "kind: App\n" });
  const commit = await link(server, "parent", { "modules/sub": { url: "../sub.git", id: sub } }, "main");
  await server.git("parent", "tag", "v1.0.0", commit);
  await link(server, "parent", { "modules/sub": { url: "../sub.git", id: withDeep } }, "main");
  return { url, commit };
}

async function link(
  server: Awaited<ReturnType<typeof startGitServer>>,
  name: string,
  links: Readonly<Record<string, { readonly url: string; readonly id: string }>>,
  from: string,
): Promise<string> {
  const folder = newFolder("modules");
  const bare = `${server.root}/${name}.git`;
  await gitIn(folder, "clone", "--quiet", "--no-checkout", bare, ".");
  await gitIn(folder, "checkout", "--quiet", "-B", "linked", from.length === 40 ? from : `origin/${from}`);
  const text = Object.entries(links).map(([path, { url }]) => `[submodule "${path}"]\n\tpath = ${path}\n\turl = ${url}\n`);
  await writeFiles(folder, { ".gitmodules": text.join("") });
  await gitIn(folder, "add", ".gitmodules");
  for (const [path, { id }] of Object.entries(links)) await gitIn(folder, "update-index", "--add", "--cacheinfo", `160000,${id},${path}`);
  await gitIn(folder, "commit", "--quiet", "-m", "link");
  await gitIn(folder, "push", "--quiet", "--force", bare, from.length === 40 ? "linked:refs/heads/linked" : `linked:${from}`);
  return await gitIn(folder, "rev-parse", "linked");
}
