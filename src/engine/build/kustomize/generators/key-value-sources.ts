import { fileFailure } from "../../../yaml/failure.ts";
import { buildFailure, type Spot } from "../fail.ts";

/** A key and its bytes. */
export interface Pair {
  readonly key: string;
  readonly value: Uint8Array;
}

/** What reads a file that a generator names. */
export type ReadFile = (path: string) => Uint8Array;

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Go's bufio.Scanner ends at a line of this many bytes, and nobody is told. */
const LONGEST_LINE = 64 * 1024;

/** The text of bytes, or undefined where they are not UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined; // the one thing that a strict decoder throws for
  }
}

/** `KEY=VALUE`; one pair of quotes around the value falls away. Throws BUILD_FAILED. */
export function parseLiteral(spot: Spot, source: string): Pair {
  const equals = source.indexOf("=");
  if (equals <= 0) throw buildFailure(spot, "invalid literal source; expected key=value");
  return { key: source.slice(0, equals), value: encoder.encode(withoutQuotes(source.slice(equals + 1))) };
}

function withoutQuotes(text: string): string {
  const [first] = text;
  return text.length >= 2 && (first === '"' || first === "'") && text.endsWith(first) ? text.slice(1, -1) : text;
}

/** `PATH` or `KEY=PATH`. Throws BUILD_FAILED. */
export function parseFileSource(spot: Spot, source: string): { readonly key: string; readonly path: string } {
  const parts = source.split("=");
  const [key = "", path] = parts;
  if (path === undefined) return { key: baseName(source), path: source };
  if (parts.length > 2) throw buildFailure(spot, `the file source ${JSON.stringify(source)} has more than one =; expected [KEY=]PATH`);
  if (key === "") throw buildFailure(spot, `the file source ${JSON.stringify(source)} has no key before its =`);
  if (path === "") throw buildFailure(spot, `the file source ${JSON.stringify(source)} has no path behind its =`);
  return { key, path };
}

function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** The pairs of an env file, read line by line (api/kv). A line without `=` is a key with an empty value. Throws BUILD_FAILED. */
export function parseEnvFile(file: string, bytes: Uint8Array): readonly Pair[] {
  const pairs: Pair[] = [];
  let start = 0;
  for (let number = 1; start < bytes.length; number++) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline;
    if (end - start >= LONGEST_LINE) break;
    const line = bytes.subarray(start, bytes[end - 1] === 13 && end > start ? end - 1 : end);
    const pair = parseEnvLine(file, line, number);
    if (pair !== undefined) pairs.push(pair);
    start = end + 1;
  }
  return pairs;
}

function parseEnvLine(file: string, bytes: Uint8Array, number: number): Pair | undefined {
  const text = decodeText(bytes);
  if (text === undefined) {
    const message = `line ${number} is not UTF-8; UTF-8 is expected`;
    throw fileFailure("BUILD_FAILED", { severity: "error", file, line: number, column: 1, message, hint: "save the file as UTF-8" });
  }
  const line = (number === 1 ? text.replace(/^\uFEFF/, "") : text).replace(
    /^[\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+/,
    "",
  );
  if (line === "" || line.startsWith("#")) return undefined;
  const equals = line.indexOf("=");
  const key = equals < 0 ? line : line.slice(0, equals);
  return key === "" ? undefined : { key, value: encoder.encode(equals < 0 ? "" : line.slice(equals + 1)) };
}
