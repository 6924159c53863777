import type { Inventory, InventoryEntry } from "../../model/inventory.ts";
import { stringAt } from "../../model/json.ts";
import type { SyncPolicy } from "../../model/delivery.ts";
import type { Plan } from "../../model/plan.ts";
import { resourceKey } from "../../model/resource-id.ts";
import type { RunState } from "./run-state.ts";

/**
 * The intent as it is stored before the first write: a run that dies from here on leaves it.
 * Objects that may be recreated stand in it without their uid: the one that a dead run made would else be taken for a stranger's.
 */
export function intentOf(plan: Plan, policy: Pick<SyncPolicy, "force">): Inventory {
  const steps = plan.waves.flatMap(({ stages }) => stages.flatMap((stage) => stage.steps));
  const recreated = new Set(
    steps
      .filter(({ change, method }) => method === "recreate" || (policy.force && change.action === "configure"))
      .map(({ change }) => resourceKey(change.id)),
  );
  const entries = plan.intent.entries.map((entry) => (recreated.has(resourceKey(entry)) ? { ...entry, uid: "" } : entry));
  return { ...plan.intent, unfinished: true, entries };
}

/**
 * What the delivery owns at the end of a run. After a failure, or a run that did not come to its end, it stays old ∪ new, less what is gone;
 * otherwise it is what Git declares and what survived the prune.
 */
export function inventoryAfter(plan: Plan, state: RunState, isComplete: boolean): Inventory {
  const succeeded = isComplete && !state.hasFailed;
  const base = succeeded ? plan.after : plan.intent;
  const entries = new Map<string, InventoryEntry>();
  // Of what survived the prune the plan knows the id only; the record of an app names the version too.
  const recorded = new Map(plan.intent.entries.map((entry) => [resourceKey(entry), entry.version]));
  const all: readonly InventoryEntry[] = [
    ...base.entries,
    ...plan.prune.flat().map(({ change }) => ({ ...change.id, uid: stringAt(change.live, "metadata", "uid") })),
  ];
  for (const entry of all) {
    const key = resourceKey(entry);
    const known = entries.get(key);
    if (known !== undefined && known.uid !== "") continue;
    if (state.isGone(entry)) continue;
    const { group, kind, namespace, name } = entry;
    const uid = state.uidOf(entry) || entry.uid;
    const version = entry.version ?? known?.version ?? recorded.get(key);
    entries.set(key, { group, kind, namespace, name, uid, ...(version === undefined ? {} : { version }) });
  }
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  return { ...base, ...(succeeded ? {} : { unfinished: true as const }), entries: sorted };
}

/** Whether a record says all that it can of an inventory: that of an app keeps no more than which objects there are. */
export function sameInventory(a: Inventory, b: Inventory): boolean {
  if (a.source.type === "git" && a.source.url === "") return a.unfinished !== true && idsOf(a) === idsOf(b);
  return JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
}

function idsOf({ entries }: Inventory): string {
  return entries
    .map((entry) => `${resourceKey(entry)} ${entry.version ?? ""}`)
    .toSorted()
    .join("\n");
}

function canonical({ version, cluster, source, namespace, revision, unfinished, entries }: Inventory): unknown {
  return [
    version,
    cluster,
    sourceText(source),
    namespace,
    revision,
    unfinished === true,
    entries.map((entry) => `${resourceKey(entry)}#${entry.uid}`),
  ];
}

function sourceText(source: Inventory["source"]): unknown {
  return source.type === "directory" ? source.path : [source.url, Object.entries(source.ref).sort(), source.path];
}
