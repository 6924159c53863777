/** What names one object of a cluster, whatever API version it is read through. `namespace` is "" for cluster scope. */
export interface ResourceId {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A kind of objects. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** A text that is equal for equal ids only: `group/kind/namespace/name` (no part may contain a slash). */
export function resourceKey(id: ResourceId): string {
  return `${id.group}/${id.kind}/${id.namespace}/${id.name}`;
}

/** The group of an `apiVersion`: "apps" of "apps/v1", "" of "v1". */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}

/** The version of an `apiVersion`: "v1" of "apps/v1" and of "v1". */
export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf("/") + 1);
}

/** As kubectl names objects: `deployment.apps/web`, with ` -n NAMESPACE` left to the caller. */
export function formatResourceId(id: ResourceId): string {
  const kind = id.kind.toLowerCase();
  return id.group === "" ? `${kind}/${id.name}` : `${kind}.${id.group}/${id.name}`;
}

/** As a person types both: `kustomization.kustomize.toolkit.fluxcd.io/shop -n flux-system`. */
export function formatPlacedId(id: ResourceId): string {
  return id.namespace === "" ? formatResourceId(id) : `${formatResourceId(id)} -n ${id.namespace}`;
}
