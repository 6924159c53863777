import type { Artifact } from "../model/artifact.ts";
import type { Emit } from "../model/event.ts";
import type { Source } from "../model/source.ts";

/** How a source is fetched. */
export interface FetchOptions {
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** False where nobody asks which revision a folder has: it takes reading files that the build may not need, and a run of git. Default true. */
  readonly identify?: boolean;
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
