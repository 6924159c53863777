import type { JsonObject } from "../model/json.ts";
import { objectAt, stringAt } from "../model/json.ts";
import type { AdoptedMarks } from "../model/plan.ts";
import type { Marks } from "../model/conventions.ts";
import { foreignOwner } from "./ownership.ts";

/** Tools whose objects `gitops adopt` can take over. */
export const ADOPTION_SOURCES = ["flux", "argocd", "helm", "kubectl"] as const;

/** A word of {@link ADOPTION_SOURCES}. */
export type AdoptionSource = (typeof ADOPTION_SOURCES)[number];

interface Traces {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
  /** Field managers of the tool, which Git's declaration replaces from now on. */
  readonly managers: readonly string[];
}

/** What each tool leaves on its objects. Labels that are common beyond the tool (`app.kubernetes.io/…`) stay: they may be the user's own. */
const TRACES: Readonly<Record<AdoptionSource, Traces>> = {
  flux: {
    labels: [
      "kustomize.toolkit.fluxcd.io/name",
      "kustomize.toolkit.fluxcd.io/namespace",
      "helm.toolkit.fluxcd.io/name",
      "helm.toolkit.fluxcd.io/namespace",
    ],
    annotations: ["meta.helm.sh/release-name", "meta.helm.sh/release-namespace"],
    managers: ["kustomize-controller", "helm-controller"],
  },
  argocd: {
    labels: ["argocd.argoproj.io/instance"],
    annotations: ["argocd.argoproj.io/tracking-id", "argocd.argoproj.io/installation-id"],
    managers: ["argocd-controller", "argocd-application-controller"],
  },
  helm: { labels: [], annotations: ["meta.helm.sh/release-name", "meta.helm.sh/release-namespace"], managers: ["helm"] },
  kubectl: { labels: [], annotations: ["kubectl.kubernetes.io/last-applied-configuration"], managers: [] },
};

/**
 * What to drop from a live object so that it is no longer the tool's; undefined where it is not the tool's to begin with.
 * An object that kubectl applied has no owner: it is kubectl's where it carries the last-applied annotation and no other mark.
 */
export function marksToDrop(live: JsonObject, from: AdoptionSource, marks: Marks): AdoptedMarks | undefined {
  const owner = foreignOwner(live, marks)?.tool;
  const traces = TRACES[from];
  const annotations = objectAt(live, "metadata", "annotations");
  const labels = objectAt(live, "metadata", "labels");
  const has = (names: readonly string[], within: Readonly<JsonObject>): string[] => names.filter((name) => Object.hasOwn(within, name));
  const isTheirs = from === "kubectl" ? owner === undefined && has(traces.annotations, annotations).length > 0 : owner === from;
  if (!isTheirs) return undefined;
  const managers = new Set(managersOf(live));
  return {
    labels: has(traces.labels, labels),
    annotations: has(traces.annotations, annotations),
    managers: traces.managers.filter((manager) => managers.has(manager)),
  };
}

function managersOf(live: JsonObject): readonly string[] {
  const entries = objectAt(live, "metadata")["managedFields"];
  return Array.isArray(entries) ? entries.map((entry) => stringAt(entry, "manager")) : [];
}
