import type { DialectKind } from "../dialects/table.ts";
import { GitOpsError } from "../model/errors.ts";
import { readObjects, tellHidden, type ReadObject } from "./read-objects.ts";
import type { ListScope, ObjectPorts, RunContext } from "./request.ts";
import { readableKind, readableKinds } from "./served-kinds.ts";

/**
 * All objects of some kinds, in one namespace or in all. A kind that may not be listed is told once, and the others are selected.
 * @throws FORBIDDEN where none may be listed, UNKNOWN_KIND where a single kind is asked for that is not served.
 */
export async function selectObjects(
  kinds: readonly DialectKind[],
  scope: ListScope,
  ports: Pick<ObjectPorts, "cluster">,
  context: RunContext,
): Promise<readonly ReadObject[]> {
  const discovery = await ports.cluster.discover(context);
  const [only] = kinds;
  const readable = only !== undefined && kinds.length === 1 ? [readableKind(only, discovery)] : readableKinds(kinds, discovery, context);
  const { objects, hidden } = await readObjects(readable, scope, ports, context);
  if (hidden.length > 0 && hidden.length === readable.length) {
    const plurals = hidden.map(({ kind }) => kind.plural).join(", ");
    throw new GitOpsError(
      "FORBIDDEN",
      `you may not list ${plurals} ${scope.namespace === undefined ? "in all namespaces" : `in the namespace ${scope.namespace}`}`,
      {
        hint: scope.namespace === undefined ? "name a namespace with -n, or the objects themselves" : "name the objects themselves",
        data: { verb: "list", resource: plurals, namespace: scope.namespace ?? "" },
      },
    );
  }
  tellHidden(hidden, scope.namespace, context);
  return objects;
}
