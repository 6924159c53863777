import type { FileTree, TreeEntry } from "../../src/engine/model/artifact.ts";
import { GitOpsError } from "../../src/engine/model/errors.ts";

/** What stands at a path: the text or bytes of a file, or a symbolic link with its target as written. */
export type MemoryEntry = string | Uint8Array | { readonly link: string };

const MAX_LINKS = 40;

/** A {@link FileTree} held in memory. Folders exist where a file lies below them; add `"folder/": ""` for an empty one. */
export function memoryTree(files: Readonly<Record<string, MemoryEntry>>): FileTree {
  const entries = new Map(Object.entries(files));
  const folders = foldersOf(entries.keys());

  function follow(path: string): string {
    const waiting = path.split("/").filter(Boolean).reverse();
    let done = "";
    let links = 0;
    for (let segment = waiting.pop(); segment !== undefined; segment = waiting.pop()) {
      if (segment === ".") continue;
      if (segment === "..") {
        if (done === "") throw leaves(path);
        done = done.slice(0, Math.max(done.lastIndexOf("/"), 0));
        continue;
      }
      const next = done === "" ? segment : `${done}/${segment}`;
      const entry = entries.get(next);
      if (typeof entry !== "object" || entry instanceof Uint8Array) {
        done = next;
        continue;
      }
      if (++links > MAX_LINKS) throw new GitOpsError("BUILD_FAILED", `too many links at ${path}`, { data: { path } });
      if (entry.link.startsWith("/")) throw leaves(path);
      waiting.push(...entry.link.split("/").filter(Boolean).reverse());
    }
    return done;
  }

  function typeOf(path: string): "file" | "directory" | undefined {
    const real = follow(path);
    if (folders.has(real)) return "directory";
    return entries.has(real) ? "file" : undefined;
  }

  return {
    typeOf: async (path) => typeOf(path),
    async list(path) {
      const real = follow(path);
      if (!folders.has(real)) throw notFound(path);
      const prefix = real === "" ? "" : `${real}/`;
      const names = new Set(
        [...entries.keys(), ...folders]
          .filter((each) => each !== real && each.startsWith(prefix))
          .map((each) => each.slice(prefix.length).split("/", 1)[0] ?? ""),
      );
      names.delete("");
      const listed: TreeEntry[] = [];
      for (const name of [...names].sort(byCodePoint)) {
        const type = typeOf(prefix + name);
        if (type !== undefined) listed.push({ name, type });
      }
      return listed;
    },
    async read(path) {
      const entry = entries.get(follow(path));
      if (typeof entry === "string") return new TextEncoder().encode(entry);
      if (entry instanceof Uint8Array) return entry;
      throw notFound(path);
    },
    async resolve(path) {
      if (typeOf(path) === undefined) throw notFound(path);
      return follow(path);
    },
  };
}

function foldersOf(paths: Iterable<string>): Set<string> {
  const folders = new Set([""]);
  for (const path of paths) {
    const segments = path.split("/");
    for (let length = 1; length < segments.length; length++) folders.add(segments.slice(0, length).join("/"));
  }
  return folders;
}

function leaves(path: string): GitOpsError {
  return new GitOpsError("PATH_ESCAPES_REPOSITORY", `the link ${path} leaves the repository`, { data: { path } });
}

function notFound(path: string): GitOpsError {
  return new GitOpsError("PATH_NOT_FOUND", `no such path: ${path}`, { data: { path } });
}

function byCodePoint(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
