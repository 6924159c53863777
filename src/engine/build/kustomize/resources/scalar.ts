import { type JsonObject, type JsonValue, setKey } from "../../../model/json.ts";
import { isPlainString, resolvePlain } from "../../../yaml/scalar.ts";
import { type Container, copySourceTexts, isQuoted, isUntyped, rememberText, sourceText } from "../../../yaml/source-text.ts";

/** What a container holds a value under: a key of a map or an index of a list. */
export interface Slot {
  readonly container: Container;
  readonly key: string | number;
  /** Made for what is about to be written: no quotes stood here. */
  readonly isNew?: boolean;
}

/** The text that a scalar has in YAML; "" for maps, lists and nothing. */
export function scalarText(value: JsonValue | undefined): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined || typeof value === "object") return "";
  return String(value);
}

/** The text of a scalar as it was written, or else as YAML would write it. */
export function slotText(container: Container, key: string | number): string {
  return sourceText(container, key) ?? scalarText(slotValue({ container, key }));
}

/** Sets a text as kustomize does: in quotes where YAML 1.1 would take it for anything else. */
export function setText(object: JsonObject, key: string, text: string): void {
  setKey(object, key, text);
  if (text !== "" && !isPlainString(text)) rememberText(object, key, text, text);
}

/** Whether a text stood in quotes, or could not stand without them. */
export function isInQuotes(slot: Slot): boolean {
  const { container, key, isNew = false } = slot;
  const value = slotValue(slot);
  if (isNew || typeof value !== "string" || isUntyped(container, key)) return false;
  return isQuoted(container, key) || typeof resolvePlain(value, "resource") !== "string";
}

/** What a slot holds. */
export function slotValue({ container, key }: Slot): JsonValue | undefined {
  if (Array.isArray(container)) return container[Number(key)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

/** A copy that shares nothing. Keeps every key, `__proto__` too, and how scalars were written. */
export function cloneValue<T extends JsonValue>(value: T): T;
export function cloneValue(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    const copy = value.map((item) => cloneValue(item));
    copySourceTexts(value, copy);
    return copy;
  }
  if (typeof value !== "object" || value === null) return value;
  const copy: JsonObject = {};
  for (const key in value) {
    const item = value[key];
    if (item !== undefined) setKey(copy, key, cloneValue(item));
  }
  copySourceTexts(value, copy);
  return copy;
}
