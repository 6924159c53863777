import { isJsonObject, type JsonObject, type JsonValue, setKey } from "../../../model/json.ts";
import { forgetText, isQuoted, isUntyped, rememberText, rememberType, sourceText } from "../../../yaml/source-text.ts";
import type { FieldType, ObjectType, Schema } from "../schema/schema.ts";
import { isInQuotes, scalarText, type Slot } from "../resources/scalar.ts";
import { listDirective, mapDirective } from "./directive.ts";
import { removeKey, writeSlot } from "../resources/joined-scalars.ts";
import { elementWithKeys, type Element, keyTexts, knownKeys, setElement, unifyKeys } from "./keyed-list.ts";
import { pointerOf } from "../fail.ts";
import { MergeConflict } from "./merge-conflict.ts";

/** One field as it stands before the merge and in the patch; undefined where it is absent. */
interface Pair {
  readonly dest: JsonValue | undefined;
  readonly patch: JsonValue | undefined;
  readonly path: string;
}

/**
 * Merges a strategic merge patch into an object, as kyaml's merge2 does with lists prepended: elements of a merged list
 * come patch first, lists of unknown types are replaced whole, `$patch` directives act and vanish.
 * Changes both arguments. Throws {@link MergeConflict}.
 *
 * @returns undefined where the patch deletes the object.
 */
export function mergeStrategically(object: JsonObject, patch: JsonObject, schema: Schema): JsonObject | undefined {
  const merged = new Merger(schema).walk({ dest: object, patch, path: "" }, undefined);
  return isJsonObject(merged) ? merged : undefined;
}

class Merger {
  readonly #schema: Schema;

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  walk(pair: Pair, field: FieldType | undefined): JsonValue | undefined {
    switch (shapeOf(pair)) {
      case "list":
        return field?.mergeKeys === undefined
          ? pair.patch === undefined
            ? pair.dest
            : pair.patch
          : this.#list(pair, field.mergeKeys, field.type);
      case "scalar":
        return pair.patch === undefined ? pair.dest : pair.patch;
      default:
        return this.#map(pair, field?.type ?? this.#typeByMeta(pair));
    }
  }

  #typeByMeta({ dest, patch }: Pair): ObjectType | undefined {
    for (const value of [dest, patch]) {
      if (!isJsonObject(value)) continue;
      const type = this.#schema.typeOf(scalarText(value["apiVersion"]), scalarText(value["kind"]));
      if (type !== undefined) return type;
    }
    return undefined;
  }

  #map(pair: Pair, type: ObjectType | undefined): JsonValue | undefined {
    const dest = mapToChange(pair);
    if (!isJsonObject(dest)) return dest;
    const patch = isJsonObject(pair.patch) ? pair.patch : undefined;
    const names = new Set([...Object.keys(dest), ...(patch === undefined ? [] : Object.keys(patch))]);
    for (const name of [...names].sort()) {
      const path = pair.path === "" ? name : `${pair.path}.${name}`;
      const value = this.walk({ dest: own(dest, name), patch: own(patch, name), path }, type?.field(name));
      // A null that the patch does not touch stays, if it was written as one: `key:` alone goes.
      const keepsNull = value === null && own(patch, name) === undefined && (sourceText(dest, name) !== "" || isUntyped(dest, name));
      if (value === undefined || (value === null && !keepsNull)) {
        removeKey(dest, name);
        continue;
      }
      this.#set({ container: dest, key: name }, value, patch);
    }
    return dest;
  }

  /** A scalar keeps its quotes: a number that takes the place of `"80"` becomes text, and text in the place of `a` has none. */
  #set(slot: Slot & { readonly container: JsonObject; readonly key: string }, value: JsonValue, patch: JsonObject | undefined): void {
    const { container: dest, key } = slot;
    const before = own(dest, key);
    const isScalar = typeof value !== "object" && own(patch, key) !== undefined && patch !== dest;
    if (!isScalar || patch === undefined) {
      const text = patch === undefined || patch === dest || own(patch, key) === undefined ? untypedText(dest, key) : undefined;
      if (text === undefined) {
        if (value !== before) writeSlot(slot, value);
        return;
      }
      forgetText(dest, key);
      writeSlot(slot, text);
      return;
    }
    const written = sourceText(patch, key);
    const inQuotes = before === undefined ? isQuoted(patch, key) : isInQuotes({ container: dest, key });
    const merged = inQuotes && typeof value !== "string" ? (written ?? scalarText(value)) : value;
    if (merged !== before) writeSlot(slot, merged);
    if (inQuotes && typeof merged === "string" && typeof value !== "string") rememberType(dest, key, merged, value, true);
    else if (inQuotes && typeof merged === "string") rememberText(dest, key, merged, merged);
    else if (typeof merged !== "string" && written !== undefined) rememberText(dest, key, merged, written);
    else forgetText(dest, key);
  }

  #list(pair: Pair, keys: readonly string[], type: ObjectType | undefined): JsonValue | undefined {
    const dest = listToChange(pair);
    if (!Array.isArray(dest)) return undefined;
    const patch = Array.isArray(pair.patch) ? pair.patch : [];
    const matched = keys.length === 0 ? [""] : keys;
    const texts = distinct([...patch, ...dest].map((element) => keyTexts(element, matched)));
    const all = matched.length > 1 ? unifyKeys(texts) : texts;
    if (all.length === 0) return dest;
    return this.#elements({ dest, patch, path: pair.path }, matched, all, type);
  }

  #elements(
    lists: { dest: Element[]; patch: Element[]; path: string },
    keys: readonly string[],
    all: string[][],
    type: ObjectType | undefined,
  ): JsonValue {
    const added: Element[] = [];
    let used = { keys, texts: [] as readonly string[] };
    for (const texts of all) {
      used = knownKeys(all, texts, keys);
      const one = knownKeys([[...used.texts]], used.texts, used.keys);
      const dest = elementWithKeys(lists.dest, one.keys, one.texts);
      const patch = elementWithKeys(lists.patch, one.keys, one.texts);
      const merged = this.walk({ dest, patch, path: `${lists.path}[]` }, { mergeKeys: undefined, type });
      if (isEmpty(merged)) setElement(lists.dest, undefined, used.keys, used.texts);
      else setElement(added, withKeys(merged, used.keys, used.texts), used.keys, used.texts);
    }
    appendRest(added, lists.dest, used.keys);
    return added;
  }
}

type Shape = "map" | "list" | "scalar" | "none";

function shape(value: JsonValue | undefined): Shape {
  if (value === undefined || value === null) return "none";
  if (Array.isArray(value)) return "list";
  return typeof value === "object" ? "map" : "scalar";
}

function shapeOf({ dest, patch, path }: Pair): Shape {
  const [before, change] = [shape(dest), shape(patch)];
  if (before !== "none" && change !== "none" && before !== change) {
    throw new MergeConflict(`${path} is a ${before}, and the patch has a ${change} there`, pointerOf(path));
  }
  return before === "none" ? change : before;
}

function own(object: JsonObject | undefined, key: string): JsonValue | undefined {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The map that the fields of both are merged into: the patch's own where there was none. Undefined where it is removed. */
function mapToChange({ dest, patch, path }: Pair): JsonValue | undefined {
  const directive = isJsonObject(patch) ? mapDirective(patch, path) : "merge";
  if (dest === undefined || dest === null) {
    if (directive === "delete") return undefined;
    return patch === undefined ? dest : patch;
  }
  if (patch === null || directive === "delete") return undefined;
  return directive === "replace" ? patch : dest;
}

function listToChange({ dest, patch, path }: Pair): JsonValue | undefined {
  if (dest === undefined || dest === null) return patch;
  if (patch === null) return undefined;
  const directive = Array.isArray(patch) ? listDirective(patch, path) : "merge";
  if (directive === "delete") return undefined;
  return directive === "replace" ? patch : dest;
}

function distinct(lists: readonly string[][]): string[][] {
  const seen = new Set<string>();
  return lists.filter((texts) => seen.size !== seen.add(texts.join("\n")).size);
}

function isEmpty(value: JsonValue | undefined): value is undefined | null {
  return value === undefined || value === null || (isJsonObject(value) && Object.keys(value).length === 0);
}

/** The merge gives every value that it walks over a type, and one without any is a text to it; but nothing at all stays nothing. */
function untypedText(container: JsonObject, key: string): string | undefined {
  return isUntyped(container, key) && container[key] !== "" ? sourceText(container, key) : undefined;
}

/** Sets the keys that an element is matched by where it lacks them. */
function withKeys(element: Element, keys: readonly string[], texts: readonly string[]): Element {
  if (!isJsonObject(element)) return element;
  keys.forEach((key, index) => {
    const text = texts[index] ?? "";
    if (!Object.hasOwn(element, key) && text !== "") setKey(element, key, text);
  });
  return element;
}

/** Puts the elements that the list had behind those of the patch; merged ones keep the place of the patch. */
function appendRest(added: Element[], rest: readonly Element[], keys: readonly string[]): void {
  for (const element of rest) {
    if (keys[0] === "") {
      setElement(added, element, keys, [scalarText(element)]);
      continue;
    }
    const texts: string[] = [];
    for (const key of keys) {
      const value = isJsonObject(element) ? own(element, key) : undefined;
      if (value === undefined) added.push(element);
      else texts.push(scalarText(value));
    }
    if (keys.length > 1) setElement(added, undefined, keys, texts);
    setElement(added, element, keys, texts);
  }
}
