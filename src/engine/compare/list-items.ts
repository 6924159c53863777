import { isJsonObject, type JsonObject, type JsonValue } from "../model/json.ts";
import type { ListSchema } from "./field-schema.ts";

/**
 * What names an item of a set or a keyed list in `fieldsV1`: `v:"a"` or `k:{"containerPort":80,"protocol":"TCP"}`.
 * Keys that the item leaves out count with their default, as on the server. Undefined where the item has none of the keys.
 */
export function itemName(item: JsonValue, list: ListSchema): string | undefined {
  if (list.relation === "set") return isJsonObject(item) || Array.isArray(item) ? undefined : `v:${scalarText(item)}`;
  if (!isJsonObject(item)) return undefined;
  const map = list.item().map;
  const parts: string[] = [];
  for (const key of list.keys) {
    const value = Object.hasOwn(item, key) ? item[key] : map?.defaultOf(key);
    if (value !== undefined) parts.push(`${JSON.stringify(key)}:${scalarText(value)}`);
  }
  return parts.length === 0 ? undefined : `k:{${parts.join(",")}}`;
}

/** The items of a list by name. Items without a name, and all but the first of one name, are `unnamed`. */
export function itemsByName(
  items: readonly JsonValue[],
  list: ListSchema,
): { readonly named: ReadonlyMap<string, JsonValue>; readonly unnamed: number } {
  const named = new Map<string, JsonValue>();
  let unnamed = 0;
  for (const item of items) {
    const name = itemName(item, list);
    if (name === undefined || named.has(name)) unnamed += 1;
    else named.set(name, item);
  }
  return { named, unnamed };
}

/** The name of an item as `fieldsV1` of a server has it, brought to the form of {@link itemName} (Go escapes `<`, `>` and `&`). */
export function canonicalItemName(name: string): string {
  const prefix = name.slice(0, 2);
  if ((prefix !== "k:" && prefix !== "v:") || !name.includes("\\u")) return name;
  const value = parseName(name.slice(2));
  if (value === undefined) return name;
  if (prefix === "v:" || !isJsonObject(value)) return `${prefix}${scalarText(value)}`;
  const parts = Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${scalarText(value[key] ?? null)}`);
  return `k:{${parts.join(",")}}`;
}

function parseName(text: string): JsonObject | JsonValue | undefined {
  try {
    const parsed: JsonValue = JSON.parse(text);
    return parsed;
  } catch {
    return undefined; // no name that a server writes: it is then equal to none of ours
  }
}

function scalarText(value: JsonValue): string {
  return typeof value === "bigint" ? value.toString() : JSON.stringify(value);
}
