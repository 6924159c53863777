import type { ResourceId } from "../model/resource-id.ts";

/** An object as findings name it: `Deployment shop/web`, `Namespace shop`. */
export function nameOf({ kind, namespace, name }: ResourceId): string {
  return namespace === "" ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** `-n NAMESPACE` for commands; "" for cluster scope. */
export function inNamespace(namespace: string): string {
  return namespace === "" ? "" : ` -n ${namespace}`;
}

/** `kubectl VERB KIND.GROUP NAME -n NAMESPACE`. */
export function kubectl(verb: string, { group, kind, namespace, name }: ResourceId): string {
  return `kubectl ${verb} ${kind.toLowerCase()}${group === "" ? "" : `.${group}`} ${name}${inNamespace(namespace)}`;
}

/** Some names, and how many more there are. */
export function someOf(names: readonly string[], most = 3): string {
  const rest = names.length - most;
  return rest > 0 ? `${names.slice(0, most).join(", ")} and ${String(rest)} more` : names.join(", ");
}
