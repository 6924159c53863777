import type { FileTree } from "../../engine/model/artifact.ts";
import type { Emit } from "../../engine/model/event.ts";
import type { RemoteRepository } from "../../engine/model/remote-content.ts";
import type { GitRef, Source } from "../../engine/model/source.ts";
import { parseRepositoryUrl } from "./repository-url.ts";
import type { SourceFetcherOptions } from "./fetcher-options.ts";
import { createSourceFetcher } from "./source-fetcher.ts";

/** How repositories that a source names are fetched. */
export interface RemoteRepositoryOptions extends Omit<SourceFetcherOptions, "allowLocal" | "deadlineMs"> {
  /** The source that is built. */
  readonly source: Source;
  /** A source that is a folder has no server of its own: whether the token may then go to whatever host is allowed. */
  readonly isTokenForAny: boolean;
}

/**
 * Fetches a repository that a kustomization names, through the same cache and by the same rules as a source; never a local one.
 * The person's token goes to the server of the source, not to those that its files name. Throws as {@link SourceFetcher.fetch}.
 */
export async function fetchRemoteRepository(wanted: RemoteRepository, emit: Emit, options: RemoteRepositoryOptions): Promise<FileTree> {
  const { source, isTokenForAny, token, environment, ...others } = options;
  const { url, ref, path, deadlineMs, signal } = wanted;
  const sendsToken = source.type === "git" ? isSameServer(source.url, url, options.workingDirectory) : isTokenForAny;
  const { GITOPS_GIT_TOKEN: _, ...withoutToken } = environment;
  const fetcher = createSourceFetcher({
    ...others,
    // Of what this lifts only http:// can begin so, and whoever asks has checked that it is allowed.
    allowLocal: url.startsWith("http://"),
    environment: sendsToken ? environment : withoutToken,
    ...(sendsToken && token !== undefined ? { token } : {}),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  });
  const named: GitRef = ref === "" ? { type: "default" } : { type: "named", name: ref };
  return (await fetcher.fetch({ type: "git", url, ref: named, path }, { signal, emit })).tree;
}

function isSameServer(left: string, right: string, workingDirectory: string): boolean {
  const originOf = (url: string) => parseRepositoryUrl(url, { allowLocal: true, workingDirectory }).origin;
  return originOf(left) !== "" && originOf(left) === originOf(right);
}
