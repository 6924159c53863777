import { isJsonObject, type JsonObject, type JsonValue } from "../../../model/json.ts";
import { scalarText, type Slot } from "../resources/scalar.ts";

/** What a path leads to; `ok` is false where the path itself cannot be followed. */
export type LookUp =
  | { readonly ok: true; readonly value: JsonValue | undefined; readonly slot: Slot | undefined }
  | { readonly ok: false; readonly why: string };

const nothing: LookUp = { ok: true, value: undefined, slot: undefined };

/**
 * Follows a path of field names, indexes (`-` is the last), and `[key=value]` or `[=value]` for the first such element,
 * exactly as kyaml's PathGetter does.
 */
export function lookUp(object: JsonObject, path: readonly string[]): LookUp {
  let found: LookUp = { ok: true, value: object, slot: undefined };
  for (const step of path.map((part) => part.trim()).filter((part) => part !== "")) {
    if (!found.ok || found.value === undefined || found.value === null) return found.ok ? nothing : found;
    found = stepInto(found.value, step);
  }
  return found;
}

function stepInto(value: JsonValue, step: string): LookUp {
  if (step === "*") return { ok: false, why: "a * cannot be used here" };
  if (step === "-" || /^[-+]?\d+$/.test(step)) return element(value, step);
  if (step.startsWith("[") && step.endsWith("]")) return matchingElement(value, step);
  if (!isJsonObject(value)) return { ok: false, why: `the step ${JSON.stringify(step)} needs a map` };
  if (!Object.hasOwn(value, step)) return nothing;
  return { ok: true, value: value[step], slot: { container: value, key: step } };
}

function element(value: JsonValue, step: string): LookUp {
  if (!Array.isArray(value) || Number(step) < 0) return { ok: false, why: `the index ${step} needs a list` };
  const index = step === "-" ? value.length - 1 : Number(step);
  return index in value ? { ok: true, value: value[index], slot: { container: value, key: index } } : nothing;
}

function matchingElement(value: JsonValue, step: string): LookUp {
  const [key, text] = splitMatch(step);
  if (text === undefined || !Array.isArray(value)) return { ok: false, why: "a step in brackets needs a list, and [key=value]" };
  const index = value.findIndex((item) => {
    if (key === "") return (typeof item !== "object" || item === null) && scalarText(item) === text;
    return isJsonObject(item) && Object.hasOwn(item, key) && scalarText(item[key]) === text;
  });
  return index < 0 ? nothing : { ok: true, value: value[index], slot: { container: value, key: index } };
}

/** The key and the text of `[key=text]`; no text where there is no equals sign. */
export function splitMatch(step: string): readonly [key: string, text: string | undefined] {
  const inner = step.replace(/\]$/, "").replace(/^\[/, "");
  const equals = inner.indexOf("=");
  return equals < 0 ? ["", undefined] : [inner.slice(0, equals), inner.slice(equals + 1)];
}
