import { randomBytes } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isJsonObject, type JsonObject } from "../../../engine/model/json.ts";
import { parseExactJson } from "../exact-json.ts";

/** Documents on disk that never change under their hash. A cache may lose anything; it never fails its caller. */
export interface DocumentCache {
  read(name: string, hash: string): Promise<JsonObject | undefined>;
  /** Keeps the document and drops older ones of the same name. */
  write(name: string, hash: string, text: string): Promise<void>;
}

/** @param folder made when it is first written, for its owner only; undefined for no cache. */
export function createDocumentCache(folder: string | undefined): DocumentCache {
  if (folder === undefined) return { read: async () => undefined, write: async () => undefined };
  return {
    read: (name, hash) => readDocument(folder, fileName(name, hash)),
    write: (name, hash, text) => writeDocument(folder, name, hash, text),
  };
}

async function readDocument(folder: string, file: string): Promise<JsonObject | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, file), "utf8");
  } catch {
    // Not there, or not to be read: the server has it.
    return undefined;
  }
  try {
    const document = parseExactJson(text);
    if (isJsonObject(document)) return document;
  } catch {
    // Cut off by a full disk, or not ours: dropped below.
  }
  await rm(join(folder, file), { force: true }).catch(() => undefined);
  return undefined;
}

async function writeDocument(folder: string, name: string, hash: string, text: string): Promise<void> {
  const file = fileName(name, hash);
  const draft = join(folder, `.${file}.${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(draft, text, { mode: 0o600, flag: "wx" });
    // Two processes may write the same document: a rename leaves one of them, whole.
    await rename(draft, join(folder, file));
    const older = (await readdir(folder)).filter((other) => other.startsWith(`${name}@`) && other !== file);
    await Promise.all(older.map((other) => rm(join(folder, other), { force: true })));
  } catch {
    // A read-only or full disk costs time on the next run, nothing else.
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

function fileName(name: string, hash: string): string {
  return `${name}@${hash}.json`;
}
