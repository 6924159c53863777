import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_BUDGET, findSpokenKind } from "../../../src/engine/index.ts";
import { sameRepository } from "../../../src/engine/operations/rollback/affected-deliveries.ts";
import { commitOf } from "../../../src/engine/operations/rollback/candidates.ts";
import { appBuild } from "../../../src/engine/operations/rollback/delivery-build.ts";
import { recordingTree } from "../../../src/engine/operations/rollback/recording-tree.ts";
import { memoryTree } from "../../support/memory-tree.ts";

test("two URLs of one repository are the same, however it is reached", () => {
  const ways = [
    "https://git.example/org/shop.git",
    "https://git.example/org/shop",
    "https://GIT.example/org/shop/",
    "https://token@git.example/org/shop.git",
    "ssh://git@git.example:2222/org/shop.git",
    "git@git.example:org/shop.git",
  ];
  for (const way of ways) assert.equal(sameRepository(ways[0]!, way), true, way);
  for (const other of [
    "https://git.example/org/shop2.git",
    "https://other.example/org/shop.git",
    "https://git.example/shop.git",
    "https://git.example:8443/org/shop.git",
  ])
    assert.equal(sameRepository(ways[0]!, other), false, other);
});

test("an object whose build is not known here is refused by name", async () => {
  const spoken = findSpokenKind("hr");
  assert.ok(spoken);
  const object = { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease", metadata: { name: "shop", namespace: "apps" }, spec: {} };
  const options = { budget: DEFAULT_BUDGET, loadRestrictor: "LoadRestrictionsRootOnly", strict: false } as const;
  const nothing = new Proxy({}, { get: () => assert.fail("nothing is asked") }) as Parameters<typeof appBuild>[2];
  const context = { signal: new AbortController().signal, emit: () => undefined };
  await assert.rejects(appBuild({ ...spoken, object, view: spoken.dialect.view(object) }, options, nothing, context), {
    code: "UNSUPPORTED_CONTENT",
    message: /a HelmRelease cannot be rolled back by its files/,
  });
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
