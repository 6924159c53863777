import type { GitOpsError } from "../../../model/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../model/json.ts";
import { numberText } from "../../../yaml/number-text.ts";
import { buildFailure, pointerStep, type Spot } from "../fail.ts";
import { nearest } from "../nearest.ts";

/** Where a value stands: the file, the document in it, and the field. */
export interface Place extends Spot {
  /** The field as messages have it. */
  readonly path: string;
  /** Unknown fields are errors in a kustomization file, and passed over in the files of plugins. */
  readonly strict: boolean;
  /** Where given: numbers and booleans stand for texts, and this is told of unknown fields, as sigs.k8s.io/yaml reads into Go's types. */
  readonly lenient?: (unknownField: GitOpsError) => void;
}

/** Checks a value from outside and gives it a type. Throws BUILD_FAILED naming the field, never the value. */
export type Decoder<T> = (value: JsonValue, place: Place) => T;

type Fields = Readonly<Record<string, Decoder<unknown>>>;
type Decoded<F extends Fields> = { readonly [K in keyof F]?: ReturnType<F[K]> | undefined };

/** What a value is, in the words of YAML. */
function typeName(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (isJsonObject(value)) return "a map";
  return typeof value === "bigint" || typeof value === "number" ? "a number" : `a ${typeof value}`;
}

function unexpected(value: JsonValue, place: Place, expected: string): Error {
  const hint = expected === "a string" && typeof value !== "object" ? "put the value in quotes" : undefined;
  return buildFailure(place, `${place.path === "" ? "the file" : place.path} is ${typeName(value)}; expected ${expected}`, hint);
}

function inside(place: Place, step: string): Place {
  return { ...place, path: place.path === "" ? step : `${place.path}.${step}`, field: (place.field ?? "") + pointerStep(step) };
}

/** A string. Numbers and booleans are refused, as Go's JSON decoder does, but where the place is lenient. */
export function text(value: JsonValue, place: Place): string {
  if (place.lenient !== undefined) {
    if (typeof value === "boolean") return String(value);
    if (typeof value === "number" || typeof value === "bigint") return numberText(value);
  }
  if (typeof value !== "string") throw unexpected(value, place, "a string");
  return value;
}

/** True or false. */
export function flag(value: JsonValue, place: Place): boolean {
  if (typeof value !== "boolean") throw unexpected(value, place, "true or false");
  return value;
}

/** A whole number. */
export function integer(value: JsonValue, place: Place): number {
  const number = typeof value === "bigint" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number)) throw unexpected(value, place, "a whole number");
  return number;
}

/** A list. A null element is the empty value of its kind, which only texts have. */
export function listOf<T>(element: Decoder<T>): Decoder<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw unexpected(value, place, "a list");
    return value.map((item, index) =>
      element(item ?? "", { ...place, path: `${place.path}[${index}]`, field: (place.field ?? "") + pointerStep(index) }),
    );
  };
}

/** A map, as it is. */
export function mapping(value: JsonValue, place: Place): JsonObject {
  if (!isJsonObject(value)) throw unexpected(value, place, "a map");
  return value;
}

/** A map of strings, keys sorted bytewise. */
export function textMap(value: JsonValue, place: Place): ReadonlyMap<string, string> {
  if (!isJsonObject(value)) throw unexpected(value, place, "a map");
  const keys = Object.keys(value).sort();
  return new Map(keys.map((key) => [key, text(value[key] ?? "", inside(place, key))]));
}

/** A map with known fields, matched without case where none matches exactly. A null field is an absent one. */
export function struct<F extends Fields>(fields: F): Decoder<Decoded<F>> {
  const folded = new Map(Object.keys(fields).map((name) => [name.toLowerCase(), name]));
  return (value, place) => {
    if (!isJsonObject(value)) throw unexpected(value, place, "a map");
    const result: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const name = Object.hasOwn(fields, key) ? key : folded.get(key.toLowerCase());
      const decoder = name === undefined ? undefined : fields[name];
      if (name !== undefined && decoder !== undefined) {
        if (item !== null) result[name] = decoder(item, inside(place, name));
      } else if (place.strict) {
        throw unknownField(key, Object.keys(fields), place);
      } else {
        place.lenient?.(unknownField(key, Object.keys(fields), place));
      }
    }
    return result as Decoded<F>; // each field was checked by its own decoder just above
  };
}

function unknownField(key: string, names: readonly string[], place: Place): GitOpsError {
  const meant = nearest(key, names);
  const where = place.path === "" ? "" : ` in ${place.path}`;
  const hint = meant === undefined ? `the fields known here are ${[...names].sort().join(", ")}` : `did you mean ${meant}?`;
  return buildFailure(inside(place, key), `unknown field ${JSON.stringify(key)}${where}`, hint);
}
