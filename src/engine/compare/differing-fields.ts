import { isJsonObject, objectAt, type JsonObject, type JsonValue } from "../model/json.ts";
import { equalScalars, equalValues, typeOfField } from "./equal-values.ts";
import { escapePointer } from "./field-paths.ts";
import type { FieldSchema, ListSchema } from "./field-schema.ts";
import { itemName, itemsByName } from "./list-items.ts";

/** What the server keeps about an object rather than in it. */
const BOOKKEEPING = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"];

/** An object without its status and the server's bookkeeping: what is left can be compared between two moments. */
export function withoutBookkeeping(object: JsonObject): JsonObject {
  const { status: _, ...rest } = object;
  const metadata: JsonObject = { ...objectAt(object, "metadata") };
  for (const name of BOOKKEEPING) delete metadata[name];
  return { ...rest, metadata };
}

/**
 * JSON pointers of what differs, in document order. Items of keyed lists are matched by their keys, so that an item put in the
 * middle is one difference, and a change of order alone is none. A pointer's index counts in `after`, for removed items in `before`.
 */
export function differingFields(before: JsonObject, after: JsonObject, schema: FieldSchema | undefined): readonly string[] {
  return [...differences(before, after, schema, "")];
}

function* differences(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  schema: FieldSchema | undefined,
  pointer: string,
): Generator<string> {
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const type = typeOfField(schema?.map, name);
      yield* differences(ownValue(before, name), ownValue(after, name), type, `${pointer}/${escapePointer(name)}`);
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    yield* listDifferences(before, after, schema?.list, pointer);
  } else if (!equalScalars(before, after, schema)) {
    yield pointer;
  }
}

function* listDifferences(before: JsonValue[], after: JsonValue[], list: ListSchema | undefined, pointer: string): Generator<string> {
  const item = list?.item();
  if (list !== undefined && list.relation !== "atomic") {
    const old = itemsByName(before, list);
    const now = itemsByName(after, list);
    if (old.unnamed === 0 && now.unnamed === 0) {
      for (const [index, value] of after.entries())
        yield* differences(old.named.get(itemName(value, list) ?? ""), value, item, `${pointer}/${index}`);
      for (const [index, value] of before.entries()) if (!now.named.has(itemName(value, list) ?? "")) yield `${pointer}/${index}`;
      return;
    }
  }
  if (before.length !== after.length) {
    if (!equalValues(before, after)) yield pointer;
    return;
  }
  for (const [index, value] of after.entries()) yield* differences(before[index], value, item, `${pointer}/${index}`);
}

function ownValue(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
