import type { ApplyChange, Change } from "../model/change.ts";
import type { SyncPolicy } from "../model/delivery.ts";
import type { ErrorCode } from "../model/errors.ts";
import { arrayAt, stringAt, valueAt, type JsonObject } from "../model/json.ts";
import type { Guard } from "../model/plan.ts";
import { formatResourceId, resourceKey, type ResourceId } from "../model/resource-id.ts";
import { carriesMark, foreignOwner, type ForeignOwner } from "./ownership.ts";
import type { PruneEvidence } from "./plan-input.ts";

/** A run deletes no more than this many objects, and no more than this share of what the delivery owns, without being told to. */
const MASS_PRUNE_OBJECTS = 20;
const MASS_PRUNE_SHARE = 0.3;

const MOST_NAMED = 5;

/** Whether a person allowed this very object with `--confirm-prune KIND/NAME` (the kind in any case, its group after a dot if wanted). */
export function isConfirmed(id: ResourceId, policy: SyncPolicy): boolean {
  const names = [`${id.kind}/${id.name}`.toLowerCase(), formatResourceId(id).toLowerCase()];
  return policy.confirmPrune.some((confirmed) => names.includes(confirmed.toLowerCase()));
}

/** Trips on a build without objects, unless the delivery has none and only runs hooks. */
export function emptyBuildGuard(objects: number, hooks: number, evidence: PruneEvidence): readonly Guard[] {
  const owned = evidence.inventory?.entries ?? [];
  if (owned.length === 0 && evidence.conventions.startsEmpty) return [];
  if (objects > 0 || evidence.policy.allowEmpty || (hooks > 0 && owned.length === 0)) return [];
  const message = owned.length === 0 ? "the build holds no object" : `the build holds no object, and the delivery owns ${owned.length}`;
  return [{ code: "EMPTY_BUILD", message, hint: "is the path right? --allow-empty goes on", objects: owned }];
}

/** Trips when the record of the delivery is of another cluster. */
export function clusterGuard(evidence: PruneEvidence, cluster: string): readonly Guard[] {
  const recorded = evidence.inventory?.cluster ?? "";
  if (recorded === "" || recorded === cluster) return [];
  const message = `the delivery was last synced to another cluster (${recorded}, this is ${cluster})`;
  return [{ code: "WRONG_CLUSTER", message, hint: "check --context", objects: [] }];
}

/** Trips on objects of the build that live with the mark of another owner. */
export function ownershipGuards(changes: readonly ApplyChange[], evidence: PruneEvidence, name: string): readonly Guard[] {
  const byTool = new Map<string, { readonly id: ResourceId; readonly other: ForeignOwner }[]>();
  for (const { id } of changes) {
    const live = evidence.live.get(resourceKey(id));
    const marks = evidence.ownerMark.of(id);
    if (live === undefined || carriesMark(live, marks)) continue;
    const other = foreignOwner(live, marks);
    if (other === undefined) continue;
    byTool.set(other.tool, [...(byTool.get(other.tool) ?? []), { id, other }]);
  }
  return [...byTool].map(([tool, met]) => {
    const list = named(met.map(({ id, other }) => `${formatResourceId(id)} (${other.owner})`));
    const objects = met.map(({ id }) => id);
    return { code: "OWNED_BY_ANOTHER" as const, message: `owned by another: ${list}`, hint: adoptionHint(tool, name), objects };
  });
}

function adoptionHint(tool: string, name: string): string {
  if (tool === "controller") return "its owner makes it: remove it from Git";
  if (tool === "flux" || tool === "argocd" || tool === "helm") return `gitops adopt ${name} --from ${tool}`;
  return tool === "applyset"
    ? "release it there first (gitops release), or remove it from Git"
    : "delete it from that app first without deleting the object";
}

/** Trips on fields that others manage, where they are not to be taken. */
export function conflictGuard(changes: readonly ApplyChange[], policy: SyncPolicy): readonly Guard[] {
  if (policy.forceConflicts) return [];
  const taken = changes.filter((change) => change.action === "configure" && change.takeovers.length > 0);
  if (taken.length === 0) return [];
  const fields = taken.flatMap((change) =>
    change.action === "configure"
      ? change.takeovers.map(({ field, manager }) => `${formatResourceId(change.id)} ${field} (${manager})`)
      : [],
  );
  return [
    {
      code: "FIELD_CONFLICT",
      message: `fields that others manage: ${named(fields)}`,
      hint: "--force-conflicts takes them",
      objects: taken.map(({ id }) => id),
    },
  ];
}

/** Trips when much of the delivery would go at once. */
export function massPruneGuard(pruned: number, evidence: PruneEvidence): readonly Guard[] {
  const owned = evidence.inventory?.entries.length ?? 0;
  if (evidence.policy.allowMassPrune || pruned <= MASS_PRUNE_OBJECTS || pruned <= owned * MASS_PRUNE_SHARE) return [];
  return [
    { code: "MASS_PRUNE", message: `${pruned} of ${owned} objects would be deleted`, hint: "--allow-mass-prune deletes them", objects: [] },
  ];
}

/**
 * Trips, one guard for each object, on deletions that take more with them than the object itself: Namespaces and CRDs that hold
 * what this run does not delete, volumes, deliveries, and what Git marked with `confirm`.
 *
 * @param declared ids of the build: what is still to be made in a Namespace counts as held by it.
 */
export function protectedPruneGuards(
  pruned: readonly Extract<Change, { action: "prune" }>[],
  declared: readonly ResourceId[],
  evidence: PruneEvidence,
  occasion: "sync" | "deletion",
): readonly Guard[] {
  const going = new Set(pruned.map(({ id }) => resourceKey(id)));
  const guards: Guard[] = [];
  for (const { id, live } of pruned) {
    if (isConfirmed(id, evidence.policy)) continue;
    const reason =
      holdsOthers(id, live, { going, declared, evidence }) ??
      takesMoreAlong(id, live) ??
      asksForConfirmation(id, live, { occasion, evidence });
    if (reason === undefined) continue;
    const name = `${id.kind}/${id.name}`;
    guards.push({
      code: "PROTECTED_PRUNE",
      message: `${formatResourceId(id)} would be deleted: ${reason}`,
      hint: `--confirm-prune ${name} deletes it`,
      objects: [id],
    });
  }
  return guards;
}

interface Surroundings {
  readonly going: ReadonlySet<string>;
  readonly declared: readonly ResourceId[];
  readonly evidence: PruneEvidence;
}

function holdsOthers(id: ResourceId, live: JsonObject, { going, declared, evidence }: Surroundings): string | undefined {
  const isNamespace = id.group === "" && id.kind === "Namespace";
  if (!isNamespace && id.kind !== "CustomResourceDefinition") return undefined;
  const occupants = evidence.occupants.get(resourceKey(id));
  if (occupants === undefined) return "what it holds is not known";
  const [group, kind] = [stringAt(live, "spec", "group"), stringAt(live, "spec", "names", "kind")];
  const within = declared.filter((one) => (isNamespace ? one.namespace === id.name : one.group === group && one.kind === kind));
  const staying = [...new Map([...occupants, ...within].map((one) => [resourceKey(one), one])).values()].filter(
    (one) => !going.has(resourceKey(one)),
  );
  if (staying.length === 0) return undefined;
  return `it holds ${staying.length} that this run does not delete: ${named(staying.map(formatResourceId))}`;
}

function takesMoreAlong({ group, kind }: ResourceId, live: JsonObject): string | undefined {
  if (group === "" && (kind === "PersistentVolume" || kind === "PersistentVolumeClaim")) return "its data may be lost";
  const finalizers = arrayAt(live, "metadata", "finalizers").map(String);
  const cascades =
    (group === "argoproj.io" &&
      (kind === "ApplicationSet" || (kind === "Application" && finalizers.some((name) => name.startsWith("resources-finalizer."))))) ||
    group === "helm.toolkit.fluxcd.io" ||
    (group === "kustomize.toolkit.fluxcd.io" &&
      (valueAt(live, "spec", "prune") === true || /Delete|WaitForTermination/.test(stringAt(live, "spec", "deletionPolicy")))) ||
    (group === "" && kind === "ConfigMap" && stringAt(live, "metadata", "labels", "applyset.kubernetes.io/id") !== "");
  return cascades ? "it is a delivery, and what it delivered may go with it" : undefined;
}

function asksForConfirmation(
  id: ResourceId,
  live: JsonObject,
  { occasion, evidence }: { readonly occasion: "sync" | "deletion"; readonly evidence: PruneEvidence },
): string | undefined {
  const options = evidence.conventions.optionsOfLive(live, formatResourceId(id));
  const wish = occasion === "sync" ? options.prune : options.delete;
  return wish === "confirm" ? `it is marked ${occasion === "sync" ? "Prune" : "Delete"}=confirm` : undefined;
}

/** The first few of a list, and how many more there are. */
function named(all: readonly string[]): string {
  const more = all.length - MOST_NAMED;
  return all.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** A guard on one object. */
export function objectGuard(code: ErrorCode, id: ResourceId, message: string, hint: string): Guard {
  return { code, message: `${formatResourceId(id)}: ${message}`, hint, objects: [id] };
}
