import { arrayAt, stringAt, type JsonObject } from "../../model/json.ts";
import type { RecordedObject } from "../../model/object-view.ts";
import type { ResourceId } from "../../model/resource-id.ts";

/**
 * The object that an entry of `status.inventory` names: `<namespace>_<name>_<group>_<Kind>`, a colon of an RBAC name written `__`
 * (the format of cli-utils' ObjMetadata). Undefined for a text that is none.
 *
 * @param version the entry's `v`.
 */
export function parseInventoryId(text: string, version: string): RecordedObject | undefined {
  const parts = /^([^_]*)_(.+)_([^_]*)_([^_]+)$/s.exec(text);
  if (parts === null) return undefined;
  const [, namespace = "", escaped = "", group = "", kind = ""] = parts;
  const name = escaped.replaceAll("__", ":");
  return name.includes("_") ? undefined : { group, kind, namespace, name, version };
}

/** The id of an object in `status.inventory`; the inverse of {@link parseInventoryId}. */
export function formatInventoryId({ namespace, name, group, kind }: ResourceId): string {
  return `${namespace}_${name.replaceAll(":", "__")}_${group}_${kind}`;
}

/** The objects that `status.inventory` of a live object names; texts that name none are left out. */
export function parseInventoryEntries(object: JsonObject): readonly RecordedObject[] {
  return arrayAt(object, "status", "inventory", "entries").flatMap((entry) => {
    const recorded = parseInventoryId(stringAt(entry, "id"), stringAt(entry, "v"));
    return recorded === undefined ? [] : [recorded];
  });
}
