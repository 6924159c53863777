import type { JsonValue } from "../../engine/model/json.ts";

/** What V8 gives a reviver beside key and value (the "JSON.parse source text access" proposal, in Node since 21). */
interface ReviverContext {
  readonly source?: string;
}

/** Cheap proof that no integer of the text can be out of the safe range, so that the slow reviver is left out. */
const LONG_INTEGER = /[:[,]\s*-?\d{16,}\s*[,\]}\s]|^\s*-?\d{16,}\s*$/;
const INTEGER = /^-?\d+$/;

/**
 * Parses JSON without rounding: integers beyond 2^53 become `bigint`.
 * Throws SyntaxError, whose message may quote the text: never show it.
 */
export function parseExactJson(text: string): JsonValue {
  const parse = JSON.parse as (text: string, reviver?: (key: string, value: JsonValue, context: ReviverContext) => JsonValue) => JsonValue;
  return LONG_INTEGER.test(text) ? parse(text, exactInteger) : parse(text);
}

/** Prints JSON on one line, `bigint` as an integer. */
export function printExactJson(value: JsonValue): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // The only way for JSON data to fail is a bigint; looking for one first would cost every write a walk.
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, (_key, inner: JsonValue) => (typeof inner === "bigint" ? rawJson(String(inner)) : inner));
  }
}

function exactInteger(_key: string, value: JsonValue, context: ReviverContext): JsonValue {
  if (typeof value !== "number" || Number.isSafeInteger(value) || context.source === undefined) return value;
  return INTEGER.test(context.source) ? BigInt(context.source) : value;
}

function rawJson(text: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
}
