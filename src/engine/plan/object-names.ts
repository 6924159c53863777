import type { ResourceId } from "../model/resource-id.ts";

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Kinds whose names need only be one segment of a URL path (apimachinery `path.ValidatePathSegmentName`). */
const PATH_SEGMENT_GROUPS: ReadonlySet<string> = new Set(["rbac.authorization.k8s.io"]);
const PATH_SEGMENT_KINDS: ReadonlySet<string> = new Set(["networking.k8s.io/IPAddress"]);

/** What is wrong with the name or namespace of an object, by the rules of the API server; undefined where nothing is. */
export function nameProblem(id: ResourceId): string | undefined {
  const { group, kind, name, namespace } = id;
  if (name === "") return "has no metadata.name";
  if (namespace !== "" && (namespace.length > 63 || !LABEL.test(namespace))) return "metadata.namespace is no DNS label";
  if (name.length > 253) return "metadata.name is longer than 253 characters";
  if (PATH_SEGMENT_GROUPS.has(group) || PATH_SEGMENT_KINDS.has(`${group}/${kind}`)) {
    return name === "." || name === ".." || /[/%]/.test(name) ? "metadata.name may not be . or .., nor hold / or %" : undefined;
  }
  if (group === "" && kind === "Namespace" && (name.length > 63 || !LABEL.test(name)))
    return "metadata.name is no DNS label (a-z, 0-9 and -, at most 63)";
  return SUBDOMAIN.test(name) ? undefined : "metadata.name is no DNS subdomain (a-z, 0-9, - and .)";
}
