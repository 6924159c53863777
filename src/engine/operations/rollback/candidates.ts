import { GitOpsError } from "../../model/errors.ts";
import type { HistoryEntry } from "../../model/object-view.ts";
import type { FoundDelivery } from "../find-object.ts";
import { readHistory } from "../history.ts";
import type { RunContext } from "../request.ts";
import type { DeliveryBuild } from "./delivery-build.ts";
import type { ReadFiles } from "./recording-tree.ts";
import type { RollbackCandidate, RollbackPorts } from "./rollback-request.ts";

/** The words with which controllers, and this program, record an attempt that went well. */
const WENT_WELL: ReadonlySet<string> = new Set(["ReconciliationSucceeded", "Applied"]);
/** As many as Flux keeps. */
const CANDIDATES_OF_GIT = 10;

/** Where the branch of a delivery stands. */
export interface Tip {
  readonly branch: string;
  readonly commit: string;
}

/** The revisions that the record of a delivery says were applied well, the newest first: those that `history` lists so. */
export function appliedCandidates(history: readonly HistoryEntry[]): readonly RollbackCandidate[] {
  return history
    .filter(({ outcome }) => WENT_WELL.has(outcome))
    .map(({ revision, lastAt, firstAt, outcome }) => ({ commit: commitOf(revision), at: lastAt || firstAt, note: outcome }))
    .filter(({ commit }) => commit !== "")
    .map((each): RollbackCandidate => ({ ...each, knownFrom: "status" }));
}

/** The commits of the branch that changed the files of a delivery, the newest first. Reads the history, which may be long. */
export async function committedCandidates(
  delivery: DeliveryBuild,
  read: ReadFiles,
  tip: Tip,
  ports: RollbackPorts,
  context: RunContext,
): Promise<readonly RollbackCandidate[]> {
  const paths = [delivery.path, ...read.foldersOutside(delivery.path)];
  const log = await ports.history.log(delivery.repository, { tip: tip.commit, paths, limit: CANDIDATES_OF_GIT }, context);
  return log.map(({ commit, committedAt, subject }): RollbackCandidate => ({ commit, knownFrom: "git", at: committedAt, note: subject }));
}

/** The attempts that a delivery's own record keeps. */
export async function recordedHistory(found: FoundDelivery, ports: RollbackPorts, context: RunContext): Promise<readonly HistoryEntry[]> {
  return (await readHistory(found, ports, context)).entries;
}

/** The commit of a revision such as `main@sha1:…`; "" for one that names none. */
export function commitOf(revision: string): string {
  return /(?:^|@)sha1:([0-9a-f]{40})(?=$|\+)/.exec(revision)?.[1] ?? "";
}

/**
 * The commit that a person asked for: a revision as it is shown, a branch, a tag, or the beginning of an id.
 * Throws REVISION_NOT_FOUND for one that the history of the branch does not have.
 *
 * @param others more candidates, to be named where nothing is found.
 */
export async function askedCandidate(
  text: string,
  applied: readonly RollbackCandidate[],
  { delivery, tip }: { readonly delivery: DeliveryBuild; readonly tip: Tip },
  others: () => Promise<readonly RollbackCandidate[]>,
  ports: RollbackPorts,
  context: RunContext,
): Promise<RollbackCandidate> {
  const id = /^(?:.*@)?(?:sha1:)?([0-9a-f]{7,40})$/.exec(text)?.[1];
  const unknown = async (cause: unknown) => unknownRevision(text, [...applied, ...(await others())], tip, cause);
  const commit = await ports.history.resolve(delivery.repository, id ?? text, context).catch(async (error: unknown) => {
    if (!(error instanceof GitOpsError) || error.code !== "REVISION_NOT_FOUND") throw error;
    throw await unknown(error);
  });
  if (!(await ports.history.contains(delivery.repository, tip.commit, commit, context))) throw await unknown(undefined);
  return applied.find((each) => each.commit === commit) ?? { commit, knownFrom: "git", at: "", note: "" };
}

function unknownRevision(text: string, candidates: readonly RollbackCandidate[], { branch }: Tip, cause: unknown): GitOpsError {
  const near = candidates.map(({ commit, note }) => `${commit.slice(0, 12)} (${note})`).slice(0, 5);
  return new GitOpsError("REVISION_NOT_FOUND", `the history of the branch ${branch} does not have ${JSON.stringify(text)}`, {
    hint: near.length === 0 ? "git log lists the commits" : `such as ${near.join(", ")}`,
    cause,
    data: { branch, candidates: candidates.map(({ commit }) => commit) },
  });
}
