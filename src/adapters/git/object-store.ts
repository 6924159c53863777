import { setImmediate } from "node:timers/promises";
import { GitOpsError } from "../../engine/model/errors.ts";
import type { ObjectCache } from "./cache.ts";
import { fetchObjects } from "./git-command.ts";
import { GitFailed } from "./git-failure.ts";
import { gitEnvironment } from "./git-environment.ts";
import { DamagedCache, type GitObject } from "./git-object.ts";
import { createObjectReader, type ObjectReader } from "./object-reader.ts";
import { converse, type Remote } from "./remote.ts";

/** Objects of a remote, read from the cache; what it lacks is fetched, all that is missing at one time in one request. */
export interface ObjectStore {
  /**
   * @param companions ids that are likely wanted soon after this one; asked for only where this one is missing.
   * @returns "too large" where the object is longer than the store's maximum.
   */
  load(id: string, companions?: () => Promise<readonly string[]>): Promise<GitObject | "too large">;
}

/** What a store is made of. `wholeRef` names what to fetch complete from a server that gives no single objects. */
export interface ObjectStoreOptions {
  readonly cache: ObjectCache;
  readonly remote: Remote;
  readonly maximumBytes: number;
  readonly wholeRef: string;
}

/** The first fetch may meet a cache that another process, or damage, empties under it. */
const ATTEMPTS = 2;

/** Opens a store. A damaged cache is dropped once, with a warning, and its objects are fetched again. */
export function openObjectStore(options: ObjectStoreOptions): ObjectStore {
  const { cache, remote } = options;
  let reader = newReader(options);
  let isRenewed = false;
  let renewal: Promise<void> | undefined;
  let reading = 0;
  let wanted = new Set<string>();
  let round: Promise<void> | undefined;

  async function renew(): Promise<void> {
    isRenewed = true;
    remote.emit({ type: "warning", message: `the Git cache of ${remote.url.url} was damaged: it is fetched again` });
    reader.close();
    await cache.drop();
    reader = newReader(options);
  }

  async function read(id: string): Promise<GitObject | "too large" | undefined> {
    await renewal;
    const used = reader;
    reading++;
    try {
      return await used.read(id);
    } catch (error) {
      if (!(error instanceof DamagedCache)) throw error;
      if (used !== reader) return undefined;
      if (isRenewed && renewal === undefined) throw damagedAgain(error);
      await (renewal ??= renew().finally(() => (renewal = undefined)));
      return undefined;
    } finally {
      reading--;
    }
  }

  async function untilAnswered(): Promise<void> {
    await setImmediate();
    if (reading > 0) await untilAnswered();
  }

  /** Fetches once every question of this moment is answered, so that all that is missing goes into one request. */
  function fetchMissing(ids: readonly string[]): Promise<void> {
    for (const id of ids) wanted.add(id);
    round ??= (async () => {
      await untilAnswered();
      const asked = [...wanted];
      wanted = new Set();
      round = undefined;
      await fetchRound(options, asked);
    })();
    return round;
  }

  return {
    async load(id, companions) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const found = await read(id);
        if (found !== undefined) return found;
        // Git overlooks a broken pack, and even the good one of the same name that replaces it.
        if (attempt > 0 && !isRenewed) await (renewal ??= renew().finally(() => (renewal = undefined)));
        const others = companions === undefined ? [] : await companions();
        const present = await Promise.all(others.map(read));
        await fetchMissing([id, ...others.filter((_, index) => present[index] === undefined)]);
      }
      return (await read(id)) ?? Promise.reject(notGiven(id, remote));
    },
  };
}

async function fetchRound({ cache, remote, wholeRef }: ObjectStoreOptions, ids: readonly string[]): Promise<void> {
  const fetchInto = (refspecs: readonly string[], isWhole: boolean) =>
    converse(
      remote,
      {},
      async (call) => {
        await fetchObjects(call, { refspecs, isShallow: true, filter: isWhole ? undefined : "blob:none", known: [] });
        await cache.takeObjects(call.gitDirectory);
      },
      (failure) => !isWhole && (failure.isUnadvertised || failure.isShallowRefused),
    );
  try {
    await fetchInto(ids, false);
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    await fetchInto([wholeRef], true);
  }
}

function newReader({ cache, remote, maximumBytes }: ObjectStoreOptions): ObjectReader {
  return createObjectReader(cache.directory, gitEnvironment(remote.credentials.environment), maximumBytes);
}

function notGiven(id: string, remote: Remote): GitOpsError {
  return new GitOpsError("SOURCE_UNREACHABLE", `the Git server does not give object ${id}: ${remote.url.url}`, {
    hint: "the branch may have been rewritten meanwhile: try again",
  });
}

function damagedAgain(cause: unknown): GitOpsError {
  return new GitOpsError("SOURCE_UNREACHABLE", "the Git cache is damaged again after it was fetched anew", {
    hint: "check the disk, or set XDG_CACHE_HOME to another one",
    cause,
  });
}
