import { isJsonObject, setKey, valueAt, type JsonObject, type JsonValue } from "../model/json.ts";
import { typeOfField } from "./equal-values.ts";
import { findMember, hasMemberAtOrBelow, membersOf } from "./field-paths.ts";
import type { FieldSchema } from "./field-schema.ts";
import { itemName } from "./list-items.ts";
import { managedEntries } from "./managed-fields.ts";
import { ownedFields } from "./owned-fields.ts";
import { isServerDefault } from "./server-defaults.ts";

/**
 * What an apply would make of `live`, guessed without the server: declared fields laid over the live ones. For objects whose dry-run
 * has to wait or was refused; it knows no defaults and no webhooks, so it is shown, never relied upon.
 */
export function overlay(live: JsonObject, declared: JsonObject, schema: FieldSchema | undefined): JsonObject {
  const result: JsonObject = { ...live };
  for (const [name, value] of Object.entries(declared)) {
    setKey(result, name, overlaidValue(valueAt(live, name), value, typeOfField(schema?.map, name)));
  }
  return result;
}

function overlaidValue(live: JsonValue | undefined, declared: JsonValue, schema: FieldSchema | undefined): JsonValue {
  if (isJsonObject(live) && isJsonObject(declared) && schema?.map?.atomic !== true) return overlay(live, declared, schema);
  const list = schema?.list;
  if (!Array.isArray(live) || !Array.isArray(declared) || list === undefined || list.relation === "atomic") return declared;
  const result = [...live];
  for (const item of declared) {
    const at = result.findIndex((other) => itemName(other, list) === itemName(item, list));
    if (at < 0) result.push(item);
    else result[at] = overlaidValue(result[at], item, list.item());
  }
  return result;
}

/** Whose fields an apply would let go: entries of `managedFields` that become ours, or are ours. */
export interface Released {
  readonly entries: readonly JsonObject[];
  readonly desired: JsonObject;
  readonly live: JsonObject;
}

/**
 * `predicted` without the fields that the released entries own, `desired` does not declare, and nobody else holds: the apply
 * removes them once those entries are ours. A field that holds what the server would fill in again anyway stays.
 */
export function withoutReleased(predicted: JsonObject, released: Released, schema: FieldSchema | undefined): JsonObject {
  const { desired, live, entries } = released;
  const kept = managedEntries(live)
    .filter((entry) => !entries.includes(entry))
    .map((entry) => valueAt(entry, "fieldsV1"))
    .filter(isJsonObject);
  const declared = schema === undefined ? undefined : ownedFields(desired, schema);
  const result = structuredCopy(predicted);
  for (const entry of entries) {
    const fields = valueAt(entry, "fieldsV1");
    if (!isJsonObject(fields)) continue;
    for (const path of membersOf(fields)) {
      const isDeclared = declared === undefined ? findMember(desired, path, schema) !== undefined : hasMemberAtOrBelow(declared, path);
      if (path.length === 0 || isDeclared || kept.some((set) => hasMemberAtOrBelow(set, path))) continue;
      const place = findMember(result, path, schema);
      if (place === undefined || (path.at(-1)?.startsWith("f:") === true && isServerDefault(place.key, place.value))) continue;
      if (Array.isArray(place.parent)) place.parent.splice(Number(place.key), 1);
      else delete place.parent[place.key];
    }
  }
  return result;
}

function structuredCopy(object: JsonObject): JsonObject {
  const copy: JsonObject = {};
  for (const [name, value] of Object.entries(object)) setKey(copy, name, copied(value));
  return copy;
}

function copied(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(copied);
  return isJsonObject(value) ? structuredCopy(value) : value;
}
