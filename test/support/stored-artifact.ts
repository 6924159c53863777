import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { FileTree } from "../../src/engine/model/artifact.ts";

/** What an artifact holds: the text of each file by its path, and each folder, with a slash at its end. */
export type Stored = ReadonlyMap<string, string>;

/** Unpacks the archive of an artifact that source-controller serves. */
export async function storedBy(url: string): Promise<Stored> {
  const folder = await mkdtemp(join(tmpdir(), "artifact-"));
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    const archive = join(folder, "archive.tar.gz");
    const files = join(folder, "files");
    await writeFile(archive, new Uint8Array(await response.arrayBuffer()));
    await promisify(execFile)("mkdir", [files]);
    await promisify(execFile)("tar", ["-xzf", archive, "-C", files]);
    const stored = new Map<string, string>();
    for (const entry of await readdir(files, { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath, entry.name);
      const name = path.slice(files.length + 1);
      if (entry.isDirectory()) stored.set(`${name}/`, "");
      else stored.set(name, entry.isFile() ? await readFile(path, "latin1") : "neither a file nor a folder");
    }
    return inOrder(stored);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** All that a tree holds. */
export async function storedIn(tree: FileTree): Promise<Stored> {
  const stored = new Map<string, string>();
  async function walk(folder: string): Promise<void> {
    for (const { name, type } of await tree.list(folder)) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (type === "file") stored.set(path, Buffer.from(await tree.read(path)).toString("latin1"));
      else {
        stored.set(`${path}/`, "");
        await walk(path);
      }
    }
  }
  await walk("");
  return inOrder(stored);
}

function inOrder(stored: Stored): Stored {
  return new Map([...stored].sort(([left], [right]) => (left < right ? -1 : 1)));
}
