import type { FileTree } from "../../model/artifact.ts";
import { GitOpsError } from "../../model/errors.ts";

/** Which files a build depends on. */
export interface ReadFiles {
  /** Whether the build read a file, asked whether it is there, listed the folder that it is in, or went through it. */
  concerns(path: string): boolean;
  /** The folders of the files that were read, those below one folder left out. */
  foldersOutside(folder: string): readonly string[];
}

/** Files that tell what was asked of them. */
export interface RecordedTree {
  readonly tree: FileTree;
  /** What was asked so far. */
  readFiles(): Promise<ReadFiles>;
}

/** Wraps files so that they tell afterwards which of them a build depends on. A file that is missing counts: a build may take another for it. */
export function recordingTree(tree: FileTree): RecordedTree {
  const asked = new Set<string>();
  const read = new Set<string>();
  const listed = new Set<string>();
  return {
    tree: {
      typeOf: (path) => (asked.add(path), tree.typeOf(path)),
      list: (path) => (listed.add(path), tree.list(path)),
      read: (path) => (read.add(path), tree.read(path)),
      resolve: (path) => (asked.add(path), tree.resolve(path)),
    },
    async readFiles() {
      const [files, folders, others] = await Promise.all([withTargets(read, tree), withTargets(listed, tree), withTargets(asked, tree)]);
      const seen = new Set([...files, ...folders, ...others].flatMap(prefixesOf));
      return {
        concerns: (path) => seen.has(path) || folders.has(folderOf(path)),
        foldersOutside: (folder) =>
          [...new Set([...files].map(folderOf))].filter((each) => each !== folder && !isBelow(each, folder)).toSorted(),
      };
    },
  };
}

/** Whether a path is a folder itself or lies below it; "" is the top. */
export function isBelow(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

/** Paths as they were written and as they are with every link followed. */
async function withTargets(paths: ReadonlySet<string>, tree: FileTree): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    [...paths].map(async (path) => {
      const plain = normalized(path);
      try {
        return [plain, await tree.resolve(path)];
      } catch (error) {
        if (error instanceof GitOpsError) return [plain];
        throw error;
      }
    }),
  );
  return new Set(found.flat());
}

function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** A path and everything above it: one of these may be a link. */
function prefixesOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}
