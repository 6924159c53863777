import { mkdir } from "node:fs/promises";
import type { GitRepository } from "../../engine/model/git-edit.ts";
import type { GitCallOptions } from "../../engine/ports/git-history.ts";
import { cacheFailure, cacheFolder, sweepCaches } from "./cache.ts";
import { declaredUrl } from "./declared-source.ts";
import type { SourceFetcherOptions } from "./fetcher-options.ts";
import { personalCredentials } from "./personal-credentials.ts";
import { refusePlain, ANONYMOUS } from "./secret-credentials.ts";
import type { Remote } from "./remote.ts";
import { DEADLINE_MS } from "./remote-source.ts";
import { parseRepositoryUrl, type RepositoryUrl } from "./repository-url.ts";
import { sweepSessions } from "./session.ts";

/** Does some work with a repository that is opened with the person's own credentials. */
export type WithRepository = <T>(repository: GitRepository, options: GitCallOptions, work: (remote: Remote) => Promise<T>) => Promise<T>;

/** Opens repositories for a person who reads their history and writes to them. */
export function repositoryOpener(options: SourceFetcherOptions): WithRepository {
  const credentialSources = personalCredentials(options);
  const folder = cacheFolder(options.environment);
  return async (repository, { signal, emit }, work) => {
    signal.throwIfAborted();
    const url = urlOf(repository, options);
    const remote: Remote = {
      url,
      credentials: await credentialSources(url, signal),
      // Whoever wrote the object could have credentials of others sent unencrypted.
      secret: repository.isDeclared && url.transport === "http" ? ANONYMOUS : undefined,
      folder,
      clock: options.clock,
      deadlineMs: options.deadlineMs ?? DEADLINE_MS,
      signal,
      emit,
    };
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await sweepSessions(folder);
      await sweepCaches(folder);
      return await work(remote);
    } catch (error) {
      throw cacheFailure(error, folder);
    }
  };
}

function urlOf({ url, isDeclared }: GitRepository, options: SourceFetcherOptions): RepositoryUrl {
  if (!isDeclared) return parseRepositoryUrl(url, options);
  const parsed = declaredUrl({ type: "git", url, ref: { type: "default" }, path: "" }, options.workingDirectory);
  if (parsed.transport === "http") refusePlain(parsed, new Map());
  return parsed;
}
