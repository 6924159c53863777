import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GitOpsError } from "../../engine/model/errors.ts";
import type { CommitSummary, FileMode, GitFile } from "../../engine/model/git-edit.ts";
import type { GitHistory, HistoryQuery } from "../../engine/ports/git-history.ts";
import { openCache } from "./cache.ts";
import { isCommitId } from "./commit-id.ts";
import type { SourceFetcherOptions } from "./fetcher-options.ts";
import { fetchObjects, isAncestor, listFiles, listRemote, logCommits } from "./git-command.ts";
import { GitFailed } from "./git-failure.ts";
import { gitEnvironment } from "./git-environment.ts";
import type { GitCall } from "./git-process.ts";
import { openRevision } from "./git-source.ts";
import { checkRef } from "./ref-name.ts";
import { converse, type Remote } from "./remote.ts";
import { parseRemoteRefs, pickRef, refPatterns } from "./remote-refs.ts";
import { repositoryOpener } from "./repository-opener.ts";

const BRANCH = "refs/heads/";
const MODES: readonly string[] = ["100644", "100755", "120000", "160000"];
/** Most questions are about the last few changes: this much of a history is fetched before all of it is. */
const FIRST_DEPTH = 200;
/** Trees alone are read; no file is. */
const MAXIMUM_BYTES = 32 << 20;

/** Reads histories through the same cache as the fetcher; no file contents are fetched for it. */
export function createGitHistory(options: SourceFetcherOptions): GitHistory {
  const withRepository = repositoryOpener(options);
  return {
    tip: (repository, ref, call) =>
      withRepository(repository, call, async (remote) => {
        checkRef(ref);
        if (ref.type === "commit" || ref.type === "semver" || ref.type === "tag") return undefined;
        const picked = pickRef(parseRemoteRefs(await converse(remote, {}, (git) => listRemote(git, refPatterns(ref)))), ref);
        if (picked?.type === "ref" && picked.fullName.startsWith(BRANCH))
          return { branch: picked.fullName.slice(BRANCH.length), commit: picked.commit };
        if (picked !== undefined) return undefined;
        throw new GitOpsError("REVISION_NOT_FOUND", `the repository ${remote.url.url} does not have the branch that the source names`, {
          hint: "check the name: git ls-remote lists what there is",
        });
      }),
    log: (repository, query, call) => withRepository(repository, call, (remote) => readLog(remote, query)),
    resolve: (repository, name, call) =>
      withRepository(repository, call, async (remote) => {
        const ref = { type: "named", name } as const;
        checkRef(ref);
        return (await openRevision({ ref, path: "", remote, readingFrom: remote, maximumBytes: MAXIMUM_BYTES })).commit;
      }),
    contains: (repository, tip, commit, call) =>
      withRepository(repository, call, async (remote) => tip === commit || (await isBelow(remote, tip, commit))),
    files: (repository, commit, call) => withRepository(repository, call, (remote) => readFiles(remote, commit)),
  };
}

/** As much of the history as answers the question: some at first, all of it where that was not enough. */
async function readLog(remote: Remote, query: HistoryQuery): Promise<readonly CommitSummary[]> {
  const some = await logAtDepth(remote, query, FIRST_DEPTH);
  if (some.isWhole || some.commits.length >= query.limit) return some.commits;
  return (await logAtDepth(remote, query, undefined)).commits;
}

async function logAtDepth(
  remote: Remote,
  { tip, paths, limit }: HistoryQuery,
  depth: number | undefined,
): Promise<{ readonly commits: readonly CommitSummary[]; readonly isWhole: boolean }> {
  return await converse(remote, {}, async (call) => {
    const request = { refspecs: [tip], isShallow: false, filter: "blob:none", known: [] } as const;
    await fetchObjects(call, depth === undefined ? request : { ...request, depth });
    const cutOff = await boundary(call);
    const text = await logCommits(call, { commit: tip, paths, limit: limit + cutOff.size });
    // What lies behind the oldest commits is not here: they look as if they had made every file.
    const commits = parseLog(text).filter(({ commit }) => !cutOff.has(commit));
    return { commits: commits.slice(0, limit), isWhole: cutOff.size === 0 };
  });
}

/** On a part of the graph the answer would be "no" for what is only not here. */
async function isBelow(remote: Remote, tip: string, commit: string): Promise<boolean> {
  return await converse(remote, {}, async (call) => {
    await fetchObjects(call, { refspecs: [tip], isShallow: false, filter: "tree:0", known: [] });
    return await isAncestor(call, commit, tip);
  });
}

/** Commits whose parents were not fetched. */
async function boundary({ gitDirectory }: GitCall): Promise<ReadonlySet<string>> {
  const text = await readFile(join(gitDirectory, "shallow"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return new Set(text.split("\n").filter(isCommitId));
}

function parseLog(text: string): readonly CommitSummary[] {
  return text
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => {
      const [commit = "", seconds = "0", author = "", subject = ""] = entry.replace(/^\n/, "").split("\u001f");
      return { commit, committedAt: new Date(Number(seconds) * 1000).toISOString(), author, subject };
    });
}

async function readFiles(remote: Remote, commit: string): Promise<readonly GitFile[]> {
  await openRevision({ ref: { type: "commit", id: commit }, path: "", remote, readingFrom: remote, maximumBytes: MAXIMUM_BYTES });
  const { directory } = await openCache(remote.folder, remote.url.url);
  const environment = gitEnvironment(remote.credentials.environment);
  try {
    return parseFiles(await listFiles({ gitDirectory: directory, environment, signal: remote.signal }, commit));
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    throw new GitOpsError("SOURCE_UNREACHABLE", `the Git cache of ${remote.url.url} is damaged`, { hint: "try again", cause: error });
  }
}

/** Reads `git ls-tree -r -z`: `MODE TYPE ID\tPATH\0`. */
function parseFiles(text: string): readonly GitFile[] {
  return text
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => {
      const tab = entry.indexOf("\t");
      const [mode = "", , id = ""] = entry.slice(0, tab).split(" ");
      const path = entry.slice(tab + 1);
      if (path.includes("\ufffd"))
        throw new GitOpsError("UNSUPPORTED_CONTENT", `the repository has a file whose name is no UTF-8: ${JSON.stringify(path)}`, {
          hint: "rename the file",
        });
      // Very old commits have files with other rights than Git knows today.
      const known = MODES.find((each): each is FileMode => each === mode) ?? ("100644" as const);
      return { path, mode: known, id };
    });
}
