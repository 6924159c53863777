import type { JsonValue } from "../../../model/json.ts";
import { setKey } from "../../../model/json.ts";
import { resolvePlain } from "../../../yaml/scalar.ts";
import { isQuoted, rememberText, rememberUntyped } from "../../../yaml/source-text.ts";
import { isInQuotes, type Slot } from "./scalar.ts";

type Container = Slot["container"];
type Group = readonly Slot[];

/**
 * kustomize puts one and the same YAML node at every place where a transformer adds a label or annotation to a resource.
 * Whoever changes one of them later, by a patch or a replacement, changes all: a Deployment's selector follows its label.
 */
const groups = new WeakMap<Container, Map<string | number, Group>>();

/** Says that values which were just added are one. */
export function joinScalars(slots: readonly Slot[]): void {
  if (slots.length < 2) return;
  for (const { container, key } of slots) {
    const known = groups.get(container);
    if (known === undefined) groups.set(container, new Map([[key, slots]]));
    else known.set(key, slots);
  }
}

/** Writes a value where another stands, and wherever that one is shared. */
export function writeSlot(slot: Slot, value: JsonValue): void {
  const group = groups.get(slot.container)?.get(slot.key);
  if (group === undefined) return put(slot, value);
  for (const one of group) if (groups.get(one.container)?.get(one.key) === group) put(one, value);
}

/**
 * Writes a text where kustomize gives the new node no type: it has the quotes of the one before, and without them is read anew when all
 * is printed, so that a name of digits becomes a number.
 */
export function writeUntyped(slot: Slot, text: string): void {
  const { container, key } = slot;
  const inQuotes = isInQuotes(slot);
  const value = inQuotes ? text : resolvePlain(text, "resource");
  writeSlot(slot, value);
  if (inQuotes) rememberText(container, key, text, text);
  else if (value !== text) rememberUntyped(container, key, value, text);
}

/** Removes a key; what is put there later is shared with nothing. */
export function removeKey(object: { [key: string]: JsonValue }, key: string): void {
  groups.get(object)?.delete(key);
  delete object[key];
}

/** A text keeps its quotes when another takes its place. */
function put({ container, key }: Slot, value: JsonValue): void {
  if (typeof value === "string" && isQuoted(container, key)) rememberText(container, key, value, value);
  if (Array.isArray(container)) container[Number(key)] = value;
  else setKey(container, String(key), value);
}
