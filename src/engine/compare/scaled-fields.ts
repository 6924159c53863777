import { isJsonObject, stringAt, valueAt, type JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import { formatResourceId } from "../model/resource-id.ts";
import { findMember, membersOf } from "./field-paths.ts";
import { managedEntries } from "./managed-fields.ts";

/**
 * The manifest without the fields that a controller sets through the `scale` subresource, such as the replicas of an autoscaled
 * Deployment: applied, they would be set back on every sync. What a person did with `kubectl scale` is drift and is not left alone.
 */
export function withoutScaledFields(
  desired: Manifest,
  live: JsonObject | undefined,
): { readonly manifest: Manifest; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  let object = desired.object;
  for (const entry of live === undefined ? [] : managedEntries(live)) {
    const manager = stringAt(entry, "manager");
    const fields = valueAt(entry, "fieldsV1");
    if (stringAt(entry, "subresource") !== "scale" || manager.startsWith("kubectl") || !isJsonObject(fields)) continue;
    for (const path of membersOf(fields)) {
      const place = findMember(object, path, undefined);
      if (place === undefined || path[0] === "f:status") continue;
      object = without(
        object,
        path.map((name) => name.slice("f:".length)),
      );
      warnings.push(`${formatResourceId(desired.id)}: ${place.pointer} is left to ${manager}, which scales it; remove the field from Git`);
    }
  }
  return { manifest: object === desired.object ? desired : { ...desired, object }, warnings };
}

function without(object: JsonObject, path: readonly string[]): JsonObject {
  const [name = "", ...below] = path;
  if (below.length === 0) {
    const { [name]: _, ...rest } = object;
    return rest;
  }
  const inner = object[name];
  return isJsonObject(inner) ? { ...object, [name]: without(inner, below) } : object;
}
