import { GitOpsError } from "../../model/errors.ts";
import type { CommitTrailer, FileEdit, GitFile } from "../../model/git-edit.ts";
import { formatPlacedId, type ResourceId } from "../../model/resource-id.ts";
import type { ProposedCommit } from "../../ports/git-writer.ts";
import type { RunContext } from "../request.ts";
import { affectedDeliveries } from "./affected-deliveries.ts";
import { askedCandidate, commitOf, recordedHistory, committedCandidates, appliedCandidates, type Tip } from "./candidates.ts";
import { appBuild, bareBuild, builtChanges, type BuiltFiles, type DeliveryBuild } from "./delivery-build.ts";
import { isBelow, type ReadFiles } from "./recording-tree.ts";
import type {
  AffectedDelivery,
  BuiltChange,
  FileChange,
  RollbackCandidate,
  RollbackPlan,
  RollbackPorts,
  RollbackRequest,
} from "./rollback-request.ts";

/**
 * Proposes one commit on the tip of a delivery's branch that brings its files back to what they were: those of its folder, and those
 * outside of it that its build reads. The commit is built before anybody sees it, and what it builds is what the old revision builds.
 * Of a delivery that is all of its repository only the files that its builds read are touched.
 *
 * @throws FIXED_REF where the source names no branch, REVISION_NOT_FOUND, EXTRA_CHANGES where the build would not be that of the revision
 * or builds of others change, UNSUPPORTED_CONTENT for what is not built here, SUSPENDED, DELIVERY_NOT_FOUND, BUILD_FAILED and all else
 * that the build of the old revision throws, and what fetching throws.
 */
export async function prepareRollback(request: RollbackRequest, ports: RollbackPorts, context: RunContext): Promise<RollbackPlan> {
  const delivery = await openDelivery(request, ports, context);
  const { repository } = delivery;
  if (delivery.suspended !== undefined && request.delivers) throw suspended(delivery.suspended);
  const tip = await ports.history.tip(repository, delivery.ref, context);
  if (tip === undefined) throw fixedRef(delivery);
  const [now, nowFiles, history] = await Promise.all([
    delivery.at(tip.commit),
    ports.history.files(repository, tip.commit, context),
    recordedHistory(request.found, ports, context),
  ]);
  const applied = appliedCandidates(history);
  const committed = () => committedCandidates(delivery, now.read, tip, ports, context);
  const filesAt = async (commit: string) => ports.history.files(repository, commit, context);
  const to =
    request.to === undefined
      ? await lastThatDiffers(applied, committed, { delivery, now, nowFiles, tip }, ports, context)
      : await askedCandidate(request.to, applied, { delivery, tip }, committed, ports, context);
  const then = await delivery.at(to.commit);
  if (then.manifests === undefined) throw then.failure ?? new GitOpsError("BUILD_FAILED", `${to.commit} does not build`);
  const files = changedFiles(nowFiles, await filesAt(to.commit), concernsOf(delivery, [then.read], [now.read]));
  const base = { address: delivery.address, namespace: delivery.namespace, repository, branch: tip.branch, tip: tip.commit, to, files };
  if (files.length === 0) return { ...base, objects: [], others: [], proposed: undefined };
  for (const { path, isOutside } of files)
    if (isOutside)
      context.emit({ type: "warning", message: `${path} lies outside of ${delivery.path}: other clusters may build from it, too` });
  const proposed = await propose(delivery, { tip, to, files }, history[0]?.revision ?? "", ports, context);
  const proof = await proven(delivery, proposed, then, now);
  const change = { branch: tip.branch, tip: tip.commit, commit: proposed.commit, files };
  const others = await affectedDeliveries(delivery, change, request.build, ports, context);
  if (others.length > 0 && !request.allowOthers) throw othersChange(delivery, others);
  return { ...base, objects: proof, others, proposed };
}

/** The delivery by its source. Throws DELIVERY_NOT_FOUND, UNSUPPORTED_CONTENT, FIXED_REF. */
async function openDelivery({ found, build }: RollbackRequest, ports: RollbackPorts, context: RunContext): Promise<DeliveryBuild> {
  if (found.type === "object") return appBuild(found.found, build, ports, context);
  const { ref } = found;
  const stored = await ports.deliveries.read(ref, context);
  if (stored === undefined)
    throw new GitOpsError("DELIVERY_NOT_FOUND", `no delivery named ${ref.name} in the namespace ${ref.namespace}`, {
      hint: "gitops get -A lists all deliveries",
    });
  return bareBuild(ref, stored.inventory.source, build, ports, context);
}

function fixedRef({ address, ref, refAt }: DeliveryBuild): GitOpsError {
  const what =
    ref.type === "semver" ? `the range ${ref.range}` : ref.type === "commit" ? `commit ${ref.id}` : ref.type === "default" ? "" : ref.name;
  return new GitOpsError("FIXED_REF", `${address} is delivered from ${what}, which is no branch: there is nothing to commit to`, {
    hint: `name an older tag or commit in ${refAt}`,
    data: { delivery: address },
  });
}

function suspended(id: ResourceId): GitOpsError {
  return new GitOpsError("SUSPENDED", `${formatPlacedId(id)} is suspended: a rollback would not be delivered`, {
    hint: `gitops resume ${id.kind} ${id.name} -n ${id.namespace} first, or push alone with --no-wait`,
    data: { object: formatPlacedId(id), namespace: id.namespace, retryable: true },
  });
}

/** Which files belong to a rollback. */
interface Concerns {
  readonly isOwn: (path: string) => boolean;
  readonly isOutside: (path: string) => boolean;
}

/** `then` decides on what is outside; a folder that only the present build reads is no part of the old state. */
function concernsOf({ path: folder }: DeliveryBuild, then: readonly ReadFiles[], now: readonly ReadFiles[]): Concerns {
  const reads = (builds: readonly ReadFiles[], path: string): boolean => builds.some((read) => read.concerns(path));
  if (folder === "") return { isOwn: (path) => reads([...then, ...now], path), isOutside: () => false };
  return { isOwn: (path) => isBelow(path, folder), isOutside: (path) => reads(then, path) };
}

function changedFiles(now: readonly GitFile[], then: readonly GitFile[], { isOwn, isOutside }: Concerns): readonly FileChange[] {
  const before = new Map(now.map((file) => [file.path, file]));
  const after = new Map(then.map((file) => [file.path, file]));
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return paths.flatMap((path): FileChange[] => {
    const [old, wanted] = [before.get(path), after.get(path)];
    if (old?.id === wanted?.id && old?.mode === wanted?.mode) return [];
    const own = isOwn(path);
    return own || isOutside(path) ? [{ path, before: old, after: wanted, isOutside: !own }] : [];
  });
}

interface Present {
  readonly delivery: DeliveryBuild;
  readonly now: BuiltFiles;
  readonly nowFiles: readonly GitFile[];
  readonly tip: Tip;
}

/** Of what was applied, else of what was committed, the first that differs. Throws REVISION_NOT_FOUND where there is none. */
async function lastThatDiffers(
  applied: readonly RollbackCandidate[],
  committed: () => Promise<readonly RollbackCandidate[]>,
  present: Present,
  ports: RollbackPorts,
  context: RunContext,
): Promise<RollbackCandidate> {
  const last =
    (await firstThatDiffers(applied, present, ports, context)) ?? (await firstThatDiffers(await committed(), present, ports, context));
  if (last !== undefined) return last;
  const { address, path } = present.delivery;
  throw new GitOpsError("REVISION_NOT_FOUND", `there is nothing to roll ${address} back to: its files never were otherwise`, {
    hint: `git log -- ${path === "" ? "." : path} shows what changed them`,
    data: { delivery: address },
  });
}

/** The first candidate that the branch still has and whose files are not those of the tip. */
async function firstThatDiffers(
  candidates: readonly RollbackCandidate[],
  { delivery, now, nowFiles, tip }: Present,
  ports: RollbackPorts,
  context: RunContext,
): Promise<RollbackCandidate | undefined> {
  for (const candidate of candidates) {
    if (candidate.commit === tip.commit) continue;
    // What the log of the branch lists is in it; what a status recorded may have been taken out of it since.
    const isThere =
      candidate.knownFrom === "git" || (await ports.history.contains(delivery.repository, tip.commit, candidate.commit, context));
    if (!isThere) continue;
    const files = await ports.history.files(delivery.repository, candidate.commit, context);
    if (changedFiles(nowFiles, files, concernsOf(delivery, [now.read], [now.read])).length > 0) return candidate;
  }
  return undefined;
}

function propose(
  { address, namespace, repository }: DeliveryBuild,
  { tip, to, files }: { readonly tip: Tip; readonly to: RollbackCandidate; readonly files: readonly FileChange[] },
  from: string,
  ports: RollbackPorts,
  context: RunContext,
): Promise<ProposedCommit> {
  const revision = `${tip.branch}@sha1:${to.commit}`;
  const edits = files.map(({ path, before, after }): FileEdit =>
    after === undefined
      ? { path, content: null, mode: before?.mode ?? "100644" }
      : { path, content: { object: after.id }, mode: after.mode },
  );
  const trailers: readonly CommitTrailer[] = [
    { key: "Gitops-Rollback", value: `${address} -n ${namespace}` },
    { key: "Gitops-Rollback-To", value: revision },
    ...(commitOf(from) === "" ? [] : [{ key: "Gitops-Rollback-From", value: from }]),
  ];
  return ports.commits.propose(
    repository,
    { parent: tip.commit, edits, message: `Roll back ${address} to ${tip.branch}@${to.commit.slice(0, 12)}`, trailers },
    context,
  );
}

/** Builds the proposed commit. Its objects must be those of the old revision: anything else is not what was asked. */
async function proven(
  delivery: DeliveryBuild,
  { commit }: ProposedCommit,
  then: BuiltFiles,
  now: BuiltFiles,
): Promise<readonly BuiltChange[] | undefined> {
  const after = await delivery.at(commit);
  const differences = after.manifests === undefined ? undefined : builtChanges(then.manifests ?? [], after.manifests);
  if (differences === undefined || differences.length > 0) {
    const what =
      differences === undefined ? (after.failure?.message ?? "it does not build") : `${differences.map(nameOf).join(", ")} would differ`;
    throw new GitOpsError("EXTRA_CHANGES", `the files of ${delivery.address} alone do not bring the old revision back: ${what}`, {
      hint: "what it builds depends on more than these files: revert the commits by hand",
      data: { delivery: delivery.address },
    });
  }
  return now.manifests === undefined || after.manifests === undefined ? undefined : builtChanges(now.manifests, after.manifests);
}

function othersChange({ address }: DeliveryBuild, others: readonly AffectedDelivery[]): GitOpsError {
  const lines = others.map(({ address: other, objects, failure }) => `${other} (${failure || objects.map(nameOf).join(", ")})`);
  return new GitOpsError(
    "EXTRA_CHANGES",
    `rolling back ${address} changes ${others.length === 1 ? "another delivery" : `${String(others.length)} other deliveries`}: ${lines.join("; ")}`,
    {
      hint: "--allow-others rolls their shared files back, too",
      data: { delivery: address, others: others.map(({ address: other }) => other) },
    },
  );
}

function nameOf({ kind, name, action }: BuiltChange): string {
  return `${kind}/${name} ${action}`;
}
