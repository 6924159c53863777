/** A kind at a version. Empty parts stand for "any" in selectors. */
export interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What names a resource inside a build. `namespace` may be "". */
export interface ResourceName extends Gvk {
  readonly name: string;
  readonly namespace: string;
}

/** Stands where a namespace does, for kinds that have none. */
export const CLUSTER_SCOPE = "_non_namespaceable_";
const DEFAULT_NAMESPACE = "default";

/** The namespace as far as identity goes: none at all is the same as `default`. */
export function effectiveNamespace(namespace: string, clusterScoped: boolean): string {
  if (clusterScoped) return CLUSTER_SCOPE;
  return namespace === "" ? DEFAULT_NAMESPACE : namespace;
}

/** A text that is equal for equal ids only. `namespace` is the effective one. */
export function identityKey(id: ResourceName): string {
  return `${id.group}\n${id.version}\n${id.kind}\n${id.namespace}\n${id.name}`;
}

/** Whether a kind is one that a selector with optional parts means. */
export function isSelected(gvk: Gvk, selector: Partial<Gvk>): boolean {
  return (
    (!selector.group || selector.group === gvk.group) &&
    (!selector.version || selector.version === gvk.version) &&
    (!selector.kind || selector.kind === gvk.kind)
  );
}

/** The kind's name as kustomize writes it: `Deployment.v1.apps`. */
export function formatGvk({ group, version, kind }: Gvk): string {
  return `${kind === "" ? "[noKind]" : kind}.${version === "" ? "[noVer]" : version}.${group === "" ? "[noGrp]" : group}`;
}

/** As kustomize writes an id: `Deployment.v1.apps/web.shop`. */
export function formatId(id: ResourceName): string {
  return `${formatGvk(id)}/${id.name === "" ? "[noName]" : id.name}.${id.namespace === "" ? "[noNs]" : id.namespace}`;
}
