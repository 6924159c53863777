import type { CredentialSources } from "./credentials.ts";
import type { SourceFetcherOptions } from "./fetcher-options.ts";
import { readConfig } from "./git-command.ts";
import { gitEnvironment, type ConfigEntry } from "./git-environment.ts";
import type { RepositoryUrl } from "./repository-url.ts";
import { findWorkTree } from "./work-tree.ts";

const CLONE_KEYS = String.raw`^(http\..*\.extraheader|credential\..*\.(helper|username))$`;

/** What a person has to authenticate with. The clone that they stand in is read once, when the first URL over http needs it. */
export function personalCredentials(
  options: SourceFetcherOptions,
): (url: RepositoryUrl, signal: AbortSignal) => Promise<CredentialSources> {
  const { token, environment, isInteractive } = options;
  let clone: Promise<readonly ConfigEntry[]> | undefined;
  return async (url, signal) => {
    const usesHttp = url.transport === "https" || url.transport === "http";
    if (usesHttp) clone ??= cloneConfiguration(options, signal);
    return { token, environment, clone: (await clone) ?? [], isInteractive };
  };
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
