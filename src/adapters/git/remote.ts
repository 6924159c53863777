import { GitOpsError } from "../../engine/model/errors.ts";
import type { Emit } from "../../engine/model/event.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import type { CredentialSources } from "./credentials.ts";
import type { GitCall } from "./git-process.ts";
import { explainGitFailure, GitFailed } from "./git-failure.ts";
import type { RepositoryUrl } from "./repository-url.ts";
import type { SecretCredentials } from "./secret-credentials.ts";
import { openSession } from "./session.ts";

/** One repository elsewhere, for the length of one artifact. */
export interface Remote {
  readonly url: RepositoryUrl;
  readonly credentials: CredentialSources;
  /** In place of all credentials of the person; undefined where the person's own count. */
  readonly secret: SecretCredentials | undefined;
  /** Folder of caches and sessions. */
  readonly folder: string;
  readonly clock: Clock;
  /** How long one git may run, in milliseconds. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/** What a session may build on. */
export interface Shared {
  readonly objects?: string;
  readonly known?: readonly string[];
  /** Everything is to be fetched, since the server cannot leave anything out. */
  readonly isWhole?: boolean;
}

const ATTEMPTS = 3;
const FIRST_DELAY_MS = 500;

/**
 * Talks to a remote in a session of its own. A server that cannot be reached is asked again, twice, after growing pauses;
 * every other failure is final. Throws what {@link explainGitFailure} makes of git's words; `handled` failures pass as they are.
 */
export async function converse<T>(
  remote: Remote,
  shared: Shared,
  work: (call: GitCall) => Promise<T>,
  handled: (failure: GitFailed) => boolean = () => false,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await converseOnce(remote, shared, work);
    } catch (error) {
      remote.signal.throwIfAborted();
      if (!(error instanceof GitFailed) || handled(error)) throw error;
      const explained = explainGitFailure(error, remote.url.url, remote.secret !== undefined);
      if (explained.data["retryable"] !== true || attempt === ATTEMPTS) throw explained;
      const delayMs = FIRST_DELAY_MS * 4 ** (attempt - 1);
      remote.emit({ type: "request.retried", what: remote.url.url, reason: explained.message, attempt, delayMs });
      await remote.clock.sleep(delayMs, remote.signal);
    }
  }
}

async function converseOnce<T>(remote: Remote, shared: Shared, work: (call: GitCall) => Promise<T>): Promise<T> {
  const { url, credentials, secret, folder, deadlineMs, signal } = remote;
  const session = await openSession({
    folder,
    url,
    credentials,
    secret,
    objects: shared.objects,
    known: shared.known ?? [],
    isWhole: shared.isWhole ?? false,
  });
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    return await work({ gitDirectory: session.directory, environment: session.environment, signal: AbortSignal.any([signal, deadline]) });
  } catch (error) {
    if (!deadline.aborted || signal.aborted) throw error;
    throw new GitOpsError("TIMED_OUT", `the Git server took longer than ${deadlineMs / 1000} s: ${url.url}`, {
      hint: "try again",
      cause: error,
    });
  } finally {
    await session.close();
  }
}
