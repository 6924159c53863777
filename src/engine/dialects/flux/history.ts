import { arrayAt, objectAt, stringAt, valueAt, type JsonObject } from "../../model/json.ts";
import type { HistoryEntry } from "../../model/object-view.ts";

/** `status.history` of a Kustomization (the last five snapshots that it applied), newest first. */
export function kustomizationHistory(object: JsonObject): readonly HistoryEntry[] {
  return arrayAt(object, "status", "history")
    .map((entry) => ({
      revision: stringAt(entry, "metadata", "revision"),
      firstAt: stringAt(entry, "firstReconciled"),
      lastAt: stringAt(entry, "lastReconciled"),
      outcome: stringAt(entry, "lastReconciledStatus"),
      attempts: countAt(entry, "totalReconciliations"),
      duration: stringAt(entry, "lastReconciledDuration"),
    }))
    .toSorted((a, b) => (a.lastAt < b.lastAt ? 1 : a.lastAt > b.lastAt ? -1 : 0));
}

/** `status.history` of a HelmRelease: Helm's releases; the revision is the chart's version. */
export function releaseHistory(object: JsonObject): readonly HistoryEntry[] {
  return arrayAt(object, "status", "history")
    .map((entry) => ({
      revision: stringAt(entry, "chartVersion"),
      firstAt: stringAt(entry, "firstDeployed"),
      lastAt: stringAt(entry, "lastDeployed"),
      outcome: stringAt(entry, "status"),
      attempts: 1,
      duration: "",
      release: countAt(entry, "version"),
    }))
    .toSorted((a, b) => b.release - a.release)
    .map(({ release: _, ...entry }) => entry);
}

function countAt(entry: Parameters<typeof objectAt>[0], key: string): number {
  const found = valueAt(entry, key);
  return typeof found === "number" ? found : 0;
}
