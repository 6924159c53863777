import { arrayAt, isJsonObject, stringAt, type JsonObject } from "../model/json.ts";

/** The entries of `metadata.managedFields`. */
export function managedEntries(live: JsonObject): readonly JsonObject[] {
  return arrayAt(live, "metadata", "managedFields").filter(isJsonObject);
}

/** The entry under which a manager's server-side applies own their fields. There is at most one. */
export function applyEntryOf(live: JsonObject, fieldManager: string): JsonObject | undefined {
  return managedEntries(live).find((entry) => isOwnApply(entry, fieldManager));
}

/** Whether an entry is the one of a manager's server-side applies. */
export function isOwnApply(entry: JsonObject, fieldManager: string): boolean {
  return stringAt(entry, "manager") === fieldManager && stringAt(entry, "operation") === "Apply" && stringAt(entry, "subresource") === "";
}
