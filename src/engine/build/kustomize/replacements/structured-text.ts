import { GitOpsError } from "../../../model/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../model/json.ts";
import type { editYamlText } from "../../../yaml/edit-text.ts";
import { readYamlText } from "../../../yaml/read.ts";
import { DEFAULT_BUDGET } from "../../build-options.ts";
import { isUntyped, sourceText, typeBehind } from "../../../yaml/source-text.ts";
import { lookUp } from "../field-specs/look-up.ts";
import { writeSlot } from "../resources/joined-scalars.ts";
import { goJson } from "../generators/hash.ts";
import { NotLoaded } from "../not-loaded.ts";
import { misfitIn } from "../resources/misfits.ts";
import { scalarText, slotValue } from "../resources/scalar.ts";
import { type Leaf, type MatchedSlot, matchPath, PathMismatch } from "./match-path.ts";

let editText: typeof editYamlText | undefined;

async function loadEditor(): Promise<void> {
  ({ editYamlText: editText } = await import("../../../yaml/edit-text.ts"));
}

/** Reads YAML or JSON that is the text of a field. Throws {@link PathMismatch} where it is neither. */
export function readStructured(text: string): JsonValue {
  try {
    const [document] = readYamlText(text, { file: "", dialect: "resource", budget: DEFAULT_BUDGET });
    return document?.value ?? null;
  } catch (error) {
    if (error instanceof GitOpsError) throw new PathMismatch("the path leads into a text that is no YAML");
    throw error;
  }
}

/**
 * Follows a path into a text that is YAML or JSON itself, sets what it leads to, and writes the text anew. Throws {@link NotLoaded}.
 *
 * @returns whether there was such a text and such a field; otherwise nothing was changed.
 */
export function setInsideText(
  object: JsonObject,
  steps: readonly string[],
  create: Leaf | undefined,
  set: (slot: MatchedSlot) => void,
): boolean {
  for (let length = 1; length < steps.length; length++) {
    const found = lookUp(object, steps.slice(0, length));
    if (!found.ok || found.value === undefined || found.slot === undefined || (typeof found.value === "object" && found.value !== null))
      continue;
    const text = scalarText(found.value);
    const changed = changeInside(text, steps.slice(length), create, set);
    if (changed === undefined) return false;
    writeSlot(found.slot, changed);
    return true;
  }
  return false;
}

function changeInside(
  text: string,
  path: readonly string[],
  create: Leaf | undefined,
  set: (slot: MatchedSlot) => void,
): string | undefined {
  try {
    const inside = readStructured(text);
    if (typeof inside !== "object" || inside === null) return undefined;
    // A list is wrapped so that the path can start with its index.
    const root: JsonObject = isJsonObject(inside) ? inside : { "": inside };
    const slots = matchPath(root, isJsonObject(inside) ? path : ["", ...path], create, readStructured);
    if (slots.length === 0) return undefined;
    for (const slot of slots) set(slot);
    // JSON has no tags that could say what a text is.
    if (/^\s*[{[]/.test(text)) return misfitIn(inside) === undefined ? jsonLike(inside, text) : undefined;
    if (editText === undefined) throw new NotLoaded(loadEditor);
    return editText(
      text,
      slots.map((slot) => ({ path: pathTo(inside, slot) ?? [], ...writtenAs(slot) })),
    ).trim();
  } catch (error) {
    if (error instanceof PathMismatch || error instanceof GitOpsError) return undefined;
    throw error;
  }
}

/** JSON as Go writes it: keys sorted, on lines of their own if the text had lines and indentation. */
function jsonLike(value: JsonValue, before: string): string {
  return before.includes("\n") && before.includes("  ") ? prettyJson(value, "") : goJson(value);
}

/** What stands in the text: a value without a type as it was given, unless it needs quotes. */
function writtenAs(slot: MatchedSlot): { readonly value: JsonValue; readonly tag: string | undefined } {
  const value = slotValue(slot) ?? null;
  const given = isUntyped(slot.container, slot.key) ? sourceText(slot.container, slot.key) : undefined;
  if (given !== undefined && (given === "" || typeof value !== "string")) return { value: given, tag: "" };
  return { value, tag: tagOf(typeBehind(slot.container, slot.key)) };
}

/** The tag that go-yaml writes before a text whose node has another type. */
function tagOf(type: JsonValue | undefined): string | undefined {
  if (type === undefined || typeof type === "object") return type === null ? "!!null" : undefined;
  if (typeof type === "boolean") return "!!bool";
  return Number.isInteger(Number(type)) ? "!!int" : "!!float";
}

/** The keys and indexes that lead to a slot. */
function pathTo(value: JsonValue, slot: MatchedSlot): readonly (string | number)[] | undefined {
  if (value === slot.container) return [slot.key];
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, item] of entries) {
    const rest = pathTo(item, slot);
    if (rest !== undefined) return [key, ...rest];
  }
  return undefined;
}

function prettyJson(value: JsonValue, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map((item) => inner + prettyJson(item, inner)).join(",\n")}\n${indent}]`;
  }
  if (!isJsonObject(value)) return goJson(value);
  const keys = Object.keys(value).sort();
  if (keys.length === 0) return "{}";
  return `{\n${keys.map((key) => `${inner}${goJson(key)}: ${prettyJson(value[key] ?? null, inner)}`).join(",\n")}\n${indent}}`;
}
