import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FileTree } from "../../src/engine/model/artifact.ts";

/** What the suite fills a tree with. */
export type ContractFiles = Readonly<Record<string, string | { readonly link: string }>>;

const FILES: ContractFiles = {
  "top.yaml": "top: true\n",
  "app/web.yaml": "kind: Web\n",
  "app/Web.yaml": "kind: Twin\n",
  "app/nested/deep/file.txt": "deep",
  "app/ä b.yaml": "umlaut",
  "app/__proto__": "a name like any other",
  "empty.yaml": "",
  "links/file": { link: "../app/web.yaml" },
  "links/folder": { link: "../app/nested" },
  "links/chain": { link: "file" },
  "links/through": { link: "folder/deep/../../web.yaml" },
  "links/dangling": { link: "../nowhere" },
};

const decoder = new TextDecoder();

/**
 * Everything that a build relies on in a tree of files, whatever holds them.
 * @param make fills a tree; it is called once for each test.
 */
export function fileTreeContract(name: string, make: (files: ContractFiles) => Promise<FileTree>): void {
  describe(`file tree: ${name}`, () => {
    test("says what stands at a path, and undefined where nothing does", async () => {
      const tree = await make(FILES);

      assert.equal(await tree.typeOf(""), "directory");
      assert.equal(await tree.typeOf("app"), "directory");
      assert.equal(await tree.typeOf("app/nested/deep"), "directory");
      assert.equal(await tree.typeOf("top.yaml"), "file");
      assert.equal(await tree.typeOf("app/missing"), undefined);
      assert.equal(await tree.typeOf("missing/app"), undefined);
      assert.equal(await tree.typeOf("top.yaml/below"), undefined);
      assert.equal(await tree.typeOf("constructor"), undefined);
    });

    test("lists a folder in code point order", async () => {
      const tree = await make(FILES);

      assert.deepEqual(await tree.list("app"), [
        { name: "Web.yaml", type: "file" },
        { name: "__proto__", type: "file" },
        { name: "nested", type: "directory" },
        { name: "web.yaml", type: "file" },
        { name: "ä b.yaml", type: "file" },
      ]);
      assert.deepEqual(
        (await tree.list("")).map(({ name: each }) => each),
        ["app", "empty.yaml", "links", "top.yaml"],
      );
    });

    test("reads files, twins of case apart", async () => {
      const tree = await make(FILES);
      const text = textOf(tree);

      assert.equal(await text("top.yaml"), "top: true\n");
      assert.equal(await text("empty.yaml"), "");
      assert.equal(await text("app/web.yaml"), "kind: Web\n");
      assert.equal(await text("app/Web.yaml"), "kind: Twin\n");
      assert.equal(await text("app/ä b.yaml"), "umlaut");
      assert.equal(await text("app/__proto__"), "a name like any other");
    });

    test("resolves a path without links to itself", async () => {
      const tree = await make(FILES);

      assert.equal(await tree.resolve("app"), "app");
      assert.equal(await tree.resolve("app/nested/deep/file.txt"), "app/nested/deep/file.txt");
      assert.equal(await tree.resolve(""), "");
    });

    test("what is missing is PATH_NOT_FOUND, and so is a folder read and a file listed", async () => {
      const tree = await make(FILES);

      await assert.rejects(tree.read("app/missing"), { code: "PATH_NOT_FOUND" });
      await assert.rejects(tree.read("app"), { code: "PATH_NOT_FOUND" });
      await assert.rejects(tree.list("top.yaml"), { code: "PATH_NOT_FOUND" });
      await assert.rejects(tree.list("missing"), { code: "PATH_NOT_FOUND" });
      await assert.rejects(tree.resolve("missing"), { code: "PATH_NOT_FOUND" });
    });
  });
}

/** What a tree that follows links does with them, beside {@link fileTreeContract}. */
export function followedLinksContract(name: string, make: (files: ContractFiles) => Promise<FileTree>): void {
  describe(`file tree with links: ${name}`, () => {
    test("links are what they lead to; those that lead nowhere are not there", async () => {
      const tree = await make(FILES);
      const text = textOf(tree);

      assert.equal(await tree.typeOf("links/file"), "file");
      assert.equal(await tree.typeOf("links/folder"), "directory");
      assert.equal(await tree.typeOf("links/dangling"), undefined);
      assert.deepEqual(await tree.list("links"), [
        { name: "chain", type: "file" },
        { name: "file", type: "file" },
        { name: "folder", type: "directory" },
        { name: "through", type: "file" },
      ]);
      assert.deepEqual(await tree.list("links/folder"), [{ name: "deep", type: "directory" }]);
      assert.equal(await text("links/chain"), "kind: Web\n");
      assert.equal(await text("links/folder/deep/file.txt"), "deep");
      await assert.rejects(tree.read("links/dangling"), { code: "PATH_NOT_FOUND" });
      assert.equal(await tree.resolve("links/chain"), "app/web.yaml");
      assert.equal(await tree.resolve("links/folder/deep"), "app/nested/deep");
    });

    for (const [what, target] of Object.entries({
      "an absolute link": "/etc/passwd",
      "a link that climbs out": "../../etc/passwd",
      "a link that climbs out and comes back": "../../x/app/web.yaml",
    })) {
      test(`${what} is PATH_ESCAPES_REPOSITORY in every method, and its target is not said`, async () => {
        const tree = await make({ "sub/link": { link: target }, "sub/over": { link: "link" }, "app/web.yaml": "1" });
        const refused = (error: unknown) => {
          assert.equal((error as { code?: string }).code, "PATH_ESCAPES_REPOSITORY");
          assert.doesNotMatch((error as Error).message, /passwd/);
          return true;
        };

        await assert.rejects(tree.read("sub/link"), refused);
        await assert.rejects(tree.read("sub/over"), refused);
        await assert.rejects(tree.typeOf("sub/link"), refused);
        await assert.rejects(tree.typeOf("sub/link/below"), refused);
        await assert.rejects(tree.list("sub"), refused);
        await assert.rejects(tree.resolve("sub/link"), refused);
        assert.equal(await tree.typeOf("app/web.yaml"), "file");
      });
    }

    test("a loop of links, and a chain that is too long, end in BUILD_FAILED", async () => {
      const chain = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`chain/${index}`, { link: String(index + 1) }]));
      const tree = await make({
        ...chain,
        "chain/60": "end",
        "self/a": { link: "a" },
        "pair/a": { link: "b" },
        "pair/b": { link: "a" },
        "folder/into": { link: "../folder/into/into" },
      });

      await assert.rejects(tree.read("self/a"), { code: "BUILD_FAILED" });
      await assert.rejects(tree.read("pair/a"), { code: "BUILD_FAILED" });
      await assert.rejects(tree.read("folder/into"), { code: "BUILD_FAILED" });
      await assert.rejects(tree.read("chain/0"), { code: "BUILD_FAILED" });
      assert.equal(decoder.decode(await tree.read("chain/30")), "end");
    });
  });
}

/** What a tree of which links are no part does with them, beside {@link fileTreeContract}. */
export function absentLinksContract(name: string, make: (files: ContractFiles) => Promise<FileTree>): void {
  describe(`file tree without links: ${name}`, () => {
    test("nothing stands where a link is, wherever it leads", async () => {
      const tree = await make({
        ...FILES,
        "links/out": { link: "/etc/passwd" },
        "links/up": { link: "../../x" },
        "links/own": { link: "own" },
      });

      for (const link of ["file", "folder", "dangling", "out", "up", "own"]) {
        assert.equal(await tree.typeOf(`links/${link}`), undefined);
        await assert.rejects(tree.read(`links/${link}`), { code: "PATH_NOT_FOUND" });
        await assert.rejects(tree.list(`links/${link}`), { code: "PATH_NOT_FOUND" });
        await assert.rejects(tree.resolve(`links/${link}`), { code: "PATH_NOT_FOUND" });
      }
      assert.equal(await tree.typeOf("links/folder/deep"), undefined);
      await assert.rejects(tree.read("links/folder/deep/file.txt"), { code: "PATH_NOT_FOUND" });
      assert.equal(decoder.decode(await tree.read("app/web.yaml")), "kind: Web\n");
    });
  });
}

function textOf(tree: FileTree): (path: string) => Promise<string> {
  return async (path) => decoder.decode(await tree.read(path));
}
