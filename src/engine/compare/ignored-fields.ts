import { isJsonObject, stringAt, valueAt, type JsonObject, type JsonValue } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import { equalValues } from "./equal-values.ts";
import { findMember, membersOf } from "./field-paths.ts";
import type { FieldSchema } from "./field-schema.ts";
import { isOwnApply, managedEntries } from "./managed-fields.ts";

/**
 * The manifest with some fields as the cluster has them, so that a difference in them is none and an apply leaves them: the live value is
 * adopted where we alone apply the field, and the field is left out where another does or where it is not ours (fluxcd/pkg ssa,
 * `DriftIgnoreRules`).
 *
 * @param pointers JSON pointers (RFC 6901).
 */
export function withoutIgnoredFields(
  desired: Manifest,
  live: JsonObject,
  pointers: readonly string[],
  options: { readonly fieldManager: string; readonly schema: FieldSchema | undefined },
): Manifest {
  let { object } = desired;
  for (const pointer of pointers) {
    const path = namesOf(pointer);
    const declared = valueOf(object, path);
    if (declared === undefined || path.length === 0) continue;
    const current = valueOf(live, path);
    if (current !== undefined && equalValues(declared, current, undefined)) continue;
    const { ours, others } = appliers(live, pointer, options);
    object = withValue(object, path, ours && !others ? current : undefined);
  }
  return object === desired.object ? desired : { ...desired, object };
}

/** Whether our Apply entry, and whether another one, has a field or something of it. */
function appliers(
  live: JsonObject,
  pointer: string,
  { fieldManager, schema }: { readonly fieldManager: string; readonly schema: FieldSchema | undefined },
): { readonly ours: boolean; readonly others: boolean } {
  const owning = managedEntries(live).filter((entry) => stringAt(entry, "operation") === "Apply" && owns(entry, live, pointer, schema));
  const ours = owning.filter((entry) => isOwnApply(entry, fieldManager));
  return { ours: ours.length > 0, others: owning.length > ours.length };
}

function owns(entry: JsonObject, live: JsonObject, pointer: string, schema: FieldSchema | undefined): boolean {
  const fields = valueAt(entry, "fieldsV1");
  if (!isJsonObject(fields)) return false;
  for (const path of membersOf(fields)) {
    const place = findMember(live, path, schema);
    if (place !== undefined && (isWithin(place.pointer, pointer) || isWithin(pointer, place.pointer))) return true;
  }
  return false;
}

function isWithin(pointer: string, above: string): boolean {
  return pointer === above || pointer.startsWith(`${above}/`);
}

/** The names of a JSON pointer; none for the whole document. */
function namesOf(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function valueOf(value: JsonValue, path: readonly string[]): JsonValue | undefined {
  let current: JsonValue | undefined = value;
  for (const name of path) current = Array.isArray(current) ? current[Number(name)] : valueAt(current, name);
  return current;
}

/** A copy with another value at a path that is there; undefined takes it away. */
function withValue(object: JsonObject, path: readonly string[], value: JsonValue | undefined): JsonObject {
  const changed = changedAt(object, path, value);
  return isJsonObject(changed) ? changed : object;
}

function changedAt(current: JsonValue, [name = "", ...below]: readonly string[], value: JsonValue | undefined): JsonValue {
  if (Array.isArray(current)) {
    const index = Number(name);
    const item = current[index];
    if (item === undefined) return current;
    if (below.length > 0) return current.with(index, changedAt(item, below, value));
    return value === undefined ? current.toSpliced(index, 1) : current.with(index, value);
  }
  if (!isJsonObject(current)) return current;
  const { [name]: inner, ...rest } = current;
  if (inner === undefined) return current;
  const next = below.length > 0 ? changedAt(inner, below, value) : value;
  return next === undefined ? rest : { ...current, [name]: next };
}
