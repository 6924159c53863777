import { isJsonObject, stringAt, valueAt, type JsonObject } from "../model/json.ts";
import { isOwnApply, managedEntries } from "./managed-fields.ts";

/**
 * Managers whose entries are to be moved into our Apply entry, so that what Git no longer declares is removed by the next apply:
 * every `kubectl*`, `before-first-apply` (objects older than field management), and our own entries of plain updates.
 * Entries of a subresource (status, scale) stay. The rule is the one of Flux (`pkg/ssa`); empty where nothing is to be done.
 */
export function migratableManagers(live: JsonObject, fieldManager: string): readonly string[] {
  const names = managedEntries(live)
    .filter((entry) => isMigratable(entry, fieldManager))
    .map((entry) => stringAt(entry, "manager"));
  return [...new Set(names)];
}

function isMigratable(entry: JsonObject, fieldManager: string): boolean {
  if (stringAt(entry, "subresource") !== "") return false;
  const manager = stringAt(entry, "manager");
  const isUpdate = stringAt(entry, "operation") === "Update";
  if (manager === fieldManager) return isUpdate;
  return manager.startsWith("kubectl") || (manager === "before-first-apply" && isUpdate);
}

/** Entries that {@link migrationPatch} moves. */
export function migratedEntries(live: JsonObject, managers: readonly string[], fieldManager: string): readonly JsonObject[] {
  return managedEntries(live).filter(
    (entry) => managers.includes(stringAt(entry, "manager")) && stringAt(entry, "subresource") === "" && !isOwnApply(entry, fieldManager),
  );
}

/**
 * An RFC 6902 patch that moves the entries of `managers` into our Apply entry. It changes no field, only who owns them, and is
 * refused with 409 when the object changed since it was read: the patch sets the resourceVersion that was seen. (A `test` of it
 * would be answered with 422, like an invalid patch.) Empty where there is nothing to move.
 */
export function migrationPatch(live: JsonObject, managers: readonly string[], fieldManager: string): readonly JsonObject[] {
  const moved = migratedEntries(live, managers, fieldManager);
  const first = moved[0];
  if (first === undefined) return [];
  const entries = managedEntries(live);
  const ours = entries.find((entry) => isOwnApply(entry, fieldManager));
  const base = ours ?? first;
  const fields = [...(ours === undefined ? [] : [ours]), ...moved].map((entry) => valueAt(entry, "fieldsV1")).filter(isJsonObject);
  const merged: JsonObject = {
    manager: fieldManager,
    operation: "Apply",
    apiVersion: stringAt(base, "apiVersion"),
    fieldsType: "FieldsV1",
    fieldsV1: fields.reduce(unionOfFields, {}),
    ...(stringAt(base, "time") === "" ? {} : { time: stringAt(base, "time") }),
  };
  const others = entries.filter((entry) => entry !== ours && !moved.includes(entry));
  return [
    { op: "replace", path: "/metadata/resourceVersion", value: stringAt(live, "metadata", "resourceVersion") },
    { op: "replace", path: "/metadata/managedFields", value: [merged, ...others] },
  ];
}

/** The fields that are in either set. A leaf is a member, so it keeps its `.` when the other set brings children below it. */
function unionOfFields(a: JsonObject, b: JsonObject): JsonObject {
  const result: JsonObject = { ...a };
  for (const [name, theirs] of Object.entries(b)) {
    const ours = result[name];
    result[name] = isJsonObject(ours) && isJsonObject(theirs) ? unionOfNodes(ours, theirs) : theirs;
  }
  return result;
}

function unionOfNodes(a: JsonObject, b: JsonObject): JsonObject {
  const union = unionOfFields(a, b);
  const hasLeaf = Object.keys(a).length === 0 || Object.keys(b).length === 0;
  return hasLeaf && Object.keys(union).length > 0 ? { ".": {}, ...union } : union;
}
