import { isCommitId } from "./commit-id.ts";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact, FileTree } from "../../engine/model/artifact.ts";
import { GitOpsError } from "../../engine/model/errors.ts";
import type { GitRef, Revision, Source } from "../../engine/model/source.ts";
import { openCache, type ObjectCache } from "./cache.ts";
import { disambiguate, fetchObjects, listRemote, type FetchRequest } from "./git-command.ts";
import type { GitCall } from "./git-process.ts";
import { gitEnvironment } from "./git-environment.ts";
import { GitFailed } from "./git-failure.ts";
import { committedAt, DamagedCache, referencedId } from "./git-object.ts";
import { gitTree } from "./git-tree.ts";
import { linkedTree, type CommitTree } from "./linked-tree.ts";
import { createObjectReader } from "./object-reader.ts";
import { openObjectStore } from "./object-store.ts";
import { describeRef } from "./ref-name.ts";
import { converse, type Remote } from "./remote.ts";
import {
  parseRemoteRefs,
  pickRef,
  pickVersions,
  refPatterns,
  type RemoteRefs,
  type WantedRef,
  type WantedRevision,
} from "./remote-refs.ts";
import { noSuchPath, pathSegments } from "./tree-path.ts";

type GitSource = Extract<Source, { type: "git" }>;

/** A commit that is in the cache with all its folders. */
interface FetchedCommit {
  readonly id: string;
  /** As the revision shows it; undefined for a commit that was asked for by its id. */
  readonly name: string | undefined;
  /** What to fetch it by again. */
  readonly refspec: string;
}

const TARGET = "refs/gitops/target";
const EVERYTHING = ["+refs/heads/*:refs/gitops/heads/*", "+refs/tags/*:refs/gitops/tags/*"];
const MAX_TAG_DEPTH = 5;

/** The files of a Git source at the revision that it names now. Errors as {@link SourceFetcher.fetch} lists them. */
export async function fetchGitSource(source: GitSource, remote: Remote, maximumBytes: number): Promise<Artifact> {
  const path = buildPath(source);
  const { revision, files } = await openRevision({ ref: source.ref, path, remote, readingFrom: remote, maximumBytes });
  return await artifactOf(source, remote, revision, linkedTree(files));
}

/** What to open, and how. */
export interface RevisionRequest {
  readonly ref: GitRef;
  /** Where the build starts. */
  readonly path: string;
  /** For the commit and its folders. */
  readonly remote: Remote;
  /** For files, when they are read: the same repository with the time that reading may take. */
  readonly readingFrom: Remote;
  readonly maximumBytes: number;
}

/** A revision whose commit and folders are in the cache. */
export interface OpenRevision {
  readonly commit: string;
  readonly revision: Revision;
  readonly files: CommitTree;
}

/** Finds and fetches the commit that a ref names now. */
export async function openRevision({ ref, path, remote, readingFrom, maximumBytes }: RevisionRequest): Promise<OpenRevision> {
  const cache = await openCache(remote.folder, remote.url.url);
  const commit = await fetchRevision(ref, remote, cache, maximumBytes).catch(async (error: unknown) => {
    if (!(error instanceof DamagedCache)) throw error;
    await dropDamaged(cache, remote);
    return await fetchRevision(ref, remote, cache, maximumBytes);
  });
  const store = openObjectStore({ cache, remote: readingFrom, maximumBytes, wholeRef: commit.refspec });
  const revision = commit.name === undefined ? `sha1:${commit.id}` : `${commit.name}@sha1:${commit.id}`;
  return { commit: commit.id, revision, files: await gitTree(store, commit.id, maximumBytes, path) };
}

/** Where a build starts in a source, without leading or trailing slash. */
export function buildPath(source: GitSource): string {
  return pathSegments(source.path.replace(/^\.\//, "")).join("/");
}

/** The artifact of a source. Throws PATH_NOT_FOUND where its folder is not there. */
export async function artifactOf(source: GitSource, { url }: Remote, revision: Revision, tree: FileTree): Promise<Artifact> {
  const path = buildPath(source);
  const type = await tree.typeOf(path);
  if (type !== "directory") throw noSuchPath(path, type === "file" ? "folder (it is a file)" : "folder");
  return { source: { ...source, url: url.url, path }, revision, tree, path };
}

async function fetchRevision(ref: GitRef, remote: Remote, cache: ObjectCache, maximumBytes: number): Promise<FetchedCommit> {
  const wanted = await findRevision(ref, remote, maximumBytes);
  if (wanted.type === "ref") return await fetchRef(wanted, remote, cache, maximumBytes);
  const id = isCommitId(wanted.id) ? wanted.id : await completeId(wanted.id, remote, maximumBytes);
  if (!(await cache.has(id))) await fetchCommit(id, remote, cache, maximumBytes);
  return { id, name: ref.type === "commit" ? ref.of?.name : undefined, refspec: id };
}

/** The ref, or the commit, that a server has for what is asked for. Throws REVISION_NOT_FOUND. */
export async function findRevision(ref: GitRef, remote: Remote, maximumBytes: number): Promise<WantedRevision> {
  const patterns = refPatterns(ref);
  const refs: RemoteRefs =
    patterns.length === 0
      ? { head: undefined, ids: new Map() }
      : parseRemoteRefs(await converse(remote, {}, (call) => listRemote(call, patterns)));
  const versions = ref.type === "semver" ? pickVersions(refs, ref.range) : [];
  const [first, another] = versions;
  if (first !== undefined && another !== undefined) return await newestOf(first, versions, remote, maximumBytes);
  const wanted = pickRef(refs, ref);
  if (wanted === undefined)
    throw noRevision(
      describeRef(ref),
      remote,
      ref.type === "default" ? "push a commit to it, or name a ref: it may be empty" : "check the name: git ls-remote lists what there is",
    );
  return wanted;
}

/** Of several tags for one version the one whose commit is the latest (source-controller's rule), the first by name where they are equal. */
async function newestOf(first: WantedRef, tags: readonly WantedRef[], remote: Remote, maximumBytes: number): Promise<WantedRef> {
  const times = await converse(remote, {}, async (call) => {
    const refspecs = [...new Set(tags.map(({ commit }) => commit))];
    await fetchObjects(call, { refspecs, isShallow: true, filter: "tree:0", known: [] });
    const reader = createObjectReader(call.gitDirectory, call.environment, maximumBytes);
    const objects = await Promise.all(tags.map(({ commit }) => reader.read(commit))).finally(reader.close);
    return objects.map((object) => (typeof object === "object" ? committedAt(object) : 0));
  });
  return tags[times.indexOf(Math.max(...times))] ?? first;
}

async function fetchRef(
  wanted: Extract<WantedRevision, { type: "ref" }>,
  remote: Remote,
  cache: ObjectCache,
  maximumBytes: number,
): Promise<FetchedCommit> {
  const { name, fullName } = wanted;
  if (await cache.has(wanted.commit)) return { id: wanted.commit, name, refspec: fullName };
  const known = await cache.recent();
  const arrived = await fetchShallow(`+${fullName}:${TARGET}`, remote, cache, known, async (call) =>
    (await readFile(join(call.gitDirectory, TARGET), "utf8")).trim(),
  );
  // The ref may have moved since it was listed: what came is what counts.
  const id = await peel(arrived, cache, remote, maximumBytes);
  if (id === undefined) throw noRevision(name, remote, "it names something else than a commit");
  await cache.mark(id);
  return { id, name, refspec: fullName };
}

async function fetchCommit(id: string, remote: Remote, cache: ObjectCache, maximumBytes: number): Promise<void> {
  try {
    await fetchShallow(id, remote, cache, await cache.recent(), async () => undefined);
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    // Some servers give no commit by its id; it may still lie in the history of a branch or tag.
    await converse(remote, {}, async (call) => {
      await fetchObjects(call, { refspecs: EVERYTHING, isShallow: false, filter: "blob:none", known: [] });
      await cache.takeObjects(call.gitDirectory);
    });
  }
  if ((await peel(id, cache, remote, maximumBytes)) !== id)
    throw noRevision(`commit ${id}`, remote, "check the id, and that it was pushed");
  await cache.mark(id);
}

/** The newest commit of a refspec only, without file contents where the server can leave them out. */
async function fetchShallow<T>(
  refspec: string,
  remote: Remote,
  cache: ObjectCache,
  known: readonly string[],
  read: (call: GitCall) => Promise<T>,
): Promise<T> {
  const request: FetchRequest = { refspecs: [refspec], isShallow: true, filter: "blob:none", known };
  const attempt = (wanted: FetchRequest) =>
    converse(
      remote,
      wanted.known.length === 0
        ? { isWhole: wanted.filter === undefined }
        : { objects: join(cache.directory, "objects"), known: wanted.known },
      async (call) => {
        await fetchObjects(call, wanted);
        const result = await read(call);
        await cache.takeObjects(call.gitDirectory);
        return result;
      },
      (failure) =>
        failure.isUnadvertised || (wanted.isShallow && failure.isShallowRefused) || (wanted.known.length > 0 && failure.isLocalDamage),
    );
  try {
    return await attempt(request);
  } catch (error) {
    if (!(error instanceof GitFailed) || error.isUnadvertised) throw error;
    if (error.isShallowRefused) return await attempt({ ...request, isShallow: false, filter: undefined, known: [] });
    await dropDamaged(cache, remote);
    return await attempt({ ...request, known: [] });
  }
}

async function dropDamaged(cache: ObjectCache, remote: Remote): Promise<void> {
  remote.emit({ type: "warning", message: `the Git cache of ${remote.url.url} was damaged: it is fetched again` });
  await cache.drop();
}

/** The commit that an object is or, as a tag, leads to; undefined where there is none. */
async function peel(id: string, cache: ObjectCache, remote: Remote, maximumBytes: number): Promise<string | undefined> {
  const reader = createObjectReader(cache.directory, gitEnvironment(remote.credentials.environment), maximumBytes);
  let next = id;
  try {
    for (let depth = 0; depth < MAX_TAG_DEPTH; depth++) {
      const object = await reader.read(next);
      if (object === undefined || object === "too large") return undefined;
      if (object.type === "commit") return next;
      if (object.type !== "tag") return undefined;
      next = referencedId(object, "object");
    }
    return undefined;
  } finally {
    reader.close();
  }
}

/** The only commit of all branches and tags whose id begins so. */
async function completeId(prefix: string, remote: Remote, maximumBytes: number): Promise<string> {
  const commits = await converse(remote, {}, async (call) => {
    await fetchObjects(call, { refspecs: EVERYTHING, isShallow: false, filter: "tree:0", known: [] });
    const ids = (await disambiguate(call, prefix)).split("\n").filter(isCommitId);
    const reader = createObjectReader(call.gitDirectory, call.environment, maximumBytes);
    const objects = await Promise.all(ids.map((id) => reader.read(id))).finally(reader.close);
    return ids.filter((_, index) => {
      const object = objects[index];
      return typeof object === "object" && object.type === "commit";
    });
  });
  const [only, another] = commits;
  if (only === undefined) throw noRevision(prefix, remote, "no branch, tag or commit is named so");
  if (another !== undefined)
    throw noRevision(`commit ${prefix}`, remote, `the id is ambiguous: ${commits.length} commits begin so, give more digits`);
  return only;
}

function noRevision(what: string, remote: Remote, hint: string): GitOpsError {
  return new GitOpsError("REVISION_NOT_FOUND", `the repository ${remote.url.url} does not have ${what}`, { hint });
}
