/** What an entry of a commit is, in Git's own numbers: a file, one that may be executed, a symbolic link, a submodule. */
export type FileMode = "100644" | "100755" | "120000" | "160000";

/** One entry of a commit. */
export interface GitFile {
  /** From the top of the repository, with forward slashes. */
  readonly path: string;
  readonly mode: FileMode;
  /** Of its content as an object of the repository: equal ids, equal bytes. */
  readonly id: string;
}

/** One file that a commit leaves otherwise than the commit before it. */
export interface FileEdit {
  /** From the top of the repository, with forward slashes. */
  readonly path: string;
  /** The whole content (of a link the text that it leads to), an object that the repository has already, or null to delete the file. */
  readonly content: Uint8Array | { readonly object: string } | null;
  /** Says nothing of a file that is deleted. */
  readonly mode: FileMode;
}

/** A line at the end of a commit's message that programs read (git-interpret-trailers(1)). */
export interface CommitTrailer {
  readonly key: string;
  readonly value: string;
}

/** One commit of a history. */
export interface CommitSummary {
  readonly commit: string;
  /** ISO 8601. */
  readonly committedAt: string;
  readonly author: string;
  readonly subject: string;
}

/** A repository that is worked in with the person's own credentials. */
export interface GitRepository {
  readonly url: string;
  /** An object of the cluster names it: then no place on this machine is meant, and nothing is sent unencrypted with credentials. */
  readonly isDeclared: boolean;
}
