import type { DialectKind } from "../dialects/table.ts";
import { objectAt, stringAt, type JsonObject } from "../model/json.ts";
import { readObjects, tellHidden } from "./read-objects.ts";
import type { ListScope, ObjectPorts, RunContext } from "./request.ts";
import { readableKind, readableKinds } from "./served-kinds.ts";

/** A copy of the object itself. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * The objects of some kinds as they would be written into a file: without status and without what the server adds. Secrets that they
 * name are not read.
 * @throws UNKNOWN_KIND where a single kind is asked for that is not served.
 */
export async function exportObjects(
  kinds: readonly DialectKind[],
  scope: ListScope,
  ports: Pick<ObjectPorts, "cluster">,
  context: RunContext,
): Promise<readonly JsonObject[]> {
  const discovery = await ports.cluster.discover(context);
  const [only] = kinds;
  const readable = only !== undefined && kinds.length === 1 ? [readableKind(only, discovery)] : readableKinds(kinds, discovery, context);
  const { objects, hidden } = await readObjects(readable, scope, ports, context);
  tellHidden(hidden, scope.namespace, context);
  return objects.map(({ object, dialect }) => declaredPart(object, [...dialect.requestAnnotations, LAST_APPLIED]));
}

/** What a live object declares: apiVersion, kind, name, labels, annotations but `passing` ones, and all but metadata and status. */
function declaredPart(object: JsonObject, passing: readonly string[]): JsonObject {
  const { apiVersion, kind, metadata: _, status: __, ...rest } = object;
  const labels = objectAt(object, "metadata", "labels");
  const annotations = Object.entries(objectAt(object, "metadata", "annotations")).filter(([key]) => !passing.includes(key));
  const namespace = stringAt(object, "metadata", "namespace");
  return {
    apiVersion: apiVersion ?? "",
    kind: kind ?? "",
    metadata: {
      name: stringAt(object, "metadata", "name"),
      ...(namespace === "" ? {} : { namespace }),
      ...filled("labels", labels),
      ...filled("annotations", Object.fromEntries(annotations)),
    },
    ...rest,
  };
}

function filled(key: string, values: Readonly<JsonObject>): JsonObject {
  return Object.keys(values).length > 0 ? { [key]: { ...values } } : {};
}
