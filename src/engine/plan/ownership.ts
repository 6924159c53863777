import { arrayAt, stringAt, valueAt, type JsonObject } from "../model/json.ts";
import { annotationOf, hasAnnotation } from "./annotations.ts";

/** The label by which ApplySets, ours too, know their members (KEP-3659). */
const PART_OF = "applyset.kubernetes.io/part-of";

/** Who owns a live object, if not this delivery. `tool` is what `gitops adopt --from` calls it, where it can adopt from there. */
export interface ForeignOwner {
  readonly tool: "flux" | "argocd" | "helm" | "kapp" | "applyset" | "controller";
  readonly owner: string;
}

export interface OwnerMark {
  readonly label: string;
  readonly value: string;
}

/** Whether a live object carries the mark of this delivery. */
export function isMarkedOurs(live: JsonObject, mark: OwnerMark): boolean {
  return labelOf(live, mark.label) === mark.value;
}

/**
 * The other owner of a live object, or undefined. Any mark of another counts: the part-of of another ApplySet, kustomize or helm
 * labels of Flux, an Argo CD tracking id or instance label, a Helm release, a kapp app, a controlling owner.
 * `app.kubernetes.io/instance` alone is no mark: it is a common label, and Argo CD's only where Argo CD has written the object.
 */
export function foreignOwner(live: JsonObject, mark: OwnerMark): ForeignOwner | undefined {
  const partOf = labelOf(live, PART_OF);
  if (partOf !== "" && !(mark.label === PART_OF && partOf === mark.value)) return { tool: "applyset", owner: `ApplySet ${partOf}` };
  for (const [prefix, kind] of [
    ["kustomize.toolkit.fluxcd.io", "Kustomization"],
    ["helm.toolkit.fluxcd.io", "HelmRelease"],
  ] as const) {
    const name = labelOf(live, `${prefix}/name`);
    if (name !== "") return { tool: "flux", owner: `Flux ${kind} ${labelOf(live, `${prefix}/namespace`)}/${name}` };
  }
  const tracking =
    annotationOf(live, "argocd.argoproj.io/tracking-id").split(":")[0] ||
    labelOf(live, "argocd.argoproj.io/instance") ||
    argoInstance(live);
  if (tracking !== "") return { tool: "argocd", owner: `Argo CD Application ${tracking}` };
  if (hasAnnotation(live, "meta.helm.sh/release-name"))
    return { tool: "helm", owner: `Helm release ${annotationOf(live, "meta.helm.sh/release-name")}` };
  const app = labelOf(live, "kapp.k14s.io/app");
  if (app !== "") return { tool: "kapp", owner: `kapp app ${app}` };
  const controller = arrayAt(live, "metadata", "ownerReferences").find((owner) => valueAt(owner, "controller") === true);
  if (controller !== undefined) return { tool: "controller", owner: `${stringAt(controller, "kind")} ${stringAt(controller, "name")}` };
  return undefined;
}

function argoInstance(live: JsonObject): string {
  const byArgo = arrayAt(live, "metadata", "managedFields").some((entry) => stringAt(entry, "manager").startsWith("argocd-"));
  return byArgo ? labelOf(live, "app.kubernetes.io/instance") : "";
}

function labelOf(object: JsonObject, name: string): string {
  return stringAt(object, "metadata", "labels", name);
}
