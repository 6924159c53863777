import { isJsonObject, type JsonValue, setKey, valueAt } from "../../../model/json.ts";
import { buildFailure } from "../fail.ts";
import type { FieldSpec } from "../field-specs/field-spec.ts";
import { walkField, walkPath } from "../field-specs/walk-field.ts";
import { writeSlot } from "../resources/joined-scalars.ts";
import { formatId } from "../resources/identity.ts";
import type { ResourceMap } from "../resources/resource-map.ts";
import type { Resource } from "../resources/resource.ts";
import { scalarText } from "../resources/scalar.ts";

/** Which subjects of role bindings move to the namespace. */
export type SubjectMode = "defaultOnly" | "allServiceAccounts" | "none";

export interface NamespaceOptions {
  readonly namespace: string;
  readonly specs: readonly FieldSpec[];
  readonly subjects: SubjectMode;
  /** Leaves namespaces that are set. */
  readonly unsetOnly: boolean;
}

const METADATA: FieldSpec = { group: "", version: "", kind: "", path: "metadata/namespace", create: true };
const BINDINGS: readonly string[] = ["RoleBinding", "ClusterRoleBinding"];

/** Puts every resource that is not cluster-scoped into a namespace. Throws BUILD_FAILED where two become one. */
export function transformNamespace(resources: ResourceMap, options: NamespaceOptions): void {
  if (options.namespace === "") return;
  for (const resource of resources.all) {
    if (resource.isChart) continue;
    resource.storePreviousId();
    moveResource(resource, options);
  }
  resources.renamed();
  const conflict = resources.firstConflict();
  if (conflict === undefined) return;
  throw buildFailure(conflict.origin, `namespace transformation produces ID conflict: ${formatId(conflict.id)}`);
}

/** Sets the namespace of one resource, and of what its kind keeps beside it. */
export function moveResource(resource: Resource, options: NamespaceOptions): void {
  const set = (value: JsonValue, slot: Parameters<typeof writeSlot>[0]): string | undefined => {
    if (typeof value === "object" && value !== null) return "expected a scalar";
    if (!options.unsetOnly || scalarText(value) === "") writeSlot(slot, options.namespace);
    return undefined;
  };
  if (!resource.isClusterScoped) walkPath(resource, METADATA, "scalar", set);
  const isBinding = BINDINGS.includes(resource.kind);
  if (isBinding) moveSubjects(resource, options);
  for (const spec of options.specs) {
    if (spec.path === METADATA.path) continue;
    if (spec.path === "metadata/name" && resource.apiVersion !== "v1") continue;
    if (isBinding && BINDINGS.includes(spec.kind) && spec.path === "subjects/namespace") continue;
    walkField(resource, spec, "scalar", set);
  }
}

function moveSubjects(resource: Resource, { namespace, subjects: mode, unsetOnly }: NamespaceOptions): void {
  const subjects = valueAt(resource.object, "subjects");
  if (mode === "none" || !Array.isArray(subjects)) return;
  for (const subject of subjects) {
    if (!isJsonObject(subject)) continue;
    const moves = mode === "defaultOnly" ? subject["name"] === "default" : subject["kind"] === "ServiceAccount";
    if (moves && !(unsetOnly && scalarText(subject["namespace"]) !== "")) setKey(subject, "namespace", namespace);
  }
}
