import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync, type Stats } from "node:fs";
import { join as joinPath, sep } from "node:path";
import type { FileTree } from "../../engine/model/artifact.ts";
import { tooLarge } from "./content-rules.ts";
import { join, linkedTree, type RawTree, type RawType } from "./linked-tree.ts";
import { noSuchPath } from "./tree-path.ts";

/** What a tree over a folder knows about it. */
export interface DirectoryTreeOptions {
  /** Absolute path of the top, free of links. */
  readonly top: string;
  /** The top is that of a Git work tree: then folders with a repository of their own are submodules, as are these. */
  readonly submodules: ReadonlySet<string> | undefined;
  readonly maximumBytes: number;
}

/**
 * The files below a folder as they are now. Git's own files are not among them; devices, pipes and sockets neither.
 *
 * Reads without the thread pool: handing each small file over to it and back costs more than reading it. Signals are heard in between.
 */
export function directoryTree({ top, submodules, maximumBytes }: DirectoryTreeOptions): FileTree {
  const absolutePath = (path: string) => joinPath(top, path);
  // Without a work tree nothing can be left, and paths are absolute. Inside one an absolute link is refused, as it is in a commit.
  const isWhole = top === sep;
  const hearSignals = signalListener();

  async function typeOf(path: string): Promise<RawType | undefined> {
    if (path === "") return "directory";
    if (path.slice(path.lastIndexOf("/") + 1) === ".git") return undefined;
    const found = statusOf(absolutePath(path));
    if (found === undefined) return undefined;
    if (found.isSymbolicLink()) return "link";
    if (found.isFile()) return "file";
    if (!found.isDirectory()) return undefined;
    return isSubmodule(path) ? "submodule" : "directory";
  }

  function isSubmodule(path: string): boolean {
    if (submodules === undefined) return false;
    return submodules.has(path) || statusOf(joinPath(absolutePath(path), ".git")) !== undefined;
  }

  const raw: RawTree = {
    top: isWhole ? "/" : "",
    typeOf,
    async entries(folder) {
      await hearSignals();
      const names = readdirSync(absolutePath(folder));
      const types = await Promise.all(names.map((name) => typeOf(join(folder, name))));
      return new Map(names.flatMap((name, index) => (types[index] === undefined ? [] : [[name, types[index]]])));
    },
    readLink: (path) => Promise.resolve(readlinkSync(absolutePath(path))),
    async readFile(path) {
      await hearSignals();
      return readRegularFile(absolutePath(path), isWhole ? absolutePath(path) : path, maximumBytes);
    },
  };
  return linkedTree(raw);
}

/** The longest that signals wait, in milliseconds. */
const DEAF = 50;

/** Lets the event loop turn when it has not for a while. */
function signalListener(): () => Promise<void> {
  let heard = process.uptime();
  return async () => {
    if ((process.uptime() - heard) * 1000 < DEAF) return;
    await new Promise((resolve) => setImmediate(resolve));
    heard = process.uptime();
  };
}

/** Undefined for what is not there. */
function statusOf(absolutePath: string): Stats | undefined {
  try {
    return lstatSync(absolutePath, { throwIfNoEntry: false });
  } catch (error) {
    return absent(error);
  }
}

/** Reads what is still a file: one that was swapped for a link, a pipe or a device since it was looked at is refused. */
function readRegularFile(absolutePath: string, path: string, maximumBytes: number): Uint8Array {
  const file = openedFile(absolutePath);
  if (file === undefined) throw noSuchPath(path, "file");
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw noSuchPath(path, "file");
    if (found.size > maximumBytes) throw tooLarge(path, maximumBytes);
    const bytes = readFileSync(file);
    if (bytes.length > maximumBytes) throw tooLarge(path, maximumBytes);
    return bytes;
  } finally {
    closeSync(file);
  }
}

function openedFile(absolutePath: string): number | undefined {
  try {
    return openSync(absolutePath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return absent(error);
  }
}

function absent(error: unknown): undefined {
  if (!(error instanceof Error && "code" in error && ["ENOENT", "ENOTDIR", "ELOOP"].includes(String(error.code)))) throw error;
}
