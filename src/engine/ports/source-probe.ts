import type { Source } from "../model/source.ts";
import type { FetchOptions } from "./source-fetcher.ts";

/** A way in which a repository could be authenticated, in words without any secret. */
export interface CredentialDescription {
  readonly source: string;
  /** Whether it is the one that a fetch would use. */
  readonly isUsed: boolean;
}

/** Looks whether a repository answers, without fetching it. */
export interface SourceProbe {
  /** What a fetch of a URL would authenticate with, in the order in which it is tried. Throws USAGE, PROTOCOL_FORBIDDEN for no clean URL. */
  describeCredentials(url: string, signal: AbortSignal): Promise<readonly CredentialDescription[]>;
  /** Asks the server for the ref of a source. Throws as SourceFetcher does. */
  probe(source: Extract<Source, { readonly type: "git" }>, options: FetchOptions): Promise<void>;
}
