import assert from "node:assert/strict";
import { test } from "node:test";
import { sameRepository } from "../../../src/engine/operations/rollback/affected-deliveries.ts";
import { commitOf } from "../../../src/engine/operations/rollback/candidates.ts";
import { recordingTree } from "../../../src/engine/operations/rollback/recording-tree.ts";
import { memoryTree } from "../../support/memory-tree.ts";

test("two URLs of one repository are the same, however it is reached", () => {
  const ways = [
    "https://git.example/org/shop.git",
    "https://git.example/org/shop",
    "https://GIT.example:8443/org/shop/",
    "https://token@git.example/org/shop.git",
    "ssh://git@git.example:2222/org/shop.git",
    "git@git.example:org/shop.git",
  ];
  for (const way of ways) assert.equal(sameRepository(ways[0]!, way), true, way);
  for (const other of ["https://git.example/org/shop2.git", "https://other.example/org/shop.git", "https://git.example/shop.git"])
    assert.equal(sameRepository(ways[0]!, other), false, other);
});

test("the commit of a revision is found in every form that names one", () => {
  const id = "0123456789abcdef0123456789abcdef01234567";
  assert.deepEqual([`main@sha1:${id}`, `sha1:${id}`, `refs/heads/main@sha1:${id}`].map(commitOf), [id, id, id]);
  assert.deepEqual(["", "main", "6.5.0", "sha256:abc", `main@sha1:${id}0`].map(commitOf), ["", "", "", "", ""]);
});

test("a build is concerned by what it read, what it looked for in vain, and what it listed", async () => {
  const { tree, readFiles } = recordingTree(memoryTree({ "base/a.yaml": "a", "base/b.yaml": "b", "plain/c.yaml": "c", "x/d.yaml": "d" }));
  await tree.read("overlay/../base/a.yaml");
  await tree.typeOf("base/kustomization.yaml");
  await tree.list("plain");
  const { concerns, foldersOutside } = await readFiles();
  for (const path of ["base/a.yaml", "base/kustomization.yaml", "plain/c.yaml", "plain/new.yaml", "base"])
    assert.equal(concerns(path), true, path);
  for (const path of ["base/b.yaml", "x/d.yaml", "plain/deep/e.yaml", "base/a.yaml.bak"]) assert.equal(concerns(path), false, path);
  assert.deepEqual(foldersOutside("overlay"), ["base"]);
  assert.deepEqual(foldersOutside("base"), []);
});
