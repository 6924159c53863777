import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { DeliveryRef } from "../../engine/model/delivery.ts";
import { GitOpsError } from "../../engine/model/errors.ts";
import type { ClusterBindings } from "../../engine/ports/cluster-bindings.ts";

/** `DIALECT/NAMESPACE/NAME` to the uid of a cluster. No part of a name contains a slash. */
type Bindings = ReadonlyMap<string, string>;

/** Another process holds the file for a moment; one that died holding it is not waited for longer than this. */
const LOCK_PATIENCE_MS = 10_000;
const LOCK_PAUSE_MS = 20;

/** The file of the bindings: `$XDG_STATE_HOME/gitops/clusters.json`, by default below ~/.local/state; undefined where neither is known. */
export function bindingsFile(environment: NodeJS.ProcessEnv): string | undefined {
  const { XDG_STATE_HOME: xdg = "", HOME: home = "" } = environment;
  // The XDG specification says that a relative path is to be ignored.
  const base = isAbsolute(xdg) ? xdg : isAbsolute(home) ? join(home, ".local", "state") : undefined;
  return base === undefined ? undefined : join(base, "gitops", "clusters.json");
}

/** Remembers nothing: for a user without a home, such as a container's. Whoever uses it tells the user. */
export const NO_BINDINGS: ClusterBindings = {
  read: async () => undefined,
  write: async () => undefined,
  remove: async () => undefined,
};

/**
 * Remembers clusters in a JSON file of this user. A write replaces the file as a whole, so a reader and a crash see
 * either the old or the new one. Throws INVENTORY_UNREADABLE for a file that is damaged: forgetting it silently would
 * take away the guard against the wrong cluster. Throws LIMIT_EXCEEDED where it cannot be written.
 */
export function createClusterBindings(file: string): ClusterBindings {
  const change = async (edit: (bindings: Map<string, string>) => boolean) => {
    const edited = withLock(file, async () => {
      const bindings = new Map(await readBindings(file));
      if (edit(bindings)) await replaceFile(file, bindings);
    });
    await edited.catch((error: unknown) => {
      throw unwritable(error, file);
    });
  };
  return {
    read: async (ref) => (await readBindings(file)).get(keyOf(ref)),
    write: (ref, cluster) =>
      change((bindings) => {
        const isNew = bindings.get(keyOf(ref)) !== cluster;
        bindings.set(keyOf(ref), cluster);
        return isNew;
      }),
    remove: (ref) => change((bindings) => bindings.delete(keyOf(ref))),
  };
}

async function readBindings(file: string): Promise<Bindings> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
    throw error;
  }
  try {
    return parseBindings(JSON.parse(text));
  } catch (cause) {
    throw new GitOpsError("INVENTORY_UNREADABLE", `the record of which delivery belongs to which cluster is damaged: ${file}`, {
      hint: "delete the file: gitops then asks for each delivery's cluster anew, on its first sync",
      data: { path: file },
      cause,
    });
  }
}

function parseBindings(value: unknown): Bindings {
  const isObject = typeof value === "object" && value !== null && "version" in value && "clusters" in value;
  if (!isObject || value.version !== 1 || typeof value.clusters !== "object" || value.clusters === null)
    throw new TypeError("not a list of clusters");
  return new Map(
    Object.entries(value.clusters).map(([key, cluster]) => {
      if (typeof cluster !== "string") throw new TypeError("a cluster that is no text");
      return [key, cluster];
    }),
  );
}

/** The error for a file or folder that the system refuses; any other error as it is. */
function unwritable(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return error;
  return new GitOpsError(
    "LIMIT_EXCEEDED",
    `the record of which delivery belongs to which cluster cannot be written: ${file} (${String(error.code)})`,
    {
      hint: "set XDG_STATE_HOME to a folder that can be written",
      data: { path: file },
      cause: error,
    },
  );
}

async function replaceFile(file: string, bindings: Bindings): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString("hex")}`;
  const sorted = [...bindings].sort(([left], [right]) => (left < right ? -1 : 1));
  const opened = await open(temporary, "wx", 0o600);
  try {
    await opened.writeFile(`${JSON.stringify({ version: 1, clusters: Object.fromEntries(sorted) }, undefined, 2)}\n`);
    await opened.sync();
  } finally {
    await opened.close();
  }
  await rename(temporary, file);
}

/** One writer at a time, by a file that only one can create. */
async function withLock(file: string, work: () => Promise<void>): Promise<void> {
  const lock = `${file}.lock`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  for (let waited = 0; !(await createLock(lock)); waited += LOCK_PAUSE_MS) {
    const since = (await stat(lock).catch(() => undefined))?.mtimeMs;
    // What is done under the lock takes milliseconds: an old one was left by a process that died.
    if (since !== undefined && Date.now() - since > LOCK_PATIENCE_MS) await rm(lock, { force: true });
    if (waited > 2 * LOCK_PATIENCE_MS)
      throw new GitOpsError("LOCK_HELD", `another process holds ${lock}`, { hint: "delete the file if no gitops runs" });
    await pause(LOCK_PAUSE_MS);
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function createLock(lock: string): Promise<boolean> {
  try {
    await (await open(lock, "wx", 0o600)).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function keyOf(ref: DeliveryRef): string {
  return `${ref.dialect}/${ref.namespace}/${ref.name}`;
}
