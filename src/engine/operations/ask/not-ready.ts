import { GitOpsError } from "../../model/errors.ts";
import type { ObjectView } from "../../model/object-view.ts";
import { formatPlacedId, formatResourceId, type ResourceId } from "../../model/resource-id.ts";
import type { ReadObject } from "../read-objects.ts";

/** What a controller said of a request that it handled and that did not end well: its reason, its words, and the object at fault. */
export function notReady({ kind }: ReadObject, view: ObjectView): GitOpsError {
  const { id, reason, message } = view;
  const culprits = namedObjects(message, view);
  const [first] = culprits;
  const words = [reason, message.trim()].filter((part) => part !== "").join(": ");
  const hint =
    first === undefined
      ? `gitops get ${kind.words[0] ?? ""} ${id.name} -n ${id.namespace}`
      : `see ${culprits.map(formatPlacedId).join(", ")}`;
  return new GitOpsError("UNHEALTHY", `${formatPlacedId(id)} is not ready: ${words === "" ? "it does not say why" : words}`, {
    hint,
    data: { object: formatPlacedId(id), namespace: id.namespace, reason, failing: culprits.map(formatPlacedId) },
  });
}

/**
 * The objects of which a message speaks: controllers write `Kind/namespace/name`, and `Kind/name` for cluster scope. One counts only
 * where the object's own record or its dependencies know it, or where it has all three parts: words with a slash are many.
 */
function namedObjects(message: string, { inventory, dependsOn, id, source }: ObjectView): readonly ResourceId[] {
  const known: ResourceId[] = [...inventory, ...dependsOn, ...(source === undefined ? [] : [source])];
  const found = new Map<string, ResourceId>();
  for (const [, kind = "", first = "", second = ""] of message.matchAll(
    /(?<![\w/.-])([A-Z][A-Za-z]+)\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?:\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?))?(?![\w/])/g,
  )) {
    const [namespace, name] = second === "" ? ["", first] : [first, second];
    const recorded = known.find((one) => one.kind === kind && one.name === name && (namespace === "" || one.namespace === namespace));
    if (recorded === undefined && second === "") continue;
    const named = recorded ?? { group: "", kind, namespace, name };
    found.set(`${formatResourceId(named)} ${named.namespace}`, named);
  }
  for (const [, namespace = "", name = ""] of message.matchAll(/dependency '([a-z0-9.-]+)\/([a-z0-9.-]+)'/g))
    found.set(`${name} ${namespace}`, { group: id.group, kind: id.kind, namespace, name });
  return [...found.values()].slice(0, 5);
}
