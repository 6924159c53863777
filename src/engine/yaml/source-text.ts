import type { JsonObject, JsonValue } from "../model/json.ts";

/** A map or list that holds scalars. */
export type Container = JsonObject | JsonValue[];

interface Remembered {
  readonly value: JsonValue;
  readonly text: string;
  readonly isUntyped?: boolean;
  readonly typedAs?: JsonValue;
  readonly keepsQuotes?: boolean;
}

/**
 * Kept for nothing at all between brackets, as in `{a: , b}`. It is null, but kustomize prints what it built once more before it looks
 * at types, and writes '' there.
 */
export const NOTHING_IN_FLOW = "''";

// Beside the tree, so that values stay plain JSON and nobody pays who does not ask.
const texts = new WeakMap<Container, Map<string | number, Remembered>>();

/** What stood between brackets, as all of JSON does: kustomize writes it so again when it looks at types. */
const bracketed = new WeakSet<Container>();

/** Keeps that a map or list was written between brackets. */
export function rememberBrackets(container: Container): void {
  bracketed.add(container);
}

/**
 * Keeps how a scalar was written where its value does not tell: `1.50`, `0755`, `True`, `~`, nothing at all, a time.
 * For a text in quotes that is the text itself: one that is the same without quotes is not kept.
 */
export function rememberText(container: Container, key: string | number, value: JsonValue, text: string): void {
  const known = texts.get(container);
  if (known === undefined) texts.set(container, new Map([[key, { value, text }]]));
  else known.set(key, { value, text });
}

/** Says that how a scalar was written means nothing any more. */
export function forgetText(container: Container, key: string | number): void {
  texts.get(container)?.delete(key);
}

/** Keeps that a value has no type of its own: what it stands for was read from its text, and may be read again as text. */
export function rememberUntyped(container: Container, key: string | number, value: JsonValue, text: string): void {
  rememberText(container, key, value, text);
  texts.get(container)?.set(key, { value, text, isUntyped: true });
}

/** Whether a value was kept by {@link rememberUntyped}, and another has not taken its place. */
export function isUntyped(container: Container, key: string | number): boolean {
  return sourceText(container, key) !== undefined && texts.get(container)?.get(key)?.isUntyped === true;
}

/**
 * Keeps that a text stands in a node of another type: one like this value.
 *
 * @param keepsQuotes whether the node has quotes, which make a text of whatever comes into it.
 */
export function rememberType(container: Container, key: string | number, text: string, typedAs: JsonValue, keepsQuotes: boolean): void {
  rememberText(container, key, text, text);
  texts.get(container)?.set(key, { value: text, text, typedAs, keepsQuotes });
}

/** Whether a value is kept by {@link rememberType} in a node with quotes. */
export function keepsQuotes(container: Container, key: string | number): boolean {
  return typeBehind(container, key) !== undefined && texts.get(container)?.get(key)?.keepsQuotes === true;
}

/** A value of the type that the node of a text has, where that was kept by {@link rememberType}. */
export function typeBehind(container: Container, key: string | number): JsonValue | undefined {
  return sourceText(container, key) === undefined ? undefined : texts.get(container)?.get(key)?.typedAs;
}

/** Whether a text stood in quotes, or in a block, where it was read. */
export function isQuoted(container: Container, key: string | number): boolean {
  const text = sourceText(container, key);
  return (
    text !== undefined &&
    !isUntyped(container, key) &&
    text === (Array.isArray(container) ? container[Number(key)] : container[String(key)])
  );
}

/** How a scalar was written, where that was kept and another value has not taken its place. */
export function sourceText(container: Container, key: string | number): string | undefined {
  const text = keptText(container, key);
  return text === NOTHING_IN_FLOW && valueAt(container, key) === null ? "" : text;
}

function keptText(container: Container, key: string | number): string | undefined {
  const remembered = texts.get(container)?.get(key);
  return remembered !== undefined && valueAt(container, key) === remembered.value ? remembered.text : undefined;
}

function valueAt(container: Container, key: string | number): JsonValue | undefined {
  return Array.isArray(container) ? container[Number(key)] : container[String(key)];
}

/**
 * Decides, in all that a container holds, about values that are nothing at all: a null that stood between brackets becomes an empty text,
 * and an empty text without a type becomes null, but between brackets.
 */
export function settleNothings(container: Container, within = false): void {
  const isWithin = within || bracketed.has(container);
  for (const key of texts.get(container)?.keys() ?? []) {
    const value = valueAt(container, key);
    if (value === null && keptText(container, key) === NOTHING_IN_FLOW) put(container, key, "");
    else if (value === "" && !isWithin && isUntyped(container, key)) put(container, key, null);
  }
  for (const value of Array.isArray(container) ? container : Object.values(container)) {
    if (typeof value === "object" && value !== null) settleNothings(value, isWithin);
  }
}

function put(container: Container, key: string | number, value: JsonValue): void {
  if (Array.isArray(container)) container[Number(key)] = value;
  else container[String(key)] = value;
}

/** Hands on to a copy what was kept for the original. */
export function copySourceTexts(from: Container, to: Container): void {
  const known = texts.get(from);
  if (known !== undefined) texts.set(to, new Map(known));
  if (bracketed.has(from)) bracketed.add(to);
}
