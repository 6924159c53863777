import type { Artifact } from "../../engine/model/artifact.ts";
import type { SourceFetcher } from "../../engine/ports/source-fetcher.ts";
import type { SourceProbe } from "../../engine/ports/source-probe.ts";
import { fetchDirectorySource } from "./directory-source.ts";
import type { SourceFetcherOptions } from "./fetcher-options.ts";
import type { RemoteFetcher } from "./remote-source.ts";

/** Fetches from Git and from folders, and tells how it would authenticate. */
export interface GitSourceFetcher extends SourceFetcher, SourceProbe {}

const MAXIMUM_FILE_BYTES = 32 << 20;

/** Makes the fetcher for Git and directory sources. The half that speaks to servers is loaded with the first source that has one. */
export function createSourceFetcher(options: SourceFetcherOptions): GitSourceFetcher {
  const maximumBytes = options.maximumFileBytes ?? MAXIMUM_FILE_BYTES;
  let loaded: Promise<RemoteFetcher> | undefined;
  const remotes = (): Promise<RemoteFetcher> => (loaded ??= loadRemotes(options));
  return {
    async fetch(source, fetchOptions): Promise<Artifact> {
      const { signal, emit, identify = true } = fetchOptions;
      signal.throwIfAborted();
      if (source.type === "git") return (await remotes()).fetch(source, maximumBytes, fetchOptions);
      emit({ type: "source.fetching", source: source.path });
      const artifact = await fetchDirectorySource(source, { environment: options.environment, maximumBytes, signal, identify });
      emit({ type: "source.fetched", source: source.path, revision: artifact.revision });
      return artifact;
    },
    describeCredentials: async (url, signal) => (await remotes()).describeCredentials(url, signal),
    probe: async (source, fetchOptions) => (await remotes()).probe(source, fetchOptions),
  };
}

async function loadRemotes(options: SourceFetcherOptions): Promise<RemoteFetcher> {
  const { createRemoteFetcher } = await import("./remote-source.ts");
  return createRemoteFetcher(options);
}
