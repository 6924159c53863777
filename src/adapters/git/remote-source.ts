import type { Artifact } from "../../engine/model/artifact.ts";
import type { Source } from "../../engine/model/source.ts";
import type { FetchOptions, SourceAccess } from "../../engine/ports/source-fetcher.ts";
import type { SourceProbe } from "../../engine/ports/source-probe.ts";
import { mkdir } from "node:fs/promises";
import { cacheFailure, cacheFolder, sweepCaches } from "./cache.ts";
import { credentialFor, describeCredentials, type CredentialSources } from "./credentials.ts";
import type { SourceFetcherOptions } from "./fetcher-options.ts";
import { declaredCredentials, declaredUrl, fetchDeclaredSource } from "./declared-source.ts";
import { fetchGitSource, findRevision } from "./git-source.ts";
import { personalCredentials } from "./personal-credentials.ts";
import { checkRef } from "./ref-name.ts";
import type { Remote } from "./remote.ts";
import { parseRepositoryUrl, type RepositoryUrl } from "./repository-url.ts";
import { sweepSessions } from "./session.ts";

/** How long one git may run where nobody says. */
export const DEADLINE_MS = 10 * 60_000;

/** Fetches from Git over the network, and tells how it would authenticate. */
export interface RemoteFetcher extends SourceProbe {
  fetch(source: GitSource, maximumBytes: number, options: FetchOptions): Promise<Artifact>;
}

type GitSource = Extract<Source, { type: "git" }>;

/** Makes the half of the fetcher that speaks to Git servers. Its artifacts fetch file contents when they are first read. */
export function createRemoteFetcher(options: SourceFetcherOptions): RemoteFetcher {
  const credentialSources = personalCredentials(options);

  async function remoteOf(source: GitSource, { signal, emit, access }: FetchOptions): Promise<Remote> {
    const url = access === undefined ? typedUrl(source, options) : declaredUrl(source, options.workingDirectory);
    const secret = access === undefined ? undefined : declaredCredentials(url, access);
    emit({ type: "source.fetching", source: url.url });
    const credentials = await credentialSources(url, signal);
    if (secret === undefined) for (const message of credentialWarnings(url, credentials)) emit({ type: "warning", message });
    const deadlineMs = access?.timeoutMs ?? options.deadlineMs ?? DEADLINE_MS;
    return { url, credentials, secret, folder: cacheFolder(options.environment), clock: options.clock, deadlineMs, signal, emit };
  }

  return {
    async fetch(source, maximumBytes, fetchOptions) {
      const { emit, access } = fetchOptions;
      const remote = await remoteOf(source, fetchOptions);
      const artifact = await fetchPrepared(source, remote, maximumBytes, access);
      emit({ type: "source.fetched", source: remote.url.url, revision: artifact.revision });
      return artifact;
    },
    async probe(source, fetchOptions) {
      const remote = await remoteOf(source, fetchOptions);
      await prepared(remote, () => findRevision(source.ref, remote, 0));
    },
    async describeCredentials(text, signal) {
      const url = parseRepositoryUrl(text, options);
      return describeCredentials(url, await credentialSources(url, signal));
    },
  };
}

function typedUrl(source: GitSource, options: SourceFetcherOptions): RepositoryUrl {
  const url = parseRepositoryUrl(source.url, options);
  checkRef(source.ref);
  return url;
}

function fetchPrepared(source: GitSource, remote: Remote, maximumBytes: number, access: SourceAccess | undefined): Promise<Artifact> {
  return prepared(remote, async () => {
    await sweepCaches(remote.folder);
    return await (access === undefined
      ? fetchGitSource(source, remote, maximumBytes)
      : fetchDeclaredSource(source, remote, maximumBytes, access));
  });
}

/** Works in the folder of caches, of which it is certain that it is there. */
async function prepared<Result>({ folder }: Remote, work: () => Promise<Result>): Promise<Result> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await sweepSessions(folder);
    return await work();
  } catch (error) {
    throw cacheFailure(error, folder);
  }
}

function credentialWarnings(url: RepositoryUrl, sources: CredentialSources): readonly string[] {
  const visible = `the credentials in the URL of ${url.origin} are visible to others in process lists and shell history: use GITOPS_GIT_TOKEN`;
  const isPlain = url.transport === "http" && credentialFor(url, sources) !== undefined;
  return [
    ...(url.credentials === undefined ? [] : [visible]),
    ...(isPlain ? [`the credentials are sent unencrypted to ${url.origin}`] : []),
  ];
}
