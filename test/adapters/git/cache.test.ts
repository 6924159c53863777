import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import { startGitServer, type Files } from "../../support/git-server.ts";
import { cacheFolder } from "../../../src/adapters/git/cache.ts";
import type { GitOpsError } from "../../../src/engine/model/errors.ts";
import { newFetcher, newFolder, quietOptions } from "./fetching.ts";

const SCRIPT = fileURLToPath(new URL("./fetch-once.ts", import.meta.url));
let onRequest: () => void = () => {};
const server = await startGitServer({ intercept: () => (onRequest(), false) });
after(() => server.close());

interface Outcome {
  readonly revision: string;
  readonly files: Readonly<Record<string, string>>;
  readonly warnings: number;
}

function filesOf(version: number): Files {
  return Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [
      `d${index % 6}/f${index}.yaml`,
      `version: ${index % 10 === 0 ? version : 0}\nname: ${"x".repeat(index * 20)}\n`,
    ]),
  );
}

function startFetch(cache: string, url: string): ChildProcess {
  return spawn(process.execPath, [SCRIPT, cache, url], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], HOME: cache },
  });
}

async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk) => (stdout += chunk));
  child.stderr?.on("data", (chunk) => (stderr += chunk));
  const [status] = await once(child, "close");
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Outcome;
}

test("eight processes that start on one empty cache, and again after a commit, all get everything", async () => {
  const { url } = await server.createRepository("eight", filesOf(1));
  const cache = newFolder("eight");
  for (const version of [1, 2]) {
    const commit = await server.commit("eight", filesOf(version));
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => outcomeOf(startFetch(cache, url))));
    for (const outcome of outcomes) assert.deepEqual(outcome, { revision: `main@sha1:${commit}`, files: filesOf(version), warnings: 0 });
  }
  assert.equal((await readdir(join(cache, "gitops", "git"))).length, 1, "no session stays behind");
});

describe("a process killed while it fetches leaves a cache that the next one can use", () => {
  async function killAndFetchAgain(name: string, kill: (child: ChildProcess) => void): Promise<void> {
    const { url } = await server.createRepository(name, filesOf(1));
    const cache = newFolder(name);
    for (const version of [2, 3]) {
      const commit = await server.commit(name, filesOf(version));
      const child = startFetch(cache, url);
      kill(child);
      await once(child, "close");
      onRequest = () => {};
      const outcome = await outcomeOf(startFetch(cache, url));
      assert.deepEqual(outcome, { revision: `main@sha1:${commit}`, files: filesOf(version), warnings: 0 });
    }
  }

  for (const request of [1, 2, 3, 4, 5, 6]) {
    test(`killed at request ${request}`, async () => {
      await killAndFetchAgain(`request-${request}`, (child) => {
        let seen = 0;
        onRequest = () => {
          if (++seen === request) child.kill("SIGKILL");
        };
      });
    });
  }

  for (const milliseconds of [150, 250, 350, 450]) {
    test(`killed after about ${milliseconds} ms`, async () => {
      await killAndFetchAgain(`after-${milliseconds}`, (child) => {
        const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
        child.on("close", () => clearTimeout(timer));
      });
    });
  }
});

describe("a damaged cache is dropped with a warning and fetched again", () => {
  async function damageAndFetchAgain(name: string, damage: (packs: string, cache: string) => Promise<void>): Promise<Outcome> {
    const { url, commit } = await server.createRepository(name, filesOf(1));
    const cache = newFolder(name);
    await outcomeOf(startFetch(cache, url));
    const [own = ""] = await readdir(join(cache, "gitops", "git"));
    const directory = join(cache, "gitops", "git", own);
    await damage(join(directory, "objects", "pack"), directory);

    const outcome = await outcomeOf(startFetch(cache, url));
    assert.deepEqual({ revision: outcome.revision, files: outcome.files }, { revision: `main@sha1:${commit}`, files: filesOf(1) });
    const again = await outcomeOf(startFetch(cache, url));
    assert.deepEqual(again, { ...outcome, warnings: 0 });
    return outcome;
  }

  async function filesOfPacks(packs: string, ending: string): Promise<readonly string[]> {
    return (await readdir(packs)).filter((each) => each.endsWith(ending)).map((each) => join(packs, each));
  }

  test("packs cut off in the middle", async () => {
    const { warnings } = await damageAndFetchAgain("cut", async (packs) => {
      for (const pack of await filesOfPacks(packs, ".pack")) await truncate(pack, Math.floor((await readFile(pack)).length / 2));
    });
    assert.equal(warnings, 1);
  });

  test("one byte flipped, anywhere in a pack", async () => {
    let warned = 0;
    for (const position of [0.2, 0.5, 0.8]) {
      const { warnings } = await damageAndFetchAgain(`flip-${position}`, async (packs) => {
        for (const pack of await filesOfPacks(packs, ".pack")) {
          const bytes = await readFile(pack);
          const at = Math.floor(bytes.length * position);
          bytes[at] = (bytes[at] ?? 0) ^ 0x10;
          await rm(pack);
          await writeFile(pack, bytes);
        }
      });
      warned += warnings;
    }
    assert.ok(warned > 0);
  });

  test("indexes of zeroes", async () => {
    await damageAndFetchAgain("indexes", async (packs) => {
      for (const index of await filesOfPacks(packs, ".idx")) {
        const { length } = await readFile(index);
        await rm(index);
        await writeFile(index, Buffer.alloc(length));
      }
    });
  });

  test("an object that git reads well, but whose content is not what its id says", async () => {
    const { warnings } = await damageAndFetchAgain("forged", async (packs, directory) => {
      for (const pack of await filesOfPacks(packs, "")) await rm(pack);
      const id = await server.git("forged", "rev-parse", "main:d0/f0.yaml");
      await mkdir(join(directory, "objects", id.slice(0, 2)), { recursive: true });
      await writeFile(join(directory, "objects", id.slice(0, 2), id.slice(2)), deflateSync("blob 5\0evil\n"));
    });
    assert.equal(warnings, 1);
  });

  test("all objects gone, and the configuration too", async () => {
    await damageAndFetchAgain("gone", async (packs) => {
      for (const pack of await filesOfPacks(packs, "")) await rm(pack);
    });
    await damageAndFetchAgain("gone-config", async (_, directory) => {
      await rm(join(directory, "config"));
      await rm(join(directory, "HEAD"));
    });
  });
});

test("sessions of dead processes and of long ago are swept away, those of others are left", async () => {
  const { url } = await server.createRepository("sweep", filesOf(1));
  const cache = newFolder("sweep");
  await outcomeOf(startFetch(cache, url));
  const folder = join(cache, "gitops", "git");
  const host = (await import("node:os")).hostname().replace(/[^A-Za-z0-9-]/g, "_");
  const names = {
    dead: `session.${host}.4194304.aa`,
    living: `session.${host}.${process.pid}.bb`,
    elsewhere: "session.another-host.4194304.cc",
    old: "session.another-host.1.dd",
  };
  for (const name of Object.values(names)) await mkdir(join(folder, name));
  const longAgo = new Date(Date.now() - 48 * 60 * 60_000);
  await utimes(join(folder, names.old), longAgo, longAgo);

  await outcomeOf(startFetch(cache, url));

  assert.deepEqual((await readdir(folder)).filter((name) => name.startsWith("session")).sort(), [names.elsewhere, names.living].sort());
});

test("the cache lies under XDG_CACHE_HOME, or below the home folder where that is relative or missing", () => {
  assert.equal(cacheFolder({ XDG_CACHE_HOME: "/cache", HOME: "/home/me" }), "/cache/gitops/git");
  assert.equal(cacheFolder({ XDG_CACHE_HOME: "cache", HOME: "/home/me" }), "/home/me/.cache/gitops/git");
  assert.throws(() => cacheFolder({ HOME: "" }), { code: "USAGE", hint: /XDG_CACHE_HOME/ });
});

test("a folder is read without a home, and without a place for a cache", async () => {
  const folder = newFolder("plain");
  await writeFile(join(folder, "a.yaml"), "a: 1\n");
  const fetcher = await newFetcher({ environment: { HOME: undefined, XDG_CACHE_HOME: undefined } });
  const artifact = await fetcher.fetch({ type: "directory", path: folder }, quietOptions());
  assert.match(artifact.revision, /^sha256:/);
});

test("a cache that cannot be written is exit 15, and its folder is named", async () => {
  const { url } = await server.createRepository("unwritable", filesOf(1));
  const place = join(newFolder("unwritable"), "file");
  await writeFile(place, "a file stands where the folder should be");
  const fetcher = await newFetcher({ environment: { XDG_CACHE_HOME: place } });
  const source = { type: "git", url, ref: { type: "default" }, path: "" } as const;
  await assert.rejects(
    fetcher.fetch(source, quietOptions()),
    (error: GitOpsError) => error.code === "LIMIT_EXCEEDED" && error.message.includes(place),
  );
});
