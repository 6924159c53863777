import type { CommitTrailer, FileEdit, GitRepository } from "../model/git-edit.ts";
import type { GitCallOptions } from "./git-history.ts";

/** A commit to make. */
export interface CommitRequest {
  /** The commit that it is made on: the tip of the branch that it is meant for. */
  readonly parent: string;
  /** One for each path. */
  readonly edits: readonly FileEdit[];
  /** Subject and, after an empty line, more. */
  readonly message: string;
  readonly trailers: readonly CommitTrailer[];
}

/** A commit that is on this machine only. A fetcher of the same machine finds it by its id, so it can be built before anybody else sees it. */
export interface ProposedCommit {
  readonly commit: string;
  readonly parent: string;
}

/** Where a proposed commit goes. */
export interface PublishTarget {
  /** Name of the branch, without `refs/heads/`. */
  readonly branch: string;
  /** `branch`: it must still stand at the proposal's parent. `new branch`: it must not be there yet. */
  readonly expect: "branch" | "new branch";
}

/**
 * Writes to a repository without a checkout, with the person's own credentials.
 * Nothing is ever forced: a branch moves only from the very commit that the proposal was made on, by compare-and-swap.
 */
export interface GitWriter {
  /**
   * Makes a commit, and changes nothing elsewhere. Files that are not edited keep their very objects and modes.
   * Throws USAGE where the edits change nothing or a path is none, and what {@link SourceFetcher.fetch} throws.
   */
  propose(repository: GitRepository, request: CommitRequest, options: GitCallOptions): Promise<ProposedCommit>;
  /**
   * Pushes a commit. Sent again after an answer was lost, it finds its own work done.
   * Throws TIP_MOVED where the branch stands elsewhere (or a new one is there already), PUSH_REFUSED where the server's rules do not let
   * anybody push so, UNAUTHENTICATED and FORBIDDEN for lack of rights, SOURCE_UNREACHABLE, TIMED_OUT.
   */
  publish(repository: GitRepository, proposed: ProposedCommit, target: PublishTarget, options: GitCallOptions): Promise<void>;
}
