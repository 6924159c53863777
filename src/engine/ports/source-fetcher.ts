import type { Artifact } from "../model/artifact.ts";
import type { Emit } from "../model/event.ts";
import type { Source } from "../model/source.ts";

/** How to reach the repository that an object declares, in place of what a person typed. */
export interface SourceAccess {
  /** The Secret's data, decoded: `username`, `password`, `bearerToken`, `identity`, `known_hosts`, `ca.crt` …; undefined for the person's own credentials. */
  readonly secret: ReadonlyMap<string, Uint8Array> | undefined;
  /** How long the fetch may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Submodules are fetched too; off, one below the built path is refused. */
  readonly submodules: boolean;
}

/** How a source is fetched. */
export interface FetchOptions {
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** False where nobody asks which revision a folder has: it takes reading files that the build may not need, and a run of git. Default true. */
  readonly identify?: boolean;
  /** Present where an object names the source: then no local path is read, and nothing is sent unencrypted with credentials. */
  readonly access?: SourceAccess;
}

/** Brings the files of a source. */
export interface SourceFetcher {
  /**
   * The files at the revision that the source names now.
   * Throws REPOSITORY_NOT_FOUND, REVISION_NOT_FOUND, PATH_NOT_FOUND, UNAUTHENTICATED, HOST_KEY_UNKNOWN, PROTOCOL_FORBIDDEN,
   * PATH_ESCAPES_REPOSITORY, SOURCE_UNREACHABLE, LIMIT_EXCEEDED, TIMED_OUT.
   */
  fetch(source: Source, options: FetchOptions): Promise<Artifact>;
}
