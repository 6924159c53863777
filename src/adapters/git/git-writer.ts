import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { GitOpsError } from "../../engine/model/errors.ts";
import type { CommitTrailer, FileEdit } from "../../engine/model/git-edit.ts";
import type { CommitRequest, GitWriter, ProposedCommit, PublishTarget } from "../../engine/ports/git-writer.ts";
import { openCache, type ObjectCache } from "./cache.ts";
import { isCommitId } from "./commit-id.ts";
import type { SourceFetcherOptions } from "./fetcher-options.ts";
import { commitTree, committerOf, listRemote, pushCommit, treeOf, writeObject, writeTree } from "./git-command.ts";
import { GitFailed } from "./git-failure.ts";
import type { GitCall } from "./git-process.ts";
import { openRevision } from "./git-source.ts";
import { openObjectStore } from "./object-store.ts";
import { isAboutTheRef, refusedPush, withPushHint } from "./push-failure.ts";
import { isRefName } from "./ref-name.ts";
import { converse, type Remote } from "./remote.ts";
import { parseRemoteRefs } from "./remote-refs.ts";
import { repositoryOpener } from "./repository-opener.ts";
import { checkEntryName, pathSegments } from "./tree-path.ts";

const MAXIMUM_BYTES = 32 << 20;
const NO_OBJECT = "0".repeat(40);

/** Writes commits by Git's plumbing, in the cache of the fetcher and sessions of their own: no checkout, no hook, no filter. */
export function createGitWriter(options: SourceFetcherOptions): GitWriter {
  const withRepository = repositoryOpener(options);
  return {
    propose: (repository, request, call) =>
      withRepository(repository, call, (remote) => propose(remote, request, options.maximumFileBytes ?? MAXIMUM_BYTES)),
    publish: (repository, proposed, target, call) => withRepository(repository, call, (remote) => publish(remote, proposed, target)),
  };
}

async function propose(remote: Remote, request: CommitRequest, maximumBytes: number): Promise<ProposedCommit> {
  const { parent, edits } = request;
  checkEdits(request);
  await openRevision({ ref: { type: "commit", id: parent }, path: "", remote, readingFrom: remote, maximumBytes });
  const cache = await openCache(remote.folder, remote.url.url);
  await fetchNamed(edits, parent, cache, remote, maximumBytes);
  const commit = await converse(remote, { objects: join(cache.directory, "objects"), known: [parent] }, async (call) => {
    const tree = await editedTree(call, parent, edits);
    if (tree === (await treeOf(call, parent)))
      throw new GitOpsError("USAGE", "the commit would change nothing", { hint: "every file is as wanted already" });
    const made = await commitTree(await signed(call, remote), tree, parent, messageOf(request));
    await cache.takeObjects(call.gitDirectory);
    return made;
  });
  await cache.mark(commit);
  return { commit, parent };
}

/** Refuses paths that git, or a careless reader of the commit, would take for something else. */
function checkEdits({ parent, edits, trailers }: CommitRequest): void {
  if (!isCommitId(parent)) throw new GitOpsError("USAGE", "the parent is not a commit id of 40 hexadecimal digits");
  const seen = new Set<string>();
  for (const { path } of edits) {
    const segments = pathSegments(path);
    for (const segment of segments) checkEntryName(segment, path);
    if (path === "" || segments.join("/") !== path || seen.has(path))
      throw new GitOpsError("USAGE", `the path of an edit is not plain, or there twice: ${JSON.stringify(path)}`);
    seen.add(path);
  }
  for (const { key, value } of trailers)
    if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(key) || /[\r\n\0]/.test(value))
      throw new GitOpsError("USAGE", `the trailer ${JSON.stringify(key)} is not one line of text`);
}

/** What edits name by its id must be here before it is sent: all that is missing comes in one request. */
async function fetchNamed(
  edits: readonly FileEdit[],
  parent: string,
  cache: ObjectCache,
  remote: Remote,
  maximumBytes: number,
): Promise<void> {
  const store = openObjectStore({ cache, remote, maximumBytes, wholeRef: parent });
  await Promise.all(
    edits.map(async ({ content, mode }) => {
      if (content !== null && "object" in content && mode !== "160000") await store.load(content.object);
    }),
  );
}

async function editedTree(call: GitCall, parent: string, edits: readonly FileEdit[]): Promise<string> {
  const removed: string[] = [];
  const added: string[] = [];
  for (const { path, content, mode } of edits) {
    if (content === null) removed.push(`0 ${NO_OBJECT}\t${path}\0`);
    else added.push(`${mode} ${content instanceof Uint8Array ? await writeObject(call, content) : content.object}\t${path}\0`);
  }
  // A file may make room for a folder of its name.
  return await writeTree(call, parent, [...removed, ...added].join(""));
}

function messageOf({ message, trailers }: CommitRequest): string {
  const lines = trailers.map(({ key, value }: CommitTrailer) => `${key}: ${value}`);
  return `${message.trimEnd()}\n${lines.length === 0 ? "" : `\n${lines.join("\n")}\n`}`;
}

/** The environment of git with the names that a commit bears: those of git's own variables, of its configuration, else of this user. */
async function signed(call: GitCall, { credentials }: Remote): Promise<GitCall> {
  const given = credentials.environment;
  const from = (name: string) => given[name] ?? "";
  const configured = await committerOf(call).catch((error: unknown) => {
    if (error instanceof GitFailed) return "";
    throw error;
  });
  const [, configuredName = "", configuredEmail = ""] = /^(.*) <(.*)> \d+ [+-]\d+$/.exec(configured) ?? [];
  const user = userName(from("USER") || from("LOGNAME"));
  const committer = {
    name: from("GIT_COMMITTER_NAME") || from("GIT_AUTHOR_NAME") || configuredName || user,
    email: from("GIT_COMMITTER_EMAIL") || from("GIT_AUTHOR_EMAIL") || configuredEmail || `${user}@${hostname()}`,
  };
  const names = {
    GIT_AUTHOR_NAME: from("GIT_AUTHOR_NAME") || committer.name,
    GIT_AUTHOR_EMAIL: from("GIT_AUTHOR_EMAIL") || committer.email,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
  };
  return { ...call, environment: { ...call.environment, ...names } };
}

function userName(fromEnvironment: string): string {
  if (fromEnvironment !== "") return fromEnvironment;
  try {
    return userInfo().username;
  } catch {
    // The user database does not know this user.
    return "gitops";
  }
}

async function publish(remote: Remote, { commit, parent }: ProposedCommit, { branch, expect }: PublishTarget): Promise<void> {
  if (!isRefName(branch)) throw new GitOpsError("USAGE", "the branch is not a valid name", { hint: "see git help check-ref-format" });
  const ref = `refs/heads/${branch}`;
  const { directory } = await openCache(remote.folder, remote.url.url);
  const shared = { objects: join(directory, "objects"), known: [parent] };
  const expected = expect === "branch" ? parent : "";
  try {
    await converse(remote, shared, (call) => pushCommit(call, commit, ref, expected), isAboutTheRef);
  } catch (error) {
    if (!(error instanceof GitFailed)) throw withPushHint(error, remote);
    // Not the words but the ref itself says whether a race was lost: every server has its own.
    const at = parseRemoteRefs(await converse(remote, {}, (call) => listRemote(call, [ref]))).ids.get(ref);
    if (at === commit) return;
    if ((at ?? "") !== expected) throw tipMoved(branch, expect, at);
    throw refusedPush(error, remote.url.url, branch);
  }
}

function tipMoved(branch: string, expect: PublishTarget["expect"], at: string | undefined): GitOpsError {
  const what = at === undefined ? "was deleted meanwhile" : expect === "branch" ? "has moved meanwhile" : "is there already";
  return new GitOpsError("TIP_MOVED", `the branch ${branch} ${what}: nothing was pushed`, {
    hint: expect === "branch" ? "try again" : "choose another name",
    data: { branch, retryable: expect === "branch" },
  });
}
