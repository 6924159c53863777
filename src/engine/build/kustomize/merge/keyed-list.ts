import { isJsonObject, type JsonValue } from "../../../model/json.ts";
import { scalarText } from "../resources/scalar.ts";
import { MergeConflict } from "./merge-conflict.ts";

/** An element of a list that is merged by keys. The key "" stands for the element itself, in a set of scalars. */
export type Element = JsonValue;

/** The texts of the keys of an element; "" for one that it lacks. */
export function keyTexts(element: Element, keys: readonly string[]): string[] {
  return keys.map((key) =>
    key === "" ? scalarText(element) : isJsonObject(element) && Object.hasOwn(element, key) ? scalarText(element[key]) : "",
  );
}

/**
 * Fills keys that one element lacks from another that agrees in the rest: a port without protocol is the port with one.
 * The order of the passes matters to the result, and is kyaml's.
 */
export function unifyKeys(all: string[][]): string[][] {
  for (let i = 0; i < all.length; i++) {
    for (let j = 0; j < all.length; j++) {
      const unified = unify(all[i] ?? [], all[j] ?? []);
      if (unified === undefined) continue;
      all[i] = unified;
      all[j] = unified;
    }
  }
  return all;
}

function unify(left: readonly string[], right: readonly string[]): string[] | undefined {
  const differs = left.some((text, index) => text !== right[index] && text !== "" && right[index] !== "");
  const agrees = left.some((text, index) => text === right[index]);
  if (differs || !agrees) return undefined;
  return left.map((text, index) => (text === "" ? (right[index] ?? "") : text));
}

/** The keys that at least one element has, and an element's texts for them. With none known, all of them. */
export function knownKeys(
  all: readonly (readonly string[])[],
  texts: readonly string[],
  keys: readonly string[],
): { keys: readonly string[]; texts: readonly string[] } {
  const known = new Set(all.flatMap((one) => keys.filter((_, index) => one[index] !== undefined && one[index] !== "")));
  if (known.size === 0) return { keys, texts };
  return {
    keys: keys.filter((key) => known.has(key)),
    texts: texts.filter((text, index) => text !== "" || known.has(keys[index] ?? "")),
  };
}

/** The first element with these texts under these keys. */
export function elementWithKeys(list: readonly Element[], keys: readonly string[], texts: readonly string[]): Element | undefined {
  if (keys[0] === "" || keys[0] === undefined) return list.find((element) => scalarText(element) === (texts[0] ?? ""));
  return list.find(
    (element) =>
      isJsonObject(element) && keys.every((key, index) => Object.hasOwn(element, key) && scalarText(element[key]) === texts[index]),
  );
}

/**
 * Replaces every element with these texts under these keys, or appends where there is none; without an element, removes them.
 * Empty elements vanish on the way, as they do in kyaml's ElementSetter.
 */
export function setElement(list: Element[], element: Element | undefined, keys: readonly string[], texts: readonly string[]): void {
  const kept: Element[] = [];
  let found = false;
  const ofMaps = keys[0] !== "" && keys[0] !== undefined && texts[0] !== undefined && texts[0] !== "";
  for (const item of list) {
    if (item === null || (isJsonObject(item) && Object.keys(item).length === 0)) continue;
    if (!isJsonObject(item) && ofMaps) {
      kept.push(item);
    } else if (!matches(item, keys, texts)) {
      if (texts.length > 0) kept.push(item);
    } else {
      found = true;
      if (element !== undefined) kept.push(element);
    }
  }
  if (element !== undefined && element !== null && !found) kept.push(element);
  list.splice(0, list.length, ...kept);
}

function matches(item: Element, keys: readonly string[], texts: readonly string[]): boolean {
  let matched = false;
  for (const [index, key] of keys.entries()) {
    const text = texts[index];
    if (text !== undefined) matched = matchesOne(item, key, text);
    if (!matched) return false;
  }
  return true;
}

function matchesOne(item: Element, key: string, text: string): boolean {
  if (key === "") {
    if (typeof item === "object") throw new MergeConflict("a list of scalars has a map or list in it");
    return scalarText(item) === text;
  }
  if (!isJsonObject(item)) throw new MergeConflict("a list of maps has a scalar or list in it");
  return Object.hasOwn(item, key) && (text === "" || scalarText(item[key]) === text);
}
