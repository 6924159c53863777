import type { Artifact } from "../../engine/model/artifact.ts";
import type { Source } from "../../engine/model/source.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import type { SourceFetcher } from "../../engine/ports/source-fetcher.ts";
import { mkdir } from "node:fs/promises";
import { cacheFailure, cacheFolder, sweepCaches } from "./cache.ts";
import { credentialFor, describeCredentials, type CredentialReport, type CredentialSources } from "./credentials.ts";
import { fetchDirectorySource } from "./directory-source.ts";
import { readConfig } from "./git-command.ts";
import { gitEnvironment, type ConfigEntry } from "./git-environment.ts";
import { fetchGitSource } from "./git-source.ts";
import { checkRef } from "./ref-name.ts";
import type { Remote } from "./remote.ts";
import { parseRepositoryUrl, type RepositoryUrl } from "./repository-url.ts";
import { sweepSessions } from "./session.ts";
import { findWorkTree } from "./work-tree.ts";

/** What a fetcher is made with. */
export interface SourceFetcherOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly workingDirectory: string;
  readonly clock: Clock;
  /** `file://`, plain paths and `http://` may be fetched: only where a person typed the URL. */
  readonly allowLocal: boolean;
  /** A person is there: Git's own credential helpers may be asked. */
  readonly isInteractive: boolean;
  /** A token from a flag or a file, for whatever repository is fetched. */
  readonly token?: string;
  /** How long one git may run, in milliseconds; ten minutes where it is left out. */
  readonly deadlineMs?: number;
  /** The size of the largest file that may be read, in bytes; 32 MiB where it is left out. */
  readonly maximumFileBytes?: number;
}

/** Fetches from Git and from folders, and tells how it would authenticate. */
export interface GitSourceFetcher extends SourceFetcher {
  /** What a fetch of a URL would authenticate with, without any secret. Throws as the grammar of URLs does. */
  describeCredentials(url: string, signal: AbortSignal): Promise<readonly CredentialReport[]>;
}

const DEADLINE_MS = 10 * 60_000;
const MAXIMUM_FILE_BYTES = 32 << 20;
const CLONE_KEYS = String.raw`^(http\..*\.extraheader|credential\..*\.(helper|username))$`;

/** Makes the fetcher for Git and directory sources. Its artifacts fetch file contents when they are first read. */
export function createSourceFetcher(options: SourceFetcherOptions): GitSourceFetcher {
  const maximumBytes = options.maximumFileBytes ?? MAXIMUM_FILE_BYTES;
  let clone: Promise<readonly ConfigEntry[]> | undefined;

  async function credentialSources(url: RepositoryUrl, signal: AbortSignal): Promise<CredentialSources> {
    const usesHttp = url.transport === "https" || url.transport === "http";
    if (usesHttp) clone ??= cloneConfiguration(options, signal);
    return { token: options.token, environment: options.environment, clone: (await clone) ?? [], isInteractive: options.isInteractive };
  }

  return {
    async fetch(source, { signal, emit }): Promise<Artifact> {
      signal.throwIfAborted();
      if (source.type === "directory") {
        emit({ type: "source.fetching", source: source.path });
        const artifact = await fetchDirectorySource(source, { environment: options.environment, maximumBytes, signal });
        emit({ type: "source.fetched", source: source.path, revision: artifact.revision });
        return artifact;
      }
      const url = parseRepositoryUrl(source.url, options);
      checkRef(source.ref);
      emit({ type: "source.fetching", source: url.url });
      const credentials = await credentialSources(url, signal);
      for (const message of credentialWarnings(url, credentials)) emit({ type: "warning", message });
      const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
      const remote: Remote = {
        url,
        credentials,
        folder: cacheFolder(options.environment),
        clock: options.clock,
        deadlineMs,
        signal,
        emit,
      };
      const artifact = await fetchPrepared(source, remote, maximumBytes);
      emit({ type: "source.fetched", source: url.url, revision: artifact.revision });
      return artifact;
    },
    async describeCredentials(text, signal) {
      const url = parseRepositoryUrl(text, options);
      return describeCredentials(url, await credentialSources(url, signal));
    },
  };
}

async function fetchPrepared(source: Extract<Source, { type: "git" }>, remote: Remote, maximumBytes: number): Promise<Artifact> {
  try {
    await mkdir(remote.folder, { recursive: true, mode: 0o700 });
    await sweepSessions(remote.folder);
    await sweepCaches(remote.folder);
    return await fetchGitSource(source, remote, maximumBytes);
  } catch (error) {
    throw cacheFailure(error, remote.folder);
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

/** The entries for authentication of the clone that the person stands in; these keys only, and none where there is no clone. */
async function cloneConfiguration(
  { environment, workingDirectory }: SourceFetcherOptions,
  signal: AbortSignal,
): Promise<readonly ConfigEntry[]> {
  const workTree = await findWorkTree(workingDirectory);
  if (workTree === undefined) return [];
  const text = await readConfig({ gitDirectory: workTree.commonDirectory, environment: gitEnvironment(environment), signal }, CLONE_KEYS);
  return text.split("\0").flatMap((entry) => {
    const newline = entry.indexOf("\n");
    return newline < 0 ? [] : [{ key: entry.slice(0, newline), value: entry.slice(newline + 1) }];
  });
}
