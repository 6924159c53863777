import { durationMs } from "../model/duration.ts";
import { isJsonObject, type JsonValue } from "../model/json.ts";

/**
 * What a field of a declared object may hold: a word for a scalar, an array for a list of one shape, an object for its fields, or a
 * list of allowed words. `map` holds texts by any key, `any` whatever there is.
 */
export type Shape =
  | "text"
  | "flag"
  | "duration"
  | "map"
  | "any"
  | { readonly words: readonly string[] }
  | { readonly list: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

/** A field that does not fit its shape: `isUnknown` where the shape knows no such field, else the value is of another type. */
export interface Misfit {
  /** As in `spec.patches[0].target`. */
  readonly path: string;
  readonly expected: string;
  readonly isUnknown: boolean;
}

/** Every field of a value that does not fit. A null counts as left out, as the API server has it. */
export function misfitsOf(value: JsonValue | undefined, shape: Shape, path: string): readonly Misfit[] {
  if (value === undefined || value === null) return [];
  if (typeof shape === "string") return fitsWord(value, shape) ? [] : [{ path, expected: EXPECTED[shape], isUnknown: false }];
  if ("words" in shape) {
    const isOne = typeof value === "string" && shape.words.includes(value);
    return isOne ? [] : [{ path, expected: `one of ${shape.words.join(", ")}`, isUnknown: false }];
  }
  if ("list" in shape) {
    if (!Array.isArray(value)) return [{ path, expected: "a list", isUnknown: false }];
    return value.flatMap((item, index) => misfitsOf(item, shape.list, `${path}[${String(index)}]`));
  }
  if (!isJsonObject(value)) return [{ path, expected: "a map of fields", isUnknown: false }];
  return Object.entries(value).flatMap(([name, field]) => {
    const known = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
    if (known !== undefined) return misfitsOf(field, known, `${path}.${name}`);
    return [{ path: `${path}.${name}`, expected: nearestOf(name, Object.keys(shape.fields)), isUnknown: true }];
  });
}

const EXPECTED = {
  text: "a text",
  flag: "true or false",
  duration: "a duration such as 5m or 1h30m",
  map: "a map of texts",
  any: "anything",
} as const;

function fitsWord(value: JsonValue, word: keyof typeof EXPECTED): boolean {
  switch (word) {
    case "text":
      return typeof value === "string";
    case "flag":
      return typeof value === "boolean";
    case "duration":
      return typeof value === "string" && durationMs(value) !== undefined;
    case "map":
      return isJsonObject(value) && Object.values(value).every((text) => typeof text === "string");
    case "any":
      return true;
  }
}

/** The field that differs from a name in case only, or in a letter or two; "" where none is near. */
function nearestOf(name: string, known: readonly string[]): string {
  const lower = name.toLowerCase();
  return known.find((one) => one.toLowerCase() === lower) ?? known.find((one) => isNear(one.toLowerCase(), lower)) ?? "";
}

/** Whether one text becomes the other by a letter too much, missing or wrong, or by two letters in the wrong order. */
function isNear(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length < 4 || long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  const rest = long.slice(at + 1);
  if (long.length > short.length) return short.slice(at) === rest;
  const isSwapped = short[at] === long[at + 1] && short[at + 1] === long[at];
  return short.slice(at + 1) === rest || (isSwapped && short.slice(at + 2) === long.slice(at + 2));
}
