import type { Emit } from "../model/event.ts";
import type { CommitSummary, GitFile, GitRepository } from "../model/git-edit.ts";
import type { GitRef } from "../model/source.ts";

/** How a conversation with a repository is cancelled, and where it tells what it does. */
export interface GitCallOptions {
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/** Which commits of a history are wanted. */
export interface HistoryQuery {
  /** The newest commit to look at. */
  readonly tip: string;
  /** Commits that change one of these files or folders; all commits where the list is empty. "" is the top of the repository. */
  readonly paths: readonly string[];
  /** So many at most. */
  readonly limit: number;
}

/**
 * Reads the history of a repository with the person's own credentials.
 * Every method throws what {@link SourceFetcher.fetch} does.
 */
export interface GitHistory {
  /** The branch that a ref names now; undefined where it names a tag or a commit, which no commit can be added to. */
  tip(
    repository: GitRepository,
    ref: GitRef,
    options: GitCallOptions,
  ): Promise<{ readonly branch: string; readonly commit: string } | undefined>;
  /** Newest first. Of a merge only what it brought to the branch counts: the branch's own line is followed (`git log --first-parent`). */
  log(repository: GitRepository, query: HistoryQuery, options: GitCallOptions): Promise<readonly CommitSummary[]>;
  /** The commit that a person means by a branch, a tag, or an id that may be shortened. Throws REVISION_NOT_FOUND. */
  resolve(repository: GitRepository, name: string, options: GitCallOptions): Promise<string>;
  /** Whether a commit is another one or stands below it, by the whole graph of commits. */
  contains(repository: GitRepository, tip: string, commit: string, options: GitCallOptions): Promise<boolean>;
  /** Every file of a commit, links as links, in Git's order. Throws UNSUPPORTED_CONTENT for a name that is no UTF-8. */
  files(repository: GitRepository, commit: string, options: GitCallOptions): Promise<readonly GitFile[]>;
}
