import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { EngineEvent } from "../../../src/engine/model/event.ts";
import type { GitRef } from "../../../src/engine/model/source.ts";
import { gitIn, startGitServer, type GitServer } from "../../support/git-server.ts";
import { fetchFrom, newFetcher, newFolder, quietOptions } from "./fetching.ts";

const server = await startGitServer();
after(() => server.close());
const decoder = new TextDecoder();
let count = 0;

async function newRepository(on: GitServer = server): Promise<{ name: string; url: string; commit: string }> {
  const name = `repository-${count++}`;
  return {
    name,
    ...(await on.createRepository(name, {
      "app/web.yaml": "replicas: 1\n",
      "app/db/db.yaml": "kind: Db\n",
      "base/base.yaml": "kind: Base\n",
    })),
  };
}

describe("revisions", () => {
  test("the default branch is whatever the remote's HEAD names", async () => {
    const { name, url } = await newRepository();
    const commit = await server.commit(name, { "app/web.yaml": "replicas: 2\n" }, "two", "trunk");
    await server.git(name, "symbolic-ref", "HEAD", "refs/heads/trunk");

    const artifact = await fetchFrom(url, { type: "default" }, "./app/");

    assert.equal(artifact.revision, `trunk@sha1:${commit}`);
    assert.equal(artifact.path, "app");
    assert.equal(decoder.decode(await artifact.tree.read("app/web.yaml")), "replicas: 2\n");
  });

  test("a branch, a light and an annotated tag, a range, a full and a short commit id name their commits", async () => {
    const { name, url, commit: first } = await newRepository();
    const second = await server.commit(name, { "app/web.yaml": "replicas: 2\n" });
    const third = await server.commit(name, { "app/web.yaml": "replicas: 3\n" });
    await server.git(name, "tag", "v1.9.0", first);
    await server.git(name, "tag", "-a", "-m", "ten", "v1.10.0", second);
    await server.git(name, "tag", "v2.0.0-rc.1", third);
    await server.git(name, "tag", "not-a-version", third);
    await server.git(name, "branch", "release/1", second);

    const expected: readonly (readonly [GitRef, string])[] = [
      [{ type: "branch", name: "main" }, `main@sha1:${third}`],
      [{ type: "named", name: "release/1" }, `release/1@sha1:${second}`],
      [{ type: "tag", name: "v1.9.0" }, `v1.9.0@sha1:${first}`],
      [{ type: "tag", name: "v1.10.0" }, `v1.10.0@sha1:${second}`],
      [{ type: "named", name: "v1.10.0" }, `v1.10.0@sha1:${second}`],
      [{ type: "semver", range: ">=1.0.0" }, `v1.10.0@sha1:${second}`],
      [{ type: "semver", range: ">= 1.0, < 1.10" }, `v1.9.0@sha1:${first}`],
      [{ type: "semver", range: ">=2.0.0-0" }, `v2.0.0-rc.1@sha1:${third}`],
      [{ type: "commit", id: second }, `sha1:${second}`],
      [{ type: "commit", id: second.toUpperCase() }, `sha1:${second}`],
      [{ type: "commit", id: second.slice(0, 10) }, `sha1:${second}`],
      [{ type: "named", name: first }, `sha1:${first}`],
      [{ type: "named", name: first.slice(0, 12) }, `sha1:${first}`],
      [{ type: "named", name: "HEAD" }, `main@sha1:${third}`],
      [{ type: "named", name: "refs/heads/release/1" }, `release/1@sha1:${second}`],
    ];
    for (const [ref, revision] of expected) {
      const artifact = await fetchFrom(url, ref);
      assert.equal(artifact.revision, revision, JSON.stringify(ref));
      const text = decoder.decode(await artifact.tree.read("app/web.yaml"));
      assert.equal(text, `replicas: ${revision.endsWith(first) ? 1 : revision.endsWith(second) ? 2 : 3}\n`);
    }
  });

  test("a branch goes before a tag of the same name", async () => {
    const { name, url, commit } = await newRepository();
    const second = await server.commit(name, {}, "two");
    await server.git(name, "tag", "same", commit);
    await server.git(name, "branch", "same", second);

    assert.equal((await fetchFrom(url, { type: "named", name: "same" })).revision, `same@sha1:${second}`);
  });

  test("a commit that no branch leads to any more is fetched by its id", async () => {
    const { name, url } = await newRepository();
    const lost = await server.commit(name, { lost: "1" }, "lost", "doomed");
    await server.git(name, "branch", "-D", "doomed");

    assert.equal((await fetchFrom(url, { type: "commit", id: lost })).revision, `sha1:${lost}`);
  });

  test("a server that speaks the oldest protocol gives old commits as well, from the history of its branches", async () => {
    const old = await startGitServer({
      intercept: (request) => (delete request.headers["git-protocol"], false),
      config: { "uploadpack.allowFilter": "false" },
    });
    try {
      const { name, url, commit } = await newRepository(old);
      await old.commit(name, { "app/web.yaml": "replicas: 2\n" });

      const artifact = await fetchFrom(url, { type: "commit", id: commit });

      assert.equal(artifact.revision, `sha1:${commit}`);
      assert.equal(decoder.decode(await artifact.tree.read("app/web.yaml")), "replicas: 1\n");
      assert.match((await fetchFrom(url)).revision, /^main@sha1:/);
    } finally {
      await old.close();
    }
  });

  const absent: Readonly<Record<string, GitRef>> = {
    "a branch": { type: "branch", name: "nope" },
    "a tag": { type: "tag", name: "main" },
    "a name": { type: "named", name: "nope" },
    "a full id": { type: "commit", id: "1234567890123456789012345678901234567890" },
    "a short id": { type: "commit", id: "1234567" },
    "a range": { type: "semver", range: ">=9" },
  };
  for (const [what, ref] of Object.entries(absent)) {
    test(`${what} that the repository lacks is REVISION_NOT_FOUND`, async () => {
      const { url } = await newRepository();

      await assert.rejects(fetchFrom(url, ref), { code: "REVISION_NOT_FOUND" });
    });
  }

  test("a short id that two commits share is REVISION_NOT_FOUND and says so", async () => {
    const { name, url } = await newRepository();
    const digits = new Map<string, number>();
    let shared: string | undefined;
    for (let index = 0; shared === undefined && index < 2000; index += 200) {
      const commits = Array.from(
        { length: 200 },
        (_, each) => `commit refs/heads/many\ncommitter T <t@example.com> ${1_700_000_000 + index + each} +0000\ndata 1\nx\n\n`,
      );
      await fastImport(name, commits.join(""));
      for (const id of (await server.git(name, "rev-list", "many")).split("\n")) digits.set(id.slice(0, 4), 0);
      for (const id of (await server.git(name, "rev-list", "many")).split("\n"))
        digits.set(id.slice(0, 4), (digits.get(id.slice(0, 4)) ?? 0) + 1);
      shared = [...digits].find(([, times]) => times > 1)?.[0];
    }
    assert.ok(shared);

    await assert.rejects(
      fetchFrom(url, { type: "commit", id: shared }),
      (error: Error & { code?: string; hint?: string }) => error.code === "REVISION_NOT_FOUND" && /ambiguous/.test(error.hint ?? ""),
    );
  });

  test("an empty repository is REVISION_NOT_FOUND", async () => {
    const { url } = await server.createRepository(`empty-${count++}`);

    await assert.rejects(fetchFrom(url), { code: "REVISION_NOT_FOUND" });
    await assert.rejects(fetchFrom(url, { type: "named", name: "main" }), { code: "REVISION_NOT_FOUND" });
  });

  async function fastImport(name: string, text: string): Promise<void> {
    const child = spawn("git", [`--git-dir=${join(server.root, `${name}.git`)}`, "fast-import", "--quiet", "--force"], {
      stdio: ["pipe", "inherit", "inherit"],
    });
    child.stdin.end(text);
    assert.equal((await once(child, "close"))[0], 0);
  }
});

describe("paths", () => {
  for (const path of ["../etc", "../../etc", "app/../../x", "/etc"]) {
    test(`${path} is PATH_ESCAPES_REPOSITORY, before anything is asked of the server`, async () => {
      const { url } = await newRepository();
      const before = server.requests.length;

      await assert.rejects(fetchFrom(url, { type: "default" }, path), { code: "PATH_ESCAPES_REPOSITORY" });
      assert.equal(server.requests.length, before);
    });
  }

  test("a missing path, and a file instead of a folder, are PATH_NOT_FOUND", async () => {
    const { url } = await newRepository();

    await assert.rejects(fetchFrom(url, { type: "default" }, "nope"), { code: "PATH_NOT_FOUND" });
    await assert.rejects(fetchFrom(url, { type: "default" }, "app/web.yaml"), { code: "PATH_NOT_FOUND" });
  });
});

describe("what is asked of the server", () => {
  test("files come without their contents first, then all that a build reads in one request", async () => {
    const { url } = await newRepository();
    const artifact = await fetchFrom(url, { type: "default" }, "app");
    const before = server.requests.length;

    assert.equal(decoder.decode(await artifact.tree.read("app/web.yaml")), "replicas: 1\n");
    assert.equal(decoder.decode(await artifact.tree.read("app/db/db.yaml")), "kind: Db\n");
    assert.equal(server.requests.slice(before).filter((line) => line.startsWith("POST")).length, 1);
  });

  test("files that are wanted at the same time come in one request, wherever they lie", async () => {
    const { url } = await server.createRepository(
      `rounds-${count++}`,
      Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`d${index}/file.bin`, `content ${index}`])),
    );
    const artifact = await fetchFrom(url);
    const before = server.requests.length;

    const read = await Promise.all(Array.from({ length: 30 }, (_, index) => artifact.tree.read(`d${index}/file.bin`)));

    assert.deepEqual(
      read.map((bytes) => decoder.decode(bytes)),
      Array.from({ length: 30 }, (_, index) => `content ${index}`),
    );
    assert.ok(server.requests.slice(before).filter((line) => line.startsWith("POST")).length <= 1);
  });

  test("an unchanged branch costs one look at the refs; a pinned commit that is here costs nothing", async () => {
    const { url, commit } = await newRepository();
    const fetcher = await newFetcher();
    const first = await fetcher.fetch({ type: "git", url, ref: { type: "default" }, path: "" }, quietOptions());
    await first.tree.read("app/web.yaml");
    const before = server.requests.length;

    const second = await fetcher.fetch({ type: "git", url, ref: { type: "default" }, path: "" }, quietOptions());
    await second.tree.read("app/web.yaml");
    assert.equal(server.requests.length - before, 2);
    const third = await fetcher.fetch({ type: "git", url, ref: { type: "commit", id: commit }, path: "" }, quietOptions());
    await third.tree.read("app/web.yaml");
    assert.equal(server.requests.length - before, 2);
  });

  test("a revision that goes back to older content is complete, though only the newest commits were fetched", async () => {
    const { name, url } = await newRepository();
    const fetcher = await newFetcher();
    const contents = ["one", "two", "one", "three", "two", "one"];
    for (const content of contents) {
      await server.commit(name, { "app/web.yaml": content, [`other/${content}/x.yaml`]: content });
      const { tree } = await fetcher.fetch({ type: "git", url, ref: { type: "default" }, path: "app" }, quietOptions());
      assert.equal(decoder.decode(await tree.read("app/web.yaml")), content);
      assert.equal(decoder.decode(await tree.read(`other/${content}/x.yaml`)), content);
    }
  });

  test("an artifact stays at its commit when the branch moves on", async () => {
    const { name, url } = await newRepository();
    const artifact = await fetchFrom(url);
    await server.commit(name, { "app/web.yaml": "replicas: 9\n" });

    assert.equal(decoder.decode(await artifact.tree.read("app/web.yaml")), "replicas: 1\n");
  });

  test("the cache is the user's alone, and no session stays in it", async () => {
    const { url } = await newRepository();
    const cache = newFolder("private");
    const fetcher = await newFetcher({}, cache);
    const { tree } = await fetcher.fetch({ type: "git", url, ref: { type: "default" }, path: "" }, quietOptions());
    await tree.read("app/web.yaml");

    const folder = join(cache, "gitops", "git");
    assert.equal((await stat(folder)).mode & 0o077, 0);
    assert.match((await readdir(folder)).join(" "), /^[0-9a-f]{64}$/);
  });
});

describe("local repositories", () => {
  test("a plain path and a file URL are fetched where a person typed them, bare or not, empty spaces and all", async () => {
    const folder = join(newFolder("local"), "with space");
    await gitIn("/", "init", "--quiet", "--initial-branch=main", folder);
    await gitIn(folder, "commit", "--quiet", "--allow-empty", "-m", "first");
    const revision = `main@sha1:${await gitIn(folder, "rev-parse", "HEAD")}`;

    assert.equal((await fetchFrom(folder)).revision, revision);
    const byUrl = await fetchFrom(`file://${folder.replaceAll(" ", "%20")}`);
    assert.equal(byUrl.revision, revision);
    assert.deepEqual(byUrl.source, { type: "git", url: folder, ref: { type: "default" }, path: "" });
    const strict = await newFetcher({ allowLocal: false });
    await assert.rejects(strict.fetch({ type: "git", url: folder, ref: { type: "default" }, path: "" }, quietOptions()), {
      code: "PROTOCOL_FORBIDDEN",
    });
  });

  test("a path where no repository lies is REPOSITORY_NOT_FOUND", async () => {
    await assert.rejects(fetchFrom(newFolder("nothing")), { code: "REPOSITORY_NOT_FOUND" });
    await assert.rejects(fetchFrom("/nonexistent/repository"), { code: "REPOSITORY_NOT_FOUND" });
  });
});

test("the run tells what it fetches and what it fetched", async () => {
  const { url, commit } = await newRepository();
  const events: EngineEvent[] = [];

  await (await newFetcher()).fetch({ type: "git", url, ref: { type: "default" }, path: "" }, quietOptions(events));

  assert.deepEqual(events, [
    { type: "source.fetching", source: url },
    { type: "source.fetched", source: url, revision: `main@sha1:${commit}` },
  ]);
});

test("a file above the size that is allowed is LIMIT_EXCEEDED, and the ones beside it can be read", async () => {
  const { url } = await server.createRepository(`large-${count++}`, { "big.bin": "x".repeat(200_000), "small.yaml": "small" });
  const fetcher = await newFetcher({ maximumFileBytes: 100_000 });
  const { tree } = await fetcher.fetch({ type: "git", url, ref: { type: "default" }, path: "" }, quietOptions());

  await assert.rejects(tree.read("big.bin"), { code: "LIMIT_EXCEEDED" });
  assert.equal(decoder.decode(await tree.read("small.yaml")), "small");
});
