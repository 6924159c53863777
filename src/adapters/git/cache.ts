import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { GitOpsError } from "../../engine/model/errors.ts";
import { formatConfig } from "./git-environment.ts";

/**
 * The objects of one remote, kept between runs: a bare repository without refs, to which whole packs are added by
 * renaming and nothing is ever changed. So any number of processes read and add at once without a lock, and a process
 * that is killed leaves either a pack or none. It has no remote: a missing object is missing, never fetched behind our back.
 */
export interface ObjectCache {
  readonly directory: string;
  /** Whether every folder of a commit is here (files may be missing still). */
  has(commit: string): Promise<boolean>;
  /** Says that every folder of a commit is here. */
  mark(commit: string): Promise<void>;
  /** The commits used last, newest first. */
  recent(): Promise<readonly string[]>;
  /** Moves the objects of a repository in. */
  takeObjects(from: string): Promise<void>;
  /** Forgets everything. Readers see missing objects then, and fetch them again. */
  drop(): Promise<void>;
}

/** Beyond so many packs every look-up gets slow: starting over is one fetch. */
const MAX_PACKS = 200;
const MAX_RECENT = 4;

/** The folder of all caches: `$XDG_CACHE_HOME/gitops/git`, by default below ~/.cache. Throws USAGE where neither is known. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  const { XDG_CACHE_HOME: xdg = "", HOME: home = "" } = environment;
  // The XDG specification says that a relative path is to be ignored.
  if (isAbsolute(xdg)) return join(xdg, "gitops", "git");
  if (isAbsolute(home)) return join(home, ".cache", "gitops", "git");
  throw new GitOpsError("USAGE", "there is no folder for the Git cache: this user has no home", {
    hint: "set HOME, or XDG_CACHE_HOME to a folder that can be written",
  });
}

/** Opens the cache of a URL, making it where there is none. */
export async function openCache(folder: string, url: string): Promise<ObjectCache> {
  const directory = join(folder, createHash("sha256").update(url).digest("hex"));
  await ensure(folder, directory);
  const packs = join(directory, "objects", "pack");
  const commits = join(directory, "commits");
  /** Another process may be dropping the cache just now: its folders are missing for a moment. */
  const twice = (write: () => Promise<void>) =>
    write().catch(async (error: NodeJS.ErrnoException) => {
      ignoreMissing(error);
      await ensure(folder, directory);
      await write();
    });
  const cache: ObjectCache = {
    directory,
    async has(commit) {
      const now = new Date();
      return await utimes(join(commits, commit), now, now).then(
        () => true,
        () => false,
      );
    },
    mark: (commit) => twice(() => writeFile(join(commits, commit), "")),
    recent: () => newestFirst(commits),
    async takeObjects(from) {
      const source = join(from, "objects", "pack");
      const files = (await readdir(source)).filter((name) => /^pack-[0-9a-f]+\.(?:pack|rev|promisor|idx)$/.test(name));
      // Git finds a pack by its index, so that comes last. The name is the digest of the content: replacing one is harmless.
      const rank = (name: string) => (name.endsWith(".idx") ? 1 : 0);
      for (const name of files.sort((left, right) => rank(left) - rank(right)))
        await twice(() => rename(join(source, name), join(packs, name)));
      // A server of plain files gives single objects.
      for (const part of (await readdir(join(from, "objects"))).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
        await twice(async () => void (await mkdir(join(directory, "objects", part), { recursive: true, mode: 0o700 })));
        for (const name of await readdir(join(from, "objects", part)))
          await twice(() => rename(join(from, "objects", part, name), join(directory, "objects", part, name)));
      }
    },
    async drop() {
      const trash = `${directory}.dropped.${randomBytes(6).toString("hex")}`;
      await rename(directory, trash).catch(ignoreMissing);
      await ensure(folder, directory);
      await rm(trash, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  const indexes = (await readdir(packs)).filter((name) => name.endsWith(".idx"));
  if (indexes.length > MAX_PACKS) await cache.drop();
  return cache;
}

/** Removes what a process that died while dropping a cache, or making one, left behind. */
export async function sweepCaches(folder: string): Promise<void> {
  const cutOff = Date.now() - 60 * 60_000;
  for (const name of await readdir(folder)) {
    if (!/^[0-9a-f]{64}\.(?:dropped|new)\./.test(name)) continue;
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found !== undefined && found.ctimeMs < cutOff) await rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The error for a cache that cannot be written. */
export function cacheFailure(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? "";
  if (!["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "ENOTDIR", "EMFILE"].includes(code)) return error;
  return new GitOpsError("LIMIT_EXCEEDED", `the Git cache ${folder} cannot be written (${code})`, {
    hint: "free some space, or set XDG_CACHE_HOME to a folder that can be written",
    cause: error,
  });
}

async function ensure(folder: string, directory: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (await stat(join(directory, "config")).catch(() => undefined)) return;
  const made = `${directory}.new.${randomBytes(6).toString("hex")}`;
  for (const part of ["objects/pack", "objects/info", "refs", "commits"]) await mkdir(join(made, part), { recursive: true, mode: 0o700 });
  await writeFile(join(made, "HEAD"), "ref: refs/heads/none\n");
  await writeFile(
    join(made, "config"),
    formatConfig([
      { key: "core.repositoryFormatVersion", value: "0" },
      { key: "core.bare", value: "true" },
    ]),
  );
  await rename(made, directory).catch(async (error: NodeJS.ErrnoException) => {
    await rm(made, { recursive: true, force: true });
    // Another process made it in between.
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  });
}

async function newestFirst(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => /^[0-9a-f]{40}$/.test(name));
  const dated = await Promise.all(
    names.map(async (name) => ({ name, time: (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0 })),
  );
  return dated
    .sort((left, right) => right.time - left.time)
    .slice(0, MAX_RECENT)
    .map(({ name }) => name);
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
