import type { FileTree, TreeEntry } from "../../engine/model/artifact.ts";
import { GitOpsError } from "../../engine/model/errors.ts";
import { checkContent, isSubmodule } from "./content-rules.ts";
import { checkEntryName, escapes, noSuchPath, pathSegments } from "./tree-path.ts";

/** What an entry is before links are followed. */
export type RawType = "file" | "directory" | "link" | "submodule";

/** A tree that knows nothing of links: every path it is given leads through folders only. */
export interface RawTree {
  /** "/" where the top is that of the file system: then paths are absolute outside, and nothing can lead out. */
  readonly top: "" | "/";
  /** What stands at a path, or undefined. */
  typeOf(path: string): Promise<RawType | undefined>;
  /** The entries of a folder, by name. */
  entries(folder: string): Promise<ReadonlyMap<string, RawType>>;
  readLink(path: string): Promise<string>;
  readFile(path: string): Promise<Uint8Array>;
}

/** The tree of a commit: it knows which commit a submodule stands for. */
export interface CommitTree extends RawTree {
  /** Throws PATH_NOT_FOUND where nothing stands. */
  moduleId(path: string): Promise<string>;
}

/** As many links as Linux follows for one path. */
const MAX_LINKS = 40;

/** Where a path leads, every link followed. `type` is undefined where nothing stands there. */
interface Resolved {
  readonly path: string;
  readonly type: "file" | "directory" | undefined;
}

/** A {@link FileTree} over a raw one: links are followed as data, so that none can lead out of it. */
export function linkedTree(raw: RawTree): FileTree {
  return {
    typeOf: async (path) => (await follow(raw, path)).type,
    list: (path) => listFolder(raw, path),
    async read(path) {
      const { path: real, type } = await follow(raw, path);
      if (type !== "file") throw noSuchPath(path, "file");
      const bytes = await raw.readFile(real);
      checkContent(path, bytes);
      return bytes;
    },
    async resolve(path) {
      const { path: real, type } = await follow(raw, path);
      if (type === undefined) throw noSuchPath(path);
      return real === "" ? real : raw.top + real;
    },
  };
}

async function listFolder(raw: RawTree, path: string): Promise<readonly TreeEntry[]> {
  const { path: real, type } = await follow(raw, path);
  if (type !== "directory") throw noSuchPath(path, "folder");
  const listed: TreeEntry[] = [];
  for (const [name, entry] of await raw.entries(real)) {
    checkEntryName(name, real);
    const child = join(real, name);
    // A submodule shows as a folder, so that whoever goes into it meets the error, and an ignored one hurts nobody.
    const shown = entry === "submodule" ? "directory" : entry === "link" ? (await follow(raw, child)).type : entry;
    if (shown !== undefined) listed.push({ name, type: shown });
  }
  return listed.sort((left, right) => compareCodePoints(left.name, right.name));
}

async function follow(raw: RawTree, path: string): Promise<Resolved> {
  const waiting = [...pathSegments(raw.top === "/" ? path.replace(/^\/+/, "") : path)].reverse();
  let done = "";
  let type: Resolved["type"] = "directory";
  let links = 0;
  for (let segment = waiting.pop(); segment !== undefined; segment = waiting.pop()) {
    if (type !== "directory") return { path: done, type: undefined };
    if (segment === "..") {
      if (done === "") throw escapes(path);
      done = done.slice(0, Math.max(done.lastIndexOf("/"), 0));
      continue;
    }
    const next = join(done, segment);
    const found = await raw.typeOf(next);
    if (found === "submodule") throw isSubmodule(next);
    if (found !== "link") {
      done = next;
      type = found;
      if (found === undefined) return { path: next, type: undefined };
      continue;
    }
    if (++links > MAX_LINKS)
      throw new GitOpsError("BUILD_FAILED", `too many symbolic links at ${path}`, { hint: "the links may form a loop", data: { path } });
    const target = linkTarget(raw, done, next, await raw.readLink(next));
    if (target.fromTop) done = "";
    waiting.push(...[...target.segments].reverse());
  }
  return { path: done, type };
}

/** Where a link leads: never said in an error, since the text may come from a hostile commit. */
function linkTarget(
  raw: RawTree,
  folder: string,
  link: string,
  text: string,
): { readonly fromTop: boolean; readonly segments: readonly string[] } {
  const fromTop = text.startsWith("/");
  if (fromTop && raw.top !== "/") throw escapes(link, link);
  const segments = text.split("/").filter((segment) => segment !== "" && segment !== ".");
  let depth = fromTop ? 0 : folder.split("/").filter(Boolean).length;
  for (const segment of segments) {
    depth += segment === ".." ? -1 : 1;
    if (depth < 0) throw escapes(link, link);
  }
  return { fromTop, segments };
}

/** Joins a folder of a tree ("" is the top) and a name. */
export function join(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

function compareCodePoints(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
