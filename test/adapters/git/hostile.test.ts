import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { linkedTree } from "../../../src/adapters/git/linked-tree.ts";
import { GIT_TEST_ENVIRONMENT, startGitServer } from "../../support/git-server.ts";
import { fetchFrom } from "./fetching.ts";

const server = await startGitServer();
after(() => server.close());
let count = 0;

/** Serves a commit whose tree is written byte by byte: `MODE NAME` to content, or to the entries of a folder. */
interface RawEntries {
  readonly [modeAndName: string]: string | RawEntries;
}

async function serve(entries: RawEntries): Promise<string> {
  const name = `hostile-${count++}`;
  const { url } = await server.createRepository(name);
  const git = (args: readonly string[], input?: Buffer) =>
    execFileSync("git", [`--git-dir=${join(server.root, `${name}.git`)}`, ...args], { input: input ?? "", env: GIT_TEST_ENVIRONMENT })
      .toString()
      .trim();
  const commit = git(["commit-tree", "-m", "hostile", writeTree(git, entries)]);
  git(["update-ref", "refs/heads/main", commit]);
  return url;
}

function writeTree(git: (args: readonly string[], input?: Buffer) => string, entries: RawEntries): string {
  const parts = Object.entries(entries).map(([modeAndName, value]) => {
    const isLinkToCommit = modeAndName.startsWith("160000 ");
    const id =
      typeof value !== "string"
        ? writeTree(git, value)
        : isLinkToCommit
          ? value
          : git(["hash-object", "-w", "--stdin"], Buffer.from(value, "latin1"));
    return Buffer.concat([Buffer.from(`${modeAndName}\0`, "latin1"), Buffer.from(id, "hex")]);
  });
  return git(["hash-object", "-w", "-t", "tree", "--literally", "--stdin"], Buffer.concat(parts));
}

for (const name of ["..", ".", ".git", ".GIT", "git~1"]) {
  test(`a commit with a folder named ${name} is PATH_ESCAPES_REPOSITORY`, async () => {
    const url = await serve({ "100644 a.yaml": "1", [`40000 ${name}`]: { "100644 config": "evil" } });

    await assert.rejects(fetchFrom(url), { code: "PATH_ESCAPES_REPOSITORY" });
  });

  test(`a tree that got past git with an entry named ${name} is refused by our own check`, async () => {
    const raw = {
      typeOf: async () => "directory" as const,
      entries: async () => new Map([[name, "directory" as const]]),
      readLink: async () => "",
      readFile: async () => Buffer.alloc(0),
      top: "" as const,
    };

    await assert.rejects(linkedTree(raw).list(""), { code: "PATH_ESCAPES_REPOSITORY" });
  });
}

test("names with a line break or an escape sequence can be listed, and reading them is UNSUPPORTED_CONTENT", async () => {
  const { tree } = await fetchFrom(await serve({ "100644 a\nb.yaml": "1", "100644 c\u001b[2J.yaml": "2", "100644 d.yaml": "3" }));

  assert.equal((await tree.list("")).length, 3);
  for (const path of ["a\nb.yaml", "c\u001b[2J.yaml", "a\0b", "x/".repeat(3000)])
    await assert.rejects(tree.read(path), { code: "UNSUPPORTED_CONTENT" });
  assert.equal(Buffer.from(await tree.read("d.yaml")).toString(), "3");
});

test("a name that is no UTF-8 can be listed and read, and hides no other", async () => {
  const { tree } = await fetchFrom(await serve({ "100644 a\xfe.yaml": "1", "100644 a\xff.yaml": "2" }));

  const names = (await tree.list("")).map(({ name }) => name);
  assert.equal(new Set(names).size, 2);
  assert.deepEqual(await Promise.all(names.map(async (name) => Buffer.from(await tree.read(name)).toString())), ["1", "2"]);
});

describe("content that stands for other content is UNSUPPORTED_CONTENT", () => {
  test("a submodule shows as a folder that cannot be entered, and the rest can be read", async () => {
    const { tree } = await fetchFrom(
      await serve({
        "100644 .gitmodules": '[submodule "x"]\n\tpath = x\n\turl = https://git.example/x\n',
        "100644 a.yaml": "1",
        "160000 x": "1".repeat(40),
      }),
    );

    assert.deepEqual(
      (await tree.list("")).map(({ name, type }) => `${name} ${type}`),
      [".gitmodules file", "a.yaml file", "x directory"],
    );
    for (const path of ["x", "x/y"]) {
      await assert.rejects(tree.typeOf(path), { code: "UNSUPPORTED_CONTENT" });
      await assert.rejects(tree.list(path), { code: "UNSUPPORTED_CONTENT" });
      await assert.rejects(tree.read(path), { code: "UNSUPPORTED_CONTENT" });
    }
    assert.equal(Buffer.from(await tree.read("a.yaml")).toString(), "1");
  });

  test("an LFS pointer and a git-crypt file; attributes run nothing", async () => {
    const { tree } = await fetchFrom(
      await serve({
        "100644 .gitattributes": "* filter=lfs text=auto eol=crlf\n",
        "100644 a.yaml": "a\nb\n",
        "100644 crypt": "\0GITCRYPT\0abc",
        "100644 lfs": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
      }),
    );

    await assert.rejects(tree.read("lfs"), { code: "UNSUPPORTED_CONTENT" });
    await assert.rejects(tree.read("crypt"), { code: "UNSUPPORTED_CONTENT" });
    assert.equal(Buffer.from(await tree.read("a.yaml")).toString(), "a\nb\n");
  });
});

test("a tag of something else than a commit is REVISION_NOT_FOUND", async () => {
  const url = await serve({ "100644 a.yaml": "1" });
  const name = `hostile-${count - 1}`;
  await server.git(name, "tag", "blob", await server.git(name, "rev-parse", "main:a.yaml"));
  await server.git(name, "tag", "-a", "-m", "x", "tree", await server.git(name, "rev-parse", "main^{tree}"));

  await assert.rejects(fetchFrom(url, { type: "tag", name: "blob" }), { code: "REVISION_NOT_FOUND" });
  await assert.rejects(fetchFrom(url, { type: "tag", name: "tree" }), { code: "REVISION_NOT_FOUND" });
});
