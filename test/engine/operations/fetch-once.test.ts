import assert from "node:assert/strict";
import { test } from "node:test";
import type { Source } from "../../../src/engine/model/source.ts";
import { fetchingOnce } from "../../../src/engine/operations/fetch-once.ts";
import type { SourceFetcher } from "../../../src/engine/ports/source-fetcher.ts";
import { memoryTree } from "../../support/memory-tree.ts";

const git: Source = { type: "git", url: "https://git.example/shop.git", ref: { type: "named", name: "main" }, path: "" };
const options = { signal: new AbortController().signal, emit: () => undefined };

function counting(fail: () => boolean = () => false): SourceFetcher & { count: number } {
  const fetcher = {
    count: 0,
    fetch(source: Source) {
      fetcher.count += 1;
      if (fail()) return Promise.reject(new TypeError("away"));
      return Promise.resolve({ source, revision: `r${String(fetcher.count)}`, tree: memoryTree({}), path: "" });
    },
  };
  return fetcher;
}

test("a repository is fetched once, also for those who ask at the same time", async () => {
  const fetcher = counting();
  const once = fetchingOnce(fetcher);
  const all = await Promise.all([once.fetch(git, options), once.fetch({ ...git }, options)]);
  assert.deepEqual([...all.map(({ revision }) => revision), (await once.fetch(git, options)).revision], ["r1", "r1", "r1"]);
  assert.equal((await once.fetch({ ...git, path: "other" }, options)).revision, "r2");
});

test("a folder is read anew each time", async () => {
  const once = fetchingOnce(counting());
  const folder: Source = { type: "directory", path: "/repo" };
  assert.notEqual((await once.fetch(folder, options)).revision, (await once.fetch(folder, options)).revision);
});

test("a fetch that failed is tried again", async () => {
  let fails = true;
  const once = fetchingOnce(counting(() => fails));
  await assert.rejects(once.fetch(git, options), { message: "away" });
  fails = false;
  assert.equal((await once.fetch(git, options)).revision, "r2");
});
