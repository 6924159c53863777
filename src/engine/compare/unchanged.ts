import { isJsonObject, stringAt, valueAt, type JsonObject, type JsonValue } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import { equalScalars, equalValues, isZero, typeOfField } from "./equal-values.ts";
import type { FieldSchema, ListSchema, MapSchema } from "./field-schema.ts";
import { itemsByName } from "./list-items.ts";
import { applyEntryOf } from "./managed-fields.ts";
import { migratableManagers } from "./migration.ts";
import { ownedFields, sameFields } from "./owned-fields.ts";

/** What an apply would be made with. */
export interface UnchangedOptions {
  readonly fieldManager: string;
  /** As in CompareOptions. */
  readonly migrate?: boolean;
}

/**
 * Whether an apply of `desired` surely changes nothing, so that no dry-run is needed. Any doubt is false: then the server decides.
 * True only if our Apply entry of the same version owns exactly the fields of `desired`, every value that `desired` declares is
 * equal, and no entry of another manager waits to be moved into ours. Nothing that an earlier run left behind is believed.
 *
 * @param desired as it would be sent: owner mark on it, namespace filled in, `stringData` folded.
 * @param live read through the version of `desired`.
 */
export function isUnchanged(desired: Manifest, live: JsonObject, schema: FieldSchema | undefined, options: UnchangedOptions): boolean {
  const { object, apiVersion } = desired;
  if (schema === undefined || stringAt(live, "apiVersion") !== apiVersion || stringAt(live, "metadata", "deletionTimestamp") !== "")
    return false;
  const entry = applyEntryOf(live, options.fieldManager);
  if (entry === undefined || stringAt(entry, "apiVersion") !== apiVersion) return false;
  const owned = valueAt(entry, "fieldsV1");
  if (!isJsonObject(owned) || !sameFields(ownedFields(object, schema), owned)) return false;
  if (options.migrate !== false && migratableManagers(live, options.fieldManager).length > 0) return false;
  return declaredTopEqual(object, live, schema);
}

function declaredTopEqual(object: JsonObject, live: JsonObject, schema: FieldSchema): boolean {
  return Object.entries(object).every(([name, value]) => {
    if (name === "status" && schema.dropsStatus === true) return true;
    if (name !== "metadata") return declaredEqual(value, valueAt(live, name), typeOfField(schema.map, name));
    // The server makes these itself, whatever is declared.
    const { creationTimestamp, managedFields, resourceVersion, uid, generation, selfLink, ...declared } = isJsonObject(value) ? value : {};
    const isOfNoOther = resourceVersion === undefined && uid === undefined;
    return isOfNoOther && declaredEqual(declared, valueAt(live, "metadata"), typeOfField(schema.map, name));
  });
}

/** @param whole whether the value lies in one that is owned as a whole: a key removed there leaves no trace in the field set. */
function declaredEqual(declared: JsonValue, live: JsonValue | undefined, schema: FieldSchema | undefined, whole = false): boolean {
  // The server owns a field for us that it does not show: it dropped the zero value (`omitempty`) when it stored ours.
  if (live === undefined) return isZero(declared);
  if (isJsonObject(declared))
    return isJsonObject(live) && declaredMapEqual(declared, live, schema?.map, whole || schema?.map?.atomic !== false);
  if (Array.isArray(declared)) return Array.isArray(live) && declaredListEqual(declared, live, schema?.list, whole);
  return equalScalars(declared, live, schema);
}

function declaredMapEqual(declared: JsonObject, live: JsonObject, map: MapSchema | undefined, whole: boolean): boolean {
  const equal = Object.entries(declared).every(([name, value]) => declaredEqual(value, valueAt(live, name), typeOfField(map, name), whole));
  if (!equal || !whole) return equal;
  return Object.keys(live).every(
    (name) => Object.hasOwn(declared, name) || equalValues(live[name], map?.defaultOf(name), map?.field(name)),
  );
}

function declaredListEqual(
  declared: readonly JsonValue[],
  live: readonly JsonValue[],
  list: ListSchema | undefined,
  whole: boolean,
): boolean {
  const item = list?.item();
  if (whole || list === undefined || list.relation === "atomic") {
    return declared.length === live.length && declared.every((value, index) => declaredEqual(value, live[index], item, true));
  }
  const ours = itemsByName(declared, list);
  const theirs = itemsByName(live, list);
  if (ours.unnamed > 0 || theirs.unnamed > 0) return false;
  for (const [name, value] of ours.named) {
    if (!theirs.named.has(name) || !declaredEqual(value, theirs.named.get(name), item)) return false;
  }
  return true;
}
