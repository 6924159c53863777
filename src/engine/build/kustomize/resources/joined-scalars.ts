import type { JsonValue } from "../../../model/json.ts";
import { setKey } from "../../../model/json.ts";
import { resolvePlain } from "../../../yaml/scalar.ts";
import { forgetText, isQuoted, isUntyped, rememberText, rememberUntyped } from "../../../yaml/source-text.ts";
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
  for (const one of groupOf(slot)) put(one, value);
}

/**
 * Writes a text where kustomize gives the new node no type: it has the quotes of the one before, and without them is read anew when all
 * is printed, so that a name of digits becomes a number.
 */
export function writeUntyped(slot: Slot, text: string): void {
  if (isInQuotes(slot)) {
    writeSlot(slot, text);
    rememberText(slot.container, slot.key, text, text);
    return;
  }
  const value = text === "" ? "" : resolvePlain(text, "resource");
  for (const one of groupOf(slot)) {
    put(one, value);
    rememberUntyped(one.container, one.key, value, text);
  }
}

/** Removes a key; what is put there later is shared with nothing. */
export function removeKey(object: { [key: string]: JsonValue }, key: string): void {
  groups.get(object)?.delete(key);
  delete object[key];
}

function groupOf(slot: Slot): Group {
  const group = groups.get(slot.container)?.get(slot.key);
  return group === undefined ? [slot] : group.filter((one) => groups.get(one.container)?.get(one.key) === group);
}

/** A text keeps its quotes when another takes its place. */
function put({ container, key }: Slot, value: JsonValue): void {
  if (typeof value === "string" && isQuoted(container, key)) rememberText(container, key, value, value);
  else if (isUntyped(container, key)) forgetText(container, key);
  if (Array.isArray(container)) container[Number(key)] = value;
  else setKey(container, String(key), value);
}
