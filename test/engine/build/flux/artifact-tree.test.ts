import assert from "node:assert/strict";
import { test } from "node:test";
import { artifactTree } from "../../../../src/engine/build/flux/artifact-tree.ts";
import { type FileTree } from "../../../../src/engine/index.ts";
import { memoryTree, type MemoryEntry } from "../../../support/memory-tree.ts";

const FILES: Readonly<Record<string, MemoryEntry>> = {
  ".gitignore": "x",
  ".github/ci.yaml": "x",
  ".sops.yaml": "x",
  "app/a.yaml": "x",
  "app/.flux.yaml": "x",
  "app/logo.png": "x",
  "app/deep/b.yaml": "x",
  "app/deep/b.secret.yaml": "x",
  "link.yaml": { link: "app/a.yaml" },
  linked: { link: "app" },
};

async function paths(tree: FileTree, folder = ""): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { name, type } of await tree.list(folder)) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (type === "file") found.push(path);
    else found.push(...(await paths(tree, path)));
  }
  return found;
}

async function kept(ignore: string, changes: Readonly<Record<string, MemoryEntry>> = {}): Promise<readonly string[]> {
  return await paths(await artifactTree(memoryTree({ ...FILES, ...changes }), { ignore }));
}

test("where nobody says what to ignore, links, version control, pictures and CI files are left out", async () => {
  assert.deepEqual(await kept(""), ["app/a.yaml", "app/deep/b.secret.yaml", "app/deep/b.yaml"]);
  assert.deepEqual(await kept("# only a comment\n\n"), ["app/a.yaml", "app/deep/b.secret.yaml", "app/deep/b.yaml"]);
});

test("lines of the source stand in the place of the list of pictures and CI files", async () => {
  const expected = [".github/ci.yaml", ".sops.yaml", "app/.flux.yaml", "app/a.yaml", "app/deep/b.yaml", "app/logo.png"];
  assert.deepEqual(await kept("*.secret.yaml\n"), expected);
});

test("an ignore file counts for its folder, a deeper one after it, and the source's lines after all", async () => {
  const files = { ".sourceignore": "/*\n!/app\n*.png\n", "app/deep/.sourceignore": "*.yaml\n!b.yaml\n" };
  assert.deepEqual(await kept("", files), ["app/.flux.yaml", "app/a.yaml", "app/deep/.sourceignore", "app/deep/b.yaml"]);
  assert.deepEqual(await kept("b.yaml\n!logo.png", files), ["app/.flux.yaml", "app/a.yaml", "app/deep/.sourceignore", "app/logo.png"]);
});

test("a later line takes in again what lies in a folder that is left out, unlike in Git", async () => {
  assert.deepEqual(await kept("/app/\n!/app/deep/b.yaml\n"), [".github/ci.yaml", ".sops.yaml", "app/deep/b.yaml"]);
  const tree = await artifactTree(memoryTree(FILES), { ignore: "/app/\n!/app/deep/b.yaml\n" });
  assert.deepEqual(await tree.list("app"), [{ name: "deep", type: "directory" }]);
});

test("what is left out is not there for any question", async () => {
  const tree = await artifactTree(memoryTree(FILES), { ignore: "" });
  for (const path of ["link.yaml", "linked", "linked/a.yaml", ".github", ".github/ci.yaml", "gone"]) {
    assert.equal(await tree.typeOf(path), undefined, path);
    await assert.rejects(tree.resolve(path), { code: "PATH_NOT_FOUND" }, path);
    await assert.rejects(tree.read(path), { code: "PATH_NOT_FOUND" }, path);
  }
  assert.equal(await tree.typeOf(""), "directory");
  assert.equal(await tree.resolve("app/a.yaml"), "app/a.yaml");
});

test("sparse folders leave what begins with their text, and no ignore file above them", async () => {
  const files = { ".sourceignore": "*.yaml\n", "app/a.yaml": "x", "apple/b.yaml": "x", "app/deep/c.yaml": "x", "other/d.yaml": "x" };
  const sparse = async (...folders: readonly string[]) =>
    await paths(await artifactTree(memoryTree(files), { ignore: "", sparse: folders }));

  assert.deepEqual(await sparse("app"), ["app/a.yaml", "app/deep/c.yaml", "apple/b.yaml"]);
  assert.deepEqual(await sparse("./app/deep"), ["app/deep/c.yaml"]);
  assert.deepEqual(await sparse(), [".sourceignore"]);
  for (const missing of ["nope", "ap", "/app"])
    await assert.rejects(sparse(missing), { code: "PATH_NOT_FOUND", message: new RegExp(missing) });
});

test("sources are included one after the other, each at a place of its own, and ignored like the source's files", async () => {
  const other = memoryTree({ "lib/l.yaml": "other", "lib/n.txt": "x" });
  const include = async (...includes: readonly { fromPath: string; toPath: string }[]) =>
    await artifactTree(memoryTree({ "app/a.yaml": "own" }), {
      ignore: "*.txt\n",
      includes: includes.map((each) => ({ tree: other, ...each })),
    });

  const tree = await include({ fromPath: "../lib/", toPath: "./in/../in/x" }, { fromPath: "lib/l.yaml", toPath: "in/x/again.yaml" });
  assert.deepEqual(await paths(tree), ["app/a.yaml", "in/x/again.yaml", "in/x/l.yaml"]);
  const over = await include({ fromPath: "lib/l.yaml", toPath: "app/a.yaml" });
  assert.equal(Buffer.from(await over.read("app/a.yaml")).toString(), "other");
  for (const toPath of ["app", ".", "app/a.yaml", "app/a.yaml/b"]) {
    await assert.rejects(include({ fromPath: "lib", toPath }), { code: "BUILD_FAILED" }, toPath);
  }
  await assert.rejects(include({ fromPath: "nope", toPath: "in" }), { code: "PATH_NOT_FOUND", message: /nope/ });
});
