import type { Artifact } from "../model/artifact.ts";
import type { Emit } from "../model/event.ts";
import type { Source } from "../model/source.ts";

/** Brings the files of a source. */
export interface SourceFetcher {
  /**
   * The files at the revision that the source names now.
   * Throws REPOSITORY_NOT_FOUND, REVISION_NOT_FOUND, PATH_NOT_FOUND, UNAUTHENTICATED, HOST_KEY_UNKNOWN, PROTOCOL_FORBIDDEN,
   * PATH_ESCAPES_REPOSITORY, SOURCE_UNREACHABLE, LIMIT_EXCEEDED, TIMED_OUT.
   */
  fetch(source: Source, options: { readonly signal: AbortSignal; readonly emit: Emit }): Promise<Artifact>;
}
