import type { RecordedObject } from "../../model/object-view.ts";

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
