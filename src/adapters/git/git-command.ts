import { join } from "node:path";
import { GitFailed, gitMissing } from "./git-failure.ts";
import { runNetworkGit, type GitCall } from "./git-process.ts";

/** What a fetch brings. */
export interface FetchRequest {
  /** Full ref names, `source:target` pairs or object ids, all checked before. */
  readonly refspecs: readonly string[];
  /** Only the newest commit. */
  readonly isShallow: boolean;
  /** So many of the newest commits, where `isShallow` is off; all where it is left out. */
  readonly depth?: number;
  /** Leave out what is asked for later, where the server can: all file contents, or trees as well. */
  readonly filter: "blob:none" | "tree:0" | undefined;
  /** Commits that are here already, whose trees need not come again. */
  readonly known: readonly string[];
}

/** What a remote lists under the patterns, and where its HEAD points: the text of `git ls-remote --symref`. */
export async function listRemote(call: GitCall, patterns: readonly string[]): Promise<string> {
  return await runNetworkGit(call, ["ls-remote", "--symref", "--end-of-options", "origin", ...patterns]);
}

/** Fetches from the remote of the repository into it, without tags, hooks or submodules. */
export async function fetchObjects(call: GitCall, request: FetchRequest): Promise<void> {
  const options = [
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    "--no-auto-maintenance",
    "--force",
    "--stdin",
  ];
  if (request.isShallow) options.push("--depth=1");
  else if (request.depth !== undefined) options.push(`--depth=${String(request.depth)}`);
  if (request.filter !== undefined) options.push(`--filter=${request.filter}`);
  options.push(...request.known.map((id) => `--negotiation-tip=${id}`));
  // Refspecs go by standard input: a round may ask for more ids than an argument list holds.
  await runNetworkGit(call, ["fetch", ...options, "--end-of-options", "origin"], `${request.refspecs.join("\n")}\n`);
}

/** The object ids that begin with a prefix, one a line. */
export async function disambiguate(call: GitCall, prefix: string): Promise<string> {
  return await runGit(call, ["rev-parse", `--disambiguate=${prefix}`]);
}

/** The refs below a prefix whose history has a commit, one a line. */
export async function refsContaining(call: GitCall, commit: string, prefix: string): Promise<string> {
  return await runGit(call, ["for-each-ref", `--contains=${commit}`, "--format=%(refname)", prefix]);
}

/** The entries of a `.gitmodules`, as `key\nvalue\0`; nothing that it includes is read. Throws GitFailed where git cannot read it. */
export async function readModules(call: GitCall, text: string): Promise<string> {
  return await runNetworkGit(call, ["config", "--file", "-", "--no-includes", "--null", "--list"], text);
}

/** What differs from HEAD in a work tree, NUL-separated (git-status(1), porcelain v1), ignored files and folders included. */
export async function workTreeStatus(call: GitCall, workTree: string): Promise<string> {
  const options = ["--porcelain=v1", "-z", "--untracked-files=all", "--ignored=matching", "--no-renames", "--ignore-submodules=all"];
  return await runGit({ ...call, environment: { ...call.environment, GIT_WORK_TREE: workTree } }, ["status", ...options]);
}

/** The values of a repository's own configuration under keys that match, as `key\nvalue\0`. Nothing that it includes is read. */
export async function readConfig(call: GitCall, keys: string): Promise<string> {
  return await runGit(call, ["config", "--local", "--no-includes", "--null", "--get-regexp", keys]);
}

/** The commits of a history that change some of the paths, as `ID\x1fSECONDS\x1fAUTHOR\x1fSUBJECT\0`. */
export async function logCommits(
  call: GitCall,
  { commit, paths, limit }: { readonly commit: string; readonly paths: readonly string[]; readonly limit: number },
): Promise<string> {
  const format = "--format=%H%x1f%ct%x1f%an%x1f%s";
  const options = ["-z", "--first-parent", "--no-color", "--no-notes", "--no-show-signature", format, `--max-count=${String(limit)}`];
  const named = paths.includes("") ? [] : paths;
  return await runNetworkGit(call, ["--literal-pathspecs", "log", ...options, commit, "--", ...named]);
}

/** Whether a commit is in the history of another one, by the commits that are here; one that is not here is in none. */
export async function isAncestor(call: GitCall, commit: string, tip: string): Promise<boolean> {
  const listed = await runNetworkGit(call, ["rev-list", "--missing=allow-any", tip]);
  return listed.split("\n").includes(commit);
}

/** Every file of a commit, as `MODE TYPE ID\tPATH\0`. */
export async function listFiles(call: GitCall, commit: string): Promise<string> {
  return await runNetworkGit(call, ["ls-tree", "-r", "-z", "--full-tree", commit]);
}

/** Keeps content as an object of the repository. Answers its id. */
export async function writeObject(call: GitCall, content: Uint8Array): Promise<string> {
  return (await runNetworkGit(call, ["hash-object", "-w", "--no-filters", "--stdin"], content)).trim();
}

/**
 * Writes the tree of a commit with some entries put into it or (mode 0) taken out. No file is needed for it, and none is made.
 *
 * @param entries `MODE ID\tPATH\0`, one after another
 * @returns the id of the tree.
 */
export async function writeTree(call: GitCall, parent: string, entries: string): Promise<string> {
  const indexed = { ...call, environment: { ...call.environment, GIT_INDEX_FILE: join(call.gitDirectory, "index") } };
  await runNetworkGit(indexed, ["read-tree", parent]);
  await runNetworkGit(indexed, ["update-index", "-z", "--add", "--replace", "--index-info"], entries);
  return (await runNetworkGit(indexed, ["write-tree", "--missing-ok"])).trim();
}

/** The tree of a commit. */
export async function treeOf(call: GitCall, commit: string): Promise<string> {
  return (await runNetworkGit(call, ["rev-parse", "--verify", "--end-of-options", `${commit}^{tree}`])).trim();
}

/** Makes a commit of a tree. Answers its id. */
export async function commitTree(call: GitCall, tree: string, parent: string, message: string): Promise<string> {
  return (await runNetworkGit(call, ["commit-tree", "--no-gpg-sign", "-p", parent, "-F", "-", tree], message)).trim();
}

/** The name and address that git would write into a commit: `NAME <ADDRESS> TIME ZONE`. Throws GitFailed where it knows none. */
export async function committerOf(call: GitCall): Promise<string> {
  return (await runNetworkGit(call, ["-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"])).trim();
}

/**
 * Moves a ref of the remote from a commit to one that stands on it, or makes it.
 *
 * @param expected the commit where the ref stands; "" where it must not be there.
 */
export async function pushCommit(call: GitCall, commit: string, ref: string, expected: string): Promise<void> {
  // An empty left side would delete the ref (git-push(1)): only a commit is ever sent.
  if (!/^[0-9a-f]{40}$/.test(commit)) throw new GitFailed("fatal: no commit to push");
  const options = ["--quiet", "--no-signed", "--no-verify", "--no-follow-tags", "--no-recurse-submodules", "--no-progress"];
  await runNetworkGit(call, ["push", ...options, `--force-with-lease=${ref}:${expected}`, "origin", `${commit}:${ref}`]);
}

/**
 * Runs one git that stays on this machine. Every argument is fixed text or a value that has been checked; simple-git's
 * own list of what is unsafe, all of it off, is a second net. Its import costs 20 ms, so only whoever needs it pays.
 */
async function runGit(call: GitCall, args: readonly string[]): Promise<string> {
  call.signal.throwIfAborted();
  const { simpleGit } = await import("simple-git");
  const environment = { ...call.environment, GIT_DIR: call.gitDirectory };
  const git = simpleGit({
    baseDir: call.gitDirectory,
    abort: call.signal,
    trimmed: false,
    allowEnvironment: Object.keys(environment).filter((name) => name.startsWith("GIT_")),
    errors: (error, result) => failureText(error, result.exitCode, result.stdErr),
  });
  try {
    return await git.env(environment).raw([...args]);
  } catch (error) {
    call.signal.throwIfAborted();
    throw asFailure(error);
  }
}

/** What a run that went wrong said; undefined for one that went well. A run ended by a signal has no status. */
function failureText(error: Buffer | Error | undefined, status: number | null, stderr: readonly Buffer[]): Buffer | undefined {
  if (error instanceof Error) return Buffer.from(error.message);
  const said = Buffer.concat(stderr);
  // `git config --get-regexp` that finds nothing ends with 1 and says nothing.
  if (status === 0 || (status === 1 && said.length === 0)) return undefined;
  return said.length > 0 ? said : Buffer.from(`git ended with status ${status}`);
}

function asFailure(error: unknown): Error {
  const text = error instanceof Error ? error.message : String(error);
  if (/spawn git ENOENT/.test(text)) return gitMissing(error);
  return new GitFailed(text);
}
