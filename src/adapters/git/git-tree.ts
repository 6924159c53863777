import { tooLarge } from "./content-rules.ts";
import { parseTree, referencedId, type TreeObjectEntry } from "./git-object.ts";
import { join, type CommitTree } from "./linked-tree.ts";
import type { ObjectStore } from "./object-store.ts";
import { noSuchPath } from "./tree-path.ts";

/** Files that a build is likely to read when it reads one beside or below it. */
const LIKELY = /\.(?:ya?ml|json)$|^[^.]+$|^\.[^.]+$/i;
/** So many at most are asked for unasked. */
const MAX_COMPANIONS = 5_000;

/**
 * The files of one commit, read from Git's objects: no checkout, so no link is followed, no filter run and no name folded.
 * Folders are read when they are first looked into.
 *
 * @param buildPath where the build starts: when a file below it is missing here, all that it may read come in one request.
 */
export async function gitTree(store: ObjectStore, commit: string, maximumBytes: number, buildPath: string): Promise<CommitTree> {
  const top = referencedId(await loaded(store, commit, commit), "tree");
  const folders = new Map<string, Promise<ReadonlyMap<string, TreeObjectEntry>>>();

  function folder(path: string): Promise<ReadonlyMap<string, TreeObjectEntry>> {
    const known = folders.get(path);
    if (known !== undefined) return known;
    const read = readFolder(path);
    folders.set(path, read);
    read.catch(() => folders.delete(path));
    return read;
  }

  async function readFolder(path: string): Promise<ReadonlyMap<string, TreeObjectEntry>> {
    const id = path === "" ? top : (await entry(path))?.id;
    if (id === undefined) throw noSuchPath(path, "folder");
    return parseTree((await loaded(store, id, path)).content);
  }

  async function entry(path: string): Promise<TreeObjectEntry | undefined> {
    const slash = path.lastIndexOf("/");
    return (await folder(path.slice(0, Math.max(slash, 0)))).get(path.slice(slash + 1));
  }

  async function content(path: string): Promise<Buffer> {
    const found = await entry(path);
    if (found === undefined) throw noSuchPath(path, "file");
    const object = await store.load(found.id, () => companionsOf(path));
    if (object === "too large") throw tooLarge(path, maximumBytes);
    return object.content;
  }

  async function companionsOf(path: string): Promise<readonly string[]> {
    const isBelow = buildPath === "" || path.startsWith(`${buildPath}/`);
    const start = isBelow ? buildPath : path.slice(0, Math.max(path.lastIndexOf("/"), 0));
    const ids = new Set<string>();
    const waiting = [start];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const [name, { type, id }] of await folder(next)) {
        if (type === "directory" && (isBelow || start !== "")) waiting.push(join(next, name));
        else if (type === "link" || (type === "file" && LIKELY.test(name))) ids.add(id);
        if (ids.size >= MAX_COMPANIONS) return [...ids];
      }
    }
    return [...ids];
  }

  return {
    top: "",
    typeOf: async (path) => (path === "" ? "directory" : (await entry(path))?.type),
    entries: async (path) => new Map([...(await folder(path))].map(([name, { type }]) => [name, type])),
    readLink: async (path) => (await content(path)).toString("utf8"),
    readFile: content,
    async moduleId(path) {
      const found = await entry(path);
      if (found === undefined) throw noSuchPath(path, "submodule");
      return found.id;
    },
  };
}

async function loaded(store: ObjectStore, id: string, path: string): Promise<{ readonly type: string; readonly content: Buffer }> {
  const object = await store.load(id);
  if (object === "too large") throw tooLarge(path, 0);
  return object;
}
