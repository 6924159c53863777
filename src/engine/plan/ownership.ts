import type { Marks } from "../model/conventions.ts";
import { arrayAt, stringAt, valueAt, type JsonObject } from "../model/json.ts";
import { annotationOf, hasAnnotation, labelOf } from "../model/metadata.ts";

/** The label by which ApplySets, ours too, know their members (KEP-3659). */
const PART_OF = "applyset.kubernetes.io/part-of";

/** Who owns a live object, if not this delivery. `tool` is what `gitops adopt --from` calls it, where it can adopt from there. */
export interface ForeignOwner {
  readonly tool: "flux" | "argocd" | "helm" | "kapp" | "applyset" | "controller";
  readonly owner: string;
}

/** Whether a live object carries all marks of a delivery. */
export function carriesMark(live: JsonObject, marks: Marks): boolean {
  return (
    Object.entries(marks.labels).every(([name, value]) => labelOf(live, name) === value) &&
    Object.entries(marks.annotations).every(([name, value]) => annotationOf(live, name) === value)
  );
}

/**
 * The other owner of a live object, or undefined. Any mark of another counts: the part-of of another ApplySet, kustomize or helm
 * labels of Flux, an Argo CD tracking id or instance label, a Helm release, a kapp app, a controlling owner.
 * `app.kubernetes.io/instance` alone is no mark: it is a common label, and Argo CD's only where Argo CD has written the object.
 */
export function foreignOwner(live: JsonObject, marks: Marks): ForeignOwner | undefined {
  const isOurs = carriesMark(live, marks);
  const label = (name: string): string => (isOurs && Object.hasOwn(marks.labels, name) ? "" : labelOf(live, name));
  const annotation = (name: string): string => (isOurs && Object.hasOwn(marks.annotations, name) ? "" : annotationOf(live, name));
  const partOf = label(PART_OF);
  if (partOf !== "") return { tool: "applyset", owner: `ApplySet ${partOf}` };
  for (const [prefix, kind] of [
    ["kustomize.toolkit.fluxcd.io", "Kustomization"],
    ["helm.toolkit.fluxcd.io", "HelmRelease"],
  ] as const) {
    const name = label(`${prefix}/name`);
    if (name !== "") return { tool: "flux", owner: `Flux ${kind} ${labelOf(live, `${prefix}/namespace`)}/${name}` };
  }
  const tracking = annotation("argocd.argoproj.io/tracking-id").split(":")[0] || label("argocd.argoproj.io/instance") || argoInstance(live);
  if (tracking !== "") return { tool: "argocd", owner: `Argo CD Application ${tracking}` };
  if (hasAnnotation(live, "meta.helm.sh/release-name"))
    return { tool: "helm", owner: `Helm release ${annotationOf(live, "meta.helm.sh/release-name")}` };
  const app = label("kapp.k14s.io/app");
  if (app !== "") return { tool: "kapp", owner: `kapp app ${app}` };
  const controller = arrayAt(live, "metadata", "ownerReferences").find((owner) => valueAt(owner, "controller") === true);
  if (controller !== undefined) return { tool: "controller", owner: `${stringAt(controller, "kind")} ${stringAt(controller, "name")}` };
  return undefined;
}

function argoInstance(live: JsonObject): string {
  const byArgo = arrayAt(live, "metadata", "managedFields").some((entry) => stringAt(entry, "manager").startsWith("argocd-"));
  return byArgo ? labelOf(live, "app.kubernetes.io/instance") : "";
}
