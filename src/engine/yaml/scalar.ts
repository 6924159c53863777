import { parseTimestamp } from "./timestamp.ts";

/**
 * Whose rules decide the type of a plain scalar. `resource`: go-yaml v3, as kustomize reads resource files.
 * `kustomization`: go-yaml v2 (YAML 1.1), as kustomize reads its own files and patches, and as it prints.
 */
export type YamlDialect = "resource" | "kustomization";

/** What a plain scalar can stand for. Numbers may be NaN or infinite; integers beyond 2^53 are `bigint`. */
export type Scalar = string | number | bigint | boolean | null;

const WORDS: readonly (readonly [Scalar, readonly string[]])[] = [
  [true, ["true", "True", "TRUE"]],
  [false, ["false", "False", "FALSE"]],
  [null, ["", "~", "null", "Null", "NULL"]],
  [Number.NaN, [".nan", ".NaN", ".NAN"]],
  [Number.POSITIVE_INFINITY, [".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"]],
  [Number.NEGATIVE_INFINITY, ["-.inf", "-.Inf", "-.INF"]],
];
const WORDS_OF_YAML_1_1: readonly (readonly [Scalar, readonly string[]])[] = [
  [true, ["y", "Y", "yes", "Yes", "YES", "on", "On", "ON"]],
  [false, ["n", "N", "no", "No", "NO", "off", "Off", "OFF"]],
];

const RESOURCE_WORDS = wordTable(WORDS);
const KUSTOMIZATION_WORDS = wordTable([...WORDS, ...WORDS_OF_YAML_1_1]);
const LONGEST_WORD = 5;

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
/** Where the point comes first Go's own `ParseFloat` decides, which lets underscores stand between digits. */
const FRACTION = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;
const INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/;
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;
const EXACT_DIGITS = 15;
/** 64 bits take at most 64 digits; the time to convert more of them grows with their square. */
const LONGEST_INTEGER = 100;

/**
 * What a plain scalar stands for, as `resolve` of go-yaml decides. Times come back as the text that kustomize prints:
 * RFC 3339 for resources, unchanged for kustomizations.
 */
export function resolvePlain(text: string, dialect: YamlDialect): Scalar {
  if (text.length <= LONGEST_WORD) {
    const word = (dialect === "resource" ? RESOURCE_WORDS : KUSTOMIZATION_WORDS).get(text);
    if (word !== undefined) return word;
  }
  const first = text.charCodeAt(0);
  if (first === 0x2e) return parseFraction(text) ?? text;
  if (!(first >= 0x30 && first <= 0x39) && first !== 0x2b && first !== 0x2d) return text;
  const time = parseTimestamp(text);
  if (time !== undefined) return dialect === "resource" ? time : text;
  return parseNumber(text) ?? text;
}

/** Whether kustomize's printer may leave a text without quotes: YAML 1.1 readers, base 60 included, would take it for a string. */
export function isPlainString(text: string): boolean {
  if (text.length <= LONGEST_WORD && KUSTOMIZATION_WORDS.has(text)) return false;
  const first = text.charCodeAt(0);
  if (first === 0x2e) return parseFraction(text) === undefined;
  if (!(first >= 0x30 && first <= 0x39) && first !== 0x2b && first !== 0x2d) return true;
  return parseTimestamp(text) === undefined && parseNumber(text) === undefined && !BASE_60.test(text);
}

/** Go's `ParseInt` and `ParseUint` with base 0, then its `ParseFloat`; underscores are dropped before. */
function parseNumber(text: string): number | bigint | undefined {
  const plain = text.includes("_") ? text.replaceAll("_", "") : text;
  return parseInteger(plain) ?? parseFloat64(plain);
}

function parseInteger(text: string): number | bigint | undefined {
  if (text.length > LONGEST_INTEGER || !INTEGER.test(text)) return undefined;
  const signed = text.startsWith("-") || text.startsWith("+");
  const digits = signed ? text.slice(1) : text;
  const magnitude = /^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits;
  if (magnitude.length <= EXACT_DIGITS) {
    const value = Number(magnitude);
    return text.startsWith("-") && value !== 0 ? -value : value;
  }
  const value = text.startsWith("-") ? -BigInt(magnitude) : BigInt(magnitude);
  if (value < MIN_INT64 || value > (signed ? MAX_INT64 : MAX_UINT64)) return undefined;
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

function parseFraction(text: string): number | bigint | undefined {
  return FRACTION.test(text) ? parseFloat64(text.replaceAll("_", "")) : undefined;
}

/** A whole number that JSON writes without an exponent comes back from there as an integer, so it is one here too. */
function parseFloat64(text: string): number | bigint | undefined {
  if (!FLOAT.test(text)) return undefined;
  const value = Number(text);
  // Go reports a range error, so the text stays a string: `1234e5678` is a Git commit.
  if (!Number.isFinite(value)) return undefined;
  if (!Number.isInteger(value) || Number.isSafeInteger(value) || Math.abs(value) >= 1e21) return value === 0 ? 0 : value;
  const whole = BigInt(String(value));
  return whole >= MIN_INT64 && whole <= MAX_UINT64 ? whole : value;
}

function wordTable(words: readonly (readonly [Scalar, readonly string[]])[]): ReadonlyMap<string, Scalar> {
  return new Map(words.flatMap(([value, texts]) => texts.map((text) => [text, value] as const)));
}
