import type { JsonObject, JsonValue } from "../model/json.ts";

/** A map or list that holds scalars. */
export type Container = JsonObject | JsonValue[];

interface Remembered {
  readonly value: JsonValue;
  readonly text: string;
}

// Beside the tree, so that values stay plain JSON and nobody pays who does not ask.
const texts = new WeakMap<Container, Map<string | number, Remembered>>();

/** Keeps how a scalar was written where its value does not tell: `1.50`, `0755`, `True`, `~`, nothing at all. */
export function rememberText(container: Container, key: string | number, value: JsonValue, text: string): void {
  const known = texts.get(container);
  if (known === undefined) texts.set(container, new Map([[key, { value, text }]]));
  else known.set(key, { value, text });
}

/** How a scalar was written, where that was kept and another value has not taken its place. */
export function sourceText(container: Container, key: string | number): string | undefined {
  const remembered = texts.get(container)?.get(key);
  if (remembered === undefined) return undefined;
  const value = Array.isArray(container) ? container[Number(key)] : container[String(key)];
  return value === remembered.value ? remembered.text : undefined;
}

/** Hands on to a copy what was kept for the original. */
export function copySourceTexts(from: Container, to: Container): void {
  const known = texts.get(from);
  if (known !== undefined) texts.set(to, new Map(known));
}
