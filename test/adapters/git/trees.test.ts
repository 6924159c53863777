import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { artifactTree, type FileTree } from "../../../src/engine/index.ts";
import { absentLinksContract, fileTreeContract, followedLinksContract, type ContractFiles } from "../../contract/file-tree.contract.ts";
import { gitIn, startGitServer, writeFiles } from "../../support/git-server.ts";
import { memoryTree } from "../../support/memory-tree.ts";
import { fetchFrom, newFetcher, quietOptions } from "./fetching.ts";

const base = await mkdtemp(join(tmpdir(), "trees-"));
const server = await startGitServer();
after(async () => {
  await server.close();
  await rm(base, { recursive: true, force: true });
});
let count = 0;

const FOLLOWED: Readonly<Record<string, (files: ContractFiles) => Promise<FileTree>>> = {
  "in memory": async (files) => memoryTree(files),
  "of a Git commit": async (files) => {
    const { url } = await server.createRepository(`tree-${count++}`, files);
    return (await fetchFrom(url)).tree;
  },
  "of a Git commit on a server without partial clone": async (files) => {
    const name = `whole-${count++}`;
    const { url } = await server.createRepository(name, files);
    await server.git(name, "config", "uploadpack.allowFilter", "false");
    return (await fetchFrom(url)).tree;
  },
  "of a work tree": async (files) => {
    const folder = join(base, String(count++));
    await writeFiles(folder, files);
    await gitIn(folder, "init", "--quiet");
    const fetcher = await newFetcher();
    return (await fetcher.fetch({ type: "directory", path: folder }, quietOptions())).tree;
  },
};

const ABSENT: Readonly<Record<string, (files: ContractFiles) => Promise<FileTree>>> = {
  "of a source that an object declares": async (files) => {
    const { url } = await server.createRepository(`declared-${count++}`, files);
    return await declaredTree(url);
  },
  "of a submodule": async (files) => {
    const name = `module-${count++}`;
    const { url, commit } = await server.createRepository(name, files);
    const parent = await server.createRepository(`parent-of-${name}`, { "top.yaml": "1" });
    const folder = join(base, `parent-of-${name}`);
    await gitIn(base, "clone", "--quiet", join(server.root, `parent-of-${name}.git`), folder);
    await writeFiles(folder, { ".gitmodules": `[submodule "sub"]\n\tpath = in/sub\n\turl = ${url}\n` });
    await gitIn(folder, "add", ".gitmodules");
    await gitIn(folder, "update-index", "--add", "--cacheinfo", `160000,${commit},in/sub`);
    await gitIn(folder, "commit", "--quiet", "-m", "link");
    await gitIn(folder, "push", "--quiet", "origin", "main");
    return below(await declaredTree(parent.url), "in/sub");
  },
  "of an included source": async (files) => {
    const tree = await artifactTree(memoryTree({ "in/other.yaml": "1" }), {
      ignore: "",
      includes: [{ tree: await artifactTree(memoryTree(withoutLoops(files)), { ignore: "" }), fromPath: "", toPath: "in/sub" }],
    });
    return below(tree, "in/sub");
  },
  "of a sparse source": async (files) => {
    const beside = Object.fromEntries(Object.entries(withoutLoops(files)).map(([path, content]) => [`in/sub/${path}`, content]));
    return below(await artifactTree(memoryTree({ ...beside, "in/other.yaml": "1" }), { ignore: "", sparse: ["in/sub"] }), "in/sub");
  },
};

for (const [name, make] of Object.entries({ ...FOLLOWED, ...ABSENT })) fileTreeContract(name, make);
for (const [name, make] of Object.entries(FOLLOWED)) followedLinksContract(name, make);
for (const [name, make] of Object.entries(ABSENT)) absentLinksContract(name, make);

async function declaredTree(url: string): Promise<FileTree> {
  const fetcher = await newFetcher({ allowLocal: false });
  const access = { secret: undefined, timeoutMs: 60_000, submodules: true };
  const source = { type: "git", url, ref: { type: "branch", name: "main" }, path: "" } as const;
  return (await fetcher.fetch(source, { ...quietOptions(), access })).tree;
}

/** Links that a folder on disk would follow, and fail on, before the artifact leaves them out. */
function withoutLoops(files: ContractFiles): ContractFiles {
  return Object.fromEntries(Object.entries(files).filter(([path]) => !["links/out", "links/up", "links/own"].includes(path)));
}

/** The part of a tree below a folder. */
function below(tree: FileTree, folder: string): FileTree {
  const at = (path: string) => (path === "" ? folder : `${folder}/${path}`);
  return {
    typeOf: (path) => tree.typeOf(at(path)),
    list: (path) => tree.list(at(path)),
    read: (path) => tree.read(at(path)),
    resolve: async (path) => (await tree.resolve(at(path))).slice(folder.length + 1),
  };
}
