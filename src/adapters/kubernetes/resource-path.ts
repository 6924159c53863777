import type { Discovery, ServedKind } from "../../engine/model/discovery.ts";
import { GitOpsError } from "../../engine/model/errors.ts";
import type { GroupKind, ResourceId } from "../../engine/model/resource-id.ts";
import type { ListQuery } from "../../engine/ports/cluster-reader.ts";

/** Query parameters; an undefined one is left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** The served kind. Throws UNKNOWN_KIND, and CLUSTER_UNREACHABLE where the group's own server is down: then nobody knows. */
export function servedKind(discovery: Discovery, { group, kind }: GroupKind, version?: string): ServedKind {
  const served = discovery.find({ group, kind });
  if (served !== undefined && (version === undefined || served.versions.includes(version))) return served;
  if (served === undefined && discovery.unavailableGroups.has(group)) {
    throw new GitOpsError("CLUSTER_UNREACHABLE", `the API group ${group} can't be discovered: the server behind it does not answer`, {
      hint: `see why: kubectl get apiservices | grep ${group}`,
      data: { group, kind, retryable: true },
    });
  }
  const name = `${kind}${group === "" ? "" : `.${group}`}`;
  if (served === undefined) {
    throw new GitOpsError("UNKNOWN_KIND", `the server does not serve ${name}`, {
      hint: "is its CustomResourceDefinition installed, or in this sync?",
      data: { group, kind },
    });
  }
  throw new GitOpsError("UNKNOWN_KIND", `the server does not serve ${name} in version ${version}`, {
    hint: `it serves ${served.versions.join(", ")}: change the apiVersion`,
    data: { group, kind, versions: served.versions },
  });
}

/** The path of all objects of a kind, in one namespace or in all. */
export function collectionPath(served: ServedKind, version: string, namespace: string | undefined): string {
  const root = served.group === "" ? `/api/${version}` : `/apis/${served.group}/${version}`;
  const place = served.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}${place}/${served.plural}`;
}

/** The path of one object. Throws INVALID_MANIFEST where a namespaced one names no namespace. */
export function objectPath(served: ServedKind, version: string, id: ResourceId): string {
  if (served.namespaced && id.namespace === "") {
    throw new GitOpsError("INVALID_MANIFEST", `${id.kind} ${id.name} needs a namespace`, {
      hint: "write metadata.namespace, or use -n",
      data: { kind: id.kind, name: id.name },
    });
  }
  if (id.name === "")
    throw new GitOpsError("INVALID_MANIFEST", `a ${id.kind} has no name`, { hint: "write metadata.name", data: { kind: id.kind } });
  return `${collectionPath(served, version, id.namespace)}/${encodeURIComponent(id.name)}`;
}

/** The parameters that say which objects of a kind are asked for. Every kind can be selected by metadata.name. */
export function selectors({ labelSelector, name }: Pick<ListQuery, "labelSelector" | "name">): Query {
  return { labelSelector, fieldSelector: name === undefined ? undefined : `metadata.name=${name}` };
}

/** `?a=b&c=d`, or "". */
export function queryText(query: Query): string {
  const parts = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]));
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}
