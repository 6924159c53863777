import { isJsonObject, type JsonObject, type JsonValue, setKey } from "../../../model/json.ts";
import { splitMatch } from "../field-specs/look-up.ts";
import { compileInnerPattern, type Pattern } from "../regular-expression.ts";
import { scalarText, type Slot } from "../resources/scalar.ts";
import { resolvePlain } from "../../../yaml/scalar.ts";

/** What is made at the end of a path that is created. */
export type Leaf = "map" | "list" | "scalar";

/** A place that a path leads to. A field that was just made as a scalar has no type of its own yet. */
export interface MatchedSlot extends Slot {
  readonly isNew?: boolean;
  /** It lies in a copy of what a text holds: writing there changes nothing. */
  readonly isDetached?: boolean;
}

/** A path that cannot be followed. The message names the step, never a value. */
export class PathMismatch extends Error {
  override readonly name = "PathMismatch";
}

/** Reads the text of a scalar that a path goes on into; throws {@link PathMismatch} where it is no YAML. */
export type ReadInside = (text: string) => JsonValue;

interface Match {
  readonly create: Leaf | undefined;
  readonly readInside: ReadInside;
}

const ROOT: Slot = { container: [], key: 0 };

/**
 * Every place that a path leads to, as kyaml's PathMatcher finds them: `*` is every element, and `[key=pattern]` every element
 * whose text the pattern is found in (it is not anchored). With `create`, missing fields are made.
 * Throws {@link PathMismatch}.
 */
export function matchPath(
  object: JsonObject,
  path: readonly string[],
  create: Leaf | undefined,
  readInside: ReadInside,
): readonly MatchedSlot[] {
  return follow({ create, readInside }, object, path, ROOT);
}

function follow(match: Match, value: JsonValue, path: readonly string[], slot: MatchedSlot): readonly MatchedSlot[] {
  const [step, ...rest] = path;
  if (step === undefined) return [slot];
  if (/^\+?\d+$/.test(step)) return followIndex(match, listAt(value, step), Number(step), rest);
  if (step.startsWith("[") && step.endsWith("]")) return followElements(match, listAt(value, step), step, rest);
  if (step === "*")
    return listAt(value, step).flatMap((item, index) => follow(match, item, rest, { container: listAt(value, step), key: index }));
  return followField(match, value, step, rest);
}

function listAt(value: JsonValue, step: string): JsonValue[] {
  if (!Array.isArray(value)) throw new PathMismatch(`the step ${JSON.stringify(step)} needs a list`);
  return value;
}

function followField(match: Match, value: JsonValue, step: string, rest: readonly string[]): readonly MatchedSlot[] {
  // The original writes a new field beside a null, where it is lost, and is content.
  if (value === null) return match.create === undefined ? [] : [{ ...ROOT, isDetached: true }];
  if (!isJsonObject(value)) throw new PathMismatch(`the step ${JSON.stringify(step)} needs a map`);
  const found = Object.hasOwn(value, step) ? value[step] : undefined;
  if (found === undefined && match.create === undefined) return [];
  const field = found ?? (found === null ? null : emptyFor(rest[0], match.create));
  if (found === undefined) setKey(value, step, field);
  const slot = { container: value, key: step, isNew: found === undefined };
  if (rest.length > 0 && (typeof field !== "object" || field === null)) {
    return follow(match, match.readInside(scalarText(field)), rest, ROOT).map((inside) => ({ ...inside, isDetached: true }));
  }
  return follow(match, field, rest, slot);
}

function followIndex(match: Match, list: JsonValue[], index: number, rest: readonly string[]): readonly MatchedSlot[] {
  const isNew = index === list.length && match.create !== undefined;
  if (isNew) list.push(emptyFor(rest[0], match.create));
  const element = list[index];
  if (element === undefined) throw new PathMismatch(`index ${index} specified but only ${list.length} elements found`);
  return follow(match, element, rest, { container: list, key: index, isNew });
}

function followElements(match: Match, list: JsonValue[], step: string, rest: readonly string[]): readonly MatchedSlot[] {
  const [key, source] = splitMatch(step);
  const pattern = source === undefined ? undefined : compileInnerPattern(source);
  if (source === undefined || pattern === undefined) throw new PathMismatch(`the step ${JSON.stringify(step)} is no [key=pattern]`);
  const found = list.flatMap((element, index) => followElement(match, element, { container: list, key: index }, { key, pattern, rest }));
  if (found.length > 0 || match.create === undefined) return found;
  const made: JsonValue = key === "" ? resolvePlain(source, "resource") : { [key]: resolvePlain(source, "resource") };
  list.push(made);
  return followElement(match, made, { container: list, key: list.length - 1 }, { key, pattern, rest });
}

interface ElementStep {
  readonly key: string;
  readonly pattern: Pattern;
  readonly rest: readonly string[];
}

function followElement(match: Match, element: JsonValue, slot: Slot, { key, pattern, rest }: ElementStep): readonly MatchedSlot[] {
  if (key === "") return pattern.test(scalarText(element)) ? [slot] : [];
  if (!isJsonObject(element) || !Object.hasOwn(element, key)) return [];
  return pattern.test(scalarText(element[key])) ? follow(match, element, rest, slot) : [];
}

/** What a new field holds so that the next step can go on. */
function emptyFor(next: string | undefined, leaf: Leaf | undefined): JsonValue {
  if (next === undefined) return leaf === "map" ? {} : leaf === "list" ? [] : "";
  return /^\+?\d+$/.test(next) || (next.startsWith("[") && next.endsWith("]")) ? [] : {};
}
