import { readFile } from "node:fs/promises";
import type { SourceFetcherOptions } from "../../adapters/git/fetcher-options.ts";
import { parseRepositoryUrl } from "../../adapters/git/repository-url.ts";
import { createSourceFetcher, type GitSourceFetcher } from "../../adapters/git/source-fetcher.ts";
import { systemClock } from "../../adapters/system-clock.ts";
import { GitOpsError, type GitHistory, type GitWriter, type SourceFetcher } from "../../engine/index.ts";
import type { SourceFlags } from "../command.ts";
import { given } from "../given.ts";
import type { Terminal } from "../terminal.ts";

/** Who works with Git, and where. */
interface GitWiring {
  readonly environment: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
}

function gitOptions({ maxFileSize }: SourceFlags, token: string | undefined, { environment, terminal }: GitWiring): SourceFetcherOptions {
  return {
    environment,
    workingDirectory: process.cwd(),
    clock: systemClock(),
    // Every source of a bare delivery was typed by a person, now or when it was recorded.
    allowLocal: true,
    isInteractive: terminal.interactive,
    ...given({ token, maximumFileBytes: maxFileSize }),
  };
}

/** What reads the history of repositories and writes to them. */
export async function openCommits(
  flags: SourceFlags,
  options: GitWiring,
): Promise<{ readonly history: GitHistory; readonly commits: GitWriter }> {
  const [{ createGitHistory }, { createGitWriter }] = await Promise.all([
    import("../../adapters/git/git-history.ts"),
    import("../../adapters/git/git-writer.ts"),
  ]);
  const token = flags.gitTokenFile === undefined ? undefined : await readToken(flags.gitTokenFile);
  const settings = gitOptions(flags, token, options);
  return { history: createGitHistory(settings), commits: createGitWriter(settings) };
}

/** What fetches the files of a source; with the credentials of a typed URL for that one alone. */
export function openFetcher(flags: SourceFlags, token: string | undefined, options: GitWiring): SourceFetcher {
  const fetcher = openGit(flags, token, options);
  return flags.typedUrl === undefined ? fetcher : withTypedCredentials(fetcher, flags.typedUrl);
}

/** What fetches files, and tells how it would authenticate. */
export function openGit(flags: SourceFlags, token: string | undefined, options: GitWiring): GitSourceFetcher {
  return createSourceFetcher(gitOptions(flags, token, options));
}

/** Credentials in a typed URL reach the fetcher, and nothing else: the source that is planned and recorded is clean. */
function withTypedCredentials(fetcher: SourceFetcher, typedUrl: string): SourceFetcher {
  const clean = parseRepositoryUrl(typedUrl, { allowLocal: true, workingDirectory: process.cwd() });
  if (clean.credentials === undefined) return fetcher;
  return {
    fetch: async (source, options) => {
      if (source.type !== "git" || source.url !== clean.url) return fetcher.fetch(source, options);
      return { ...(await fetcher.fetch({ ...source, url: typedUrl }, options)), source };
    },
  };
}

/** The token of --git-token-file. Throws PATH_NOT_FOUND. */
export async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw new GitOpsError("PATH_NOT_FOUND", `the token file ${file} cannot be read`, {
      hint: "--git-token-file names a file that holds the token and nothing else",
      cause,
      data: { path: file },
    });
  }
}
