import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { GitOpsError } from "../../engine/model/errors.ts";
import type { RawType } from "./linked-tree.ts";

/** An object of Git's store, its content checked against its name. */
export interface GitObject {
  readonly type: string;
  readonly content: Buffer;
}

/** One entry of a tree object. */
export interface TreeObjectEntry {
  readonly type: RawType;
  readonly id: string;
}

/** An object of the cache is damaged, or not what its name says. Caught where the cache is dropped and fetched again. */
export class DamagedCache extends Error {
  override readonly name = "DamagedCache";
}

const MODES: Readonly<Record<string, RawType>> = { "40000": "directory", "120000": "link", "160000": "submodule" };

/** The id that content has as an object (SHA-1 over a header and the content). */
export function objectId(type: string, content: Uint8Array): string {
  return createHash("sha1").update(`${type} ${content.length}\0`).update(content).digest("hex");
}

/** The id of the tree of a commit, or of what a tag names. */
export function referencedId(object: GitObject, field: "tree" | "object"): string {
  const line = object.content.toString("latin1", 0, 64).split("\n", 1)[0] ?? "";
  const id = line.startsWith(`${field} `) ? line.slice(field.length + 1) : "";
  if (!/^[0-9a-f]{40}$/.test(id)) throw new DamagedCache(`a ${object.type} without ${field}`);
  return id;
}

/** When a commit was made, in seconds since 1970; 0 where it does not say. */
export function committedAt(commit: GitObject): number {
  const header = commit.content.toString("latin1").split("\n\n", 1)[0] ?? "";
  return Number(/^committer .*> (\d+) [+-]\d{4}$/m.exec(header)?.[1] ?? 0);
}

/** The entries of a tree object, by name; a name that is no UTF-8 is read as Latin-1. Throws UNSUPPORTED_CONTENT where two are the same. */
export function parseTree(content: Buffer): ReadonlyMap<string, TreeObjectEntry> {
  const entries = new Map<string, TreeObjectEntry>();
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    if (space < 0 || end < 0 || end + 21 > content.length) throw new DamagedCache("a tree that is cut off");
    const mode = content.toString("latin1", at, space).replace(/^0+/, "");
    const bytes = content.subarray(space + 1, end);
    const name = bytes.toString(isUtf8(bytes) ? "utf8" : "latin1");
    if (entries.has(name)) throw new GitOpsError("UNSUPPORTED_CONTENT", `a folder has two entries named ${JSON.stringify(name)}`);
    entries.set(name, { type: MODES[mode] ?? "file", id: content.toString("hex", end + 1, end + 21) });
    at = end + 21;
  }
  return entries;
}
