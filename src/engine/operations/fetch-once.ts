import type { Artifact } from "../model/artifact.ts";
import type { SourceFetcher } from "../ports/source-fetcher.ts";

/**
 * A fetcher that brings each Git source once, however often it is asked: for a listing whose deliveries share repositories, and for a
 * watch, where every change of the cluster is compared again. Folders are read anew each time, they cost no network.
 */
export function fetchingOnce(fetcher: SourceFetcher): SourceFetcher {
  const fetched = new Map<string, Promise<Artifact>>();
  return {
    fetch(source, options) {
      if (source.type !== "git") return fetcher.fetch(source, options);
      const key = JSON.stringify(source);
      const known = fetched.get(key);
      if (known !== undefined) return known;
      const artifact = fetcher.fetch(source, options);
      fetched.set(key, artifact);
      artifact.catch(() => fetched.delete(key));
      return artifact;
    },
  };
}
