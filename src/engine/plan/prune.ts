import type { Conventions } from "../model/conventions.ts";
import type { Change } from "../model/change.ts";
import type { Inventory, InventoryEntry } from "../model/inventory.ts";
import { arrayAt, stringAt, type JsonObject } from "../model/json.ts";
import type { PruneStep } from "../model/plan.ts";
import { formatResourceId, resourceKey, type ResourceId } from "../model/resource-id.ts";
import { compareIds, stageOf } from "./order.ts";
import { carriesMark, foreignOwner } from "./ownership.ts";
import type { PruneEvidence } from "./plan-input.ts";

const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set(["kube-system", "kube-public", "kube-node-lease", "default"]);

/** Entries of the inventory that the build does not declare. Their live objects must be read, and of Namespaces and CRDs the occupants. */
export function pruneCandidates(inventory: Inventory | undefined, desired: readonly ResourceId[]): readonly InventoryEntry[] {
  const declared = new Set(desired.map(resourceKey));
  return (inventory?.entries ?? []).filter((entry) => !declared.has(resourceKey(entry)));
}

/**
 * Whether a live object counts as content of its Namespace or CRD. Not those that a controller made and owns, nor what every
 * namespace has or what only tells about others.
 */
export function countsAsOccupant(object: JsonObject): boolean {
  if (arrayAt(object, "metadata", "ownerReferences").length > 0) return false;
  const kind = stringAt(object, "kind");
  const name = stringAt(object, "metadata", "name");
  if (kind === "Event" || kind === "Endpoints" || kind === "EndpointSlice" || kind === "PodMetrics") return false;
  return !((kind === "ServiceAccount" && name === "default") || (kind === "ConfigMap" && name === "kube-root-ca.crt"));
}

/** Whether this manager applied an object. A hook that it left, as most delete policies do, goes with its Namespace, unasked. */
export function wasAppliedBy(object: JsonObject, fieldManager: string): boolean {
  const entries = arrayAt(object, "metadata", "managedFields");
  return entries.some((entry) => stringAt(entry, "manager") === fieldManager && stringAt(entry, "operation") === "Apply");
}

type Skip = Extract<Change, { action: "skip" }>;
type Prune = Extract<Change, { action: "prune" }>;

/** What becomes of the candidates. */
export interface PruneDecision {
  readonly pruned: readonly Prune[];
  readonly skipped: readonly Skip[];
  /** Entries that stay in the inventory. What is gone or has another owner by now is not among them. */
  readonly kept: readonly InventoryEntry[];
}

/** Why a deletion may not happen, and whether the delivery still owns the object. */
interface Refusal {
  readonly reason: string;
  readonly owned: boolean;
}

/**
 * Decides for each candidate: delete, leave, or forget because it is gone. Deleted is only what is in the inventory, was read, still
 * carries our owner mark, has no other owner, and is the very object that was recorded (uid).
 *
 * @param occasion a sync honours `prune` and `Prune=false`, the removal of the whole delivery `Delete=false`.
 * @param declaredUids uids of the live objects of the build: one object may be served through two groups.
 */
export function decidePrune(
  candidates: readonly InventoryEntry[],
  evidence: PruneEvidence,
  occasion: "sync" | "deletion",
  declaredUids: ReadonlySet<string> = new Set(),
): PruneDecision {
  const pruned: Prune[] = [];
  const skipped: Skip[] = [];
  const kept: InventoryEntry[] = [];
  for (const entry of candidates) {
    const id: ResourceId = { group: entry.group, kind: entry.kind, namespace: entry.namespace, name: entry.name };
    const live = evidence.live.get(resourceKey(id));
    const unknown = unknownState(id, evidence);
    const refusal = live === undefined ? undefined : refusalOf(entry, live, evidence, occasion, declaredUids);
    if (unknown !== undefined) {
      skipped.push({ action: "skip", id, reason: unknown, isUnknown: true });
      kept.push(entry);
    } else if (refusal !== undefined) {
      skipped.push({ action: "skip", id, reason: refusal.reason });
      if (refusal.owned) kept.push(entry);
    } else if (live !== undefined) {
      pruned.push({ action: "prune", id, live });
    }
  }
  return { pruned, skipped, kept };
}

/** A kind that no available group serves has no objects any more; one whose group does not answer may have. */
function unknownState(id: ResourceId, { unreadable, discovery }: PruneEvidence): string | undefined {
  const reason = unreadable.get(resourceKey(id));
  if (reason !== undefined) return reason;
  if (discovery.find(id) !== undefined || !discovery.unavailableGroups.has(id.group)) return undefined;
  return `the API group ${id.group} does not answer`;
}

function refusalOf(
  entry: InventoryEntry,
  live: JsonObject,
  { policy, ownerMark, inventory, conventions }: PruneEvidence,
  occasion: "sync" | "deletion",
  declaredUids: ReadonlySet<string>,
): Refusal | undefined {
  const uid = stringAt(live, "metadata", "uid");
  if (uid !== "" && declaredUids.has(uid)) return { reason: "the build declares the same object through another group", owned: false };
  const staysOwned = occasion === "deletion" || !conventions.forgetsUnpruned;
  if (occasion === "sync" && !policy.prune) return { reason: "prune is off", owned: staysOwned };
  if (occasion === "sync" && isNamespace(entry) && entry.name === inventory?.namespace)
    return { reason: "the delivery's own record lies in it: gitops delete removes both", owned: true };
  if (isSystemNamespace(entry)) return { reason: `Namespace ${entry.name} is never deleted`, owned: true };
  if (!carriesMark(live, ownerMark.of(entry))) return { reason: `it no longer carries ${ownerMark.text} of this delivery`, owned: false };
  const owner = arrayAt(live, "metadata", "ownerReferences")[0];
  if (owner !== undefined) return { reason: `it belongs to ${stringAt(owner, "kind")} ${stringAt(owner, "name")}`, owned: false };
  const other = foreignOwner(live, ownerMark.of(entry));
  if (other !== undefined) return { reason: `it belongs to ${other.owner}`, owned: false };
  if (entry.uid !== "" && entry.uid !== uid)
    return { reason: "it is another object of the same name than the one that was applied", owned: true };
  const options = conventions.optionsOfLive(live, formatResourceId(entry));
  const wish = occasion === "sync" ? options.prune : options.delete;
  return wish === "no"
    ? { reason: `it is protected (${occasion === "sync" ? "Prune" : "Delete"}=false or helm.sh/resource-policy: keep)`, owned: staysOwned }
    : undefined;
}

function isSystemNamespace(id: ResourceId): boolean {
  return isNamespace(id) && SYSTEM_NAMESPACES.has(id.name);
}

function isNamespace({ group, kind }: ResourceId): boolean {
  return group === "" && kind === "Namespace";
}

/**
 * Puts deletions into groups, in reverse order of applying: higher waves first, then later stages first. CRDs follow all custom
 * resources and Namespaces all of their content, whatever their wave.
 */
export function pruneGroups(pruned: readonly Prune[], conventions: Conventions): readonly (readonly PruneStep[])[] {
  const groups = new Map<string, { readonly order: readonly [number, number]; readonly reason: string; readonly changes: Prune[] }>();
  for (const change of pruned) {
    const { order, reason } = placeOf(change, conventions);
    const key = order.join("/");
    const group = groups.get(key) ?? { order, reason, changes: [] };
    group.changes.push(change);
    groups.set(key, group);
  }
  return [...groups.values()]
    .toSorted((a, b) => b.order[0] - a.order[0] || b.order[1] - a.order[1])
    .map(({ reason, changes }) =>
      changes.toSorted((a, b) => compareIds(b.id, a.id)).map((change) => ({ change, reason, propagation: "Background" as const })),
    );
}

const LAST_WAVE = Number.NEGATIVE_INFINITY;

function placeOf({ id, live }: Prune, conventions: Conventions): { readonly order: readonly [number, number]; readonly reason: string } {
  const stage = stageOf(id);
  if (id.kind === "Namespace" && stage === 0) return { order: [LAST_WAVE, 0], reason: "after everything that lay in it" };
  if (stage === 0) return { order: [LAST_WAVE, 1], reason: "after all objects of its kind" };
  const { wave } = conventions.optionsOfLive(live, formatResourceId(id));
  return { order: [wave, stage], reason: `not in Git; deleted in reverse order of applying (wave ${wave})` };
}
