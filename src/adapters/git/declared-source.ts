import type { Artifact } from "../../engine/model/artifact.ts";
import { GitOpsError } from "../../engine/model/errors.ts";
import type { GitRef, Source } from "../../engine/model/source.ts";
import type { SourceAccess } from "../../engine/ports/source-fetcher.ts";
import { isCommitId } from "./commit-id.ts";
import { fetchObjects, listRemote, refsContaining } from "./git-command.ts";
import { GitFailed } from "./git-failure.ts";
import { artifactOf, buildPath, openRevision } from "./git-source.ts";
import { linkedTree } from "./linked-tree.ts";
import { checkRef } from "./ref-name.ts";
import { converse, type Remote } from "./remote.ts";
import { parseRemoteRefs } from "./remote-refs.ts";
import { parseRepositoryUrl, type RepositoryUrl } from "./repository-url.ts";
import { ANONYMOUS, refusePlain, secretCredentials, type SecretCredentials } from "./secret-credentials.ts";
import { withSubmodules } from "./submodules.ts";
import { withoutLinks } from "./without-links.ts";

type GitSource = Extract<Source, { type: "git" }>;

const HISTORY = "refs/gitops/history";

/**
 * The URL that an object declares: https, ssh, scp-like or http, never a place on this machine.
 * Throws PROTOCOL_FORBIDDEN, INVALID_MANIFEST for what is no clean URL or ref.
 */
export function declaredUrl({ url, ref }: GitSource, workingDirectory: string): RepositoryUrl {
  try {
    const parsed = parseRepositoryUrl(url, { allowLocal: false, allowHttp: true, workingDirectory });
    checkRef(ref);
    if (ref.type === "commit" && !isCommitId(ref.id.toLowerCase()))
      throw new GitOpsError("USAGE", "the commit is not an id of 40 hexadecimal digits");
    return parsed;
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.code !== "USAGE") throw error;
    throw new GitOpsError("INVALID_MANIFEST", error.message, { hint: error.hint ?? "correct the source's spec", cause: error });
  }
}

/** What a declared source is fetched with; undefined for the person's own credentials. Throws as {@link secretCredentials}. */
export function declaredCredentials(url: RepositoryUrl, { secret }: SourceAccess): SecretCredentials | undefined {
  if (secret !== undefined) return secretCredentials(url, secret);
  if (url.transport !== "http") return undefined;
  refusePlain(url, new Map());
  return ANONYMOUS;
}

/**
 * The files of a source that an object declares, as source-controller stores them: no symbolic links, and submodules in their places
 * where they are asked for. The time is for finding and fetching the revision, and again for each request for files later.
 * Throws as {@link SourceFetcher.fetch}.
 */
export async function fetchDeclaredSource(
  source: GitSource,
  readingFrom: Remote,
  maximumBytes: number,
  { timeoutMs, submodules }: SourceAccess,
): Promise<Artifact> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const remote: Remote = { ...readingFrom, signal: AbortSignal.any([readingFrom.signal, deadline]) };
  const path = buildPath(source);
  try {
    if (source.ref.type === "commit") await checkCommit(source.ref, remote);
    const { revision, files } = await openRevision({ ref: source.ref, path, remote, readingFrom, maximumBytes });
    const whole = submodules ? await withSubmodules(files, readingFrom, maximumBytes) : files;
    return await artifactOf(source, remote, revision, linkedTree(withoutLinks(whole)));
  } catch (error) {
    if (!deadline.aborted || readingFrom.signal.aborted) throw error;
    throw new GitOpsError("TIMED_OUT", `the Git server took longer than ${timeoutMs / 1000} s: ${remote.url.url}`, {
      hint: "raise spec.timeout of the source, or try again",
      cause: error,
    });
  }
}

/**
 * Asks the server before a commit is taken from the cache: it may have been fetched with other credentials. A branch that is named with
 * it must lead to it, else REVISION_NOT_FOUND.
 */
async function checkCommit({ id, of }: Extract<GitRef, { type: "commit" }>, remote: Remote): Promise<void> {
  const branch = of?.type === "branch" ? `refs/heads/${of.name}` : undefined;
  const { ids } = parseRemoteRefs(await converse(remote, {}, (call) => listRemote(call, [branch ?? "HEAD"])));
  if (branch === undefined || ids.get(branch) === id.toLowerCase()) return;
  const isThere = ids.has(branch);
  if (isThere && (await leadsTo(branch, id.toLowerCase(), remote))) return;
  throw new GitOpsError(
    "REVISION_NOT_FOUND",
    `the repository ${remote.url.url} does not have ${isThere ? `commit ${id} on` : "the"} branch ${of?.name}`,
    { hint: "correct spec.ref, or leave out its branch" },
  );
}

async function leadsTo(branch: string, id: string, remote: Remote): Promise<boolean> {
  return await converse(remote, {}, async (call) => {
    const refspecs = [`+${branch}:${HISTORY}`];
    await fetchObjects(call, { refspecs, isShallow: false, filter: "tree:0", known: [] });
    const containing = await refsContaining(call, id, HISTORY).catch((error: unknown) => {
      // The repository has no such commit at all.
      if (error instanceof GitFailed) return "";
      throw error;
    });
    return containing !== "";
  });
}
