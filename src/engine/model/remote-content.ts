import type { FileTree } from "./artifact.ts";

/** Which commit of which repository a kustomization wants. */
export interface RemoteRepository {
  /** https, ssh or scp-like; http only where a person allowed it. Without credentials. */
  readonly url: string;
  /** Branch, tag or commit; "" for the default branch. */
  readonly ref: string;
  /** The folder that is wanted first: fetching may bring what lies there in one request. */
  readonly path: string;
  /** How long fetching may take, in milliseconds; as a source's where undefined. */
  readonly deadlineMs: number | undefined;
  readonly signal: AbortSignal;
}

/** A file behind a URL. */
export interface RemoteFile {
  /** https; http only where a person allowed it. */
  readonly url: string;
  readonly maximumBytes: number;
  /** Throws where a URL that the server redirects to may not be read. */
  readonly check: (url: string) => void;
  readonly signal: AbortSignal;
}

/** What a build reads beside its source: repositories and files that kustomizations name by URL. Whether it may was decided before. */
export interface RemoteContent {
  /** The files of a repository. Throws what fetching a source throws. */
  repository(wanted: RemoteRepository): Promise<FileTree>;
  /**
   * The bytes that a server gives with a status of 2xx. Redirects are followed where `check` lets them.
   * Throws PATH_NOT_FOUND, UNAUTHENTICATED, REDIRECT_REFUSED, CERTIFICATE_INVALID, SOURCE_UNREACHABLE, TIMED_OUT, LIMIT_EXCEEDED.
   */
  file(wanted: RemoteFile): Promise<Uint8Array>;
}
