import { GitOpsError } from "../../model/errors.ts";
import { characterWidth, charactersOf, fromBytes, toBytes, type ByteText } from "./byte-text.ts";
import { matchGlob } from "./match-glob.ts";
import { spendSteps, type Work } from "./work.ts";

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** Operators that give a value of their own where the variable is not set. `-`, `+` and `?` mean no more than `=` does. */
const DEFAULTS: ReadonlySet<string> = new Set(["=", ":=", ":-", ":+", ":?"]);

/** Whether an operator copes with a variable that is not set. */
export function allowsUnset(operator: string): boolean {
  return DEFAULTS.has(operator);
}

/**
 * What an operator makes of a value. Total but for what the original panics at (a length below zero) and for too much work.
 * Throws BUILD_FAILED, LIMIT_EXCEEDED.
 */
export function applyOperator(operator: string, value: ByteText, operands: readonly ByteText[], work: Work): ByteText {
  const [first = "", second] = operands;
  switch (operator) {
    case ",":
      return changeFirst(value, lower);
    case ",,":
      return changeAll(value, lower);
    case "^":
      return changeFirst(value, upper);
    case "^^":
      return changeAll(value, upper);
    case "#":
      return operands.length === 0 ? String(value.length) : trimShortest(value, first, work);
    case "##":
      return trimLongest(value, first, work);
    case "%":
      return reversed(trimShortest(reversed(value), reversed(first), work));
    case "%%":
      return reversed(trimLongest(reversed(value), reversed(first), work));
    case ":":
      return substring(value, first, second);
    case "/":
      return replaceFirst(value, first, second ?? "");
    case "//":
      return replaceAll(value, first, second ?? "", work);
    case "/#":
      return second !== undefined && value.startsWith(first) ? replaceFirst(value, first, second) : value;
    case "/%":
      return second !== undefined && value.endsWith(first) ? value.slice(0, value.length - first.length) + second : value;
    default:
      return value === "" ? operands.join("") : value;
  }
}

/** Go's `strconv.Atoi`; undefined where it is none. */
function integer(text: ByteText): bigint | undefined {
  if (!/^[+-]?[0-9]{1,40}$/.test(text)) return undefined;
  const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
  return value > MAX_INT64 || value < MIN_INT64 ? undefined : value;
}

function substring(value: ByteText, offsetText: ByteText, lengthText: ByteText | undefined): ByteText {
  const offset = integer(offsetText);
  if (offset === undefined) return value;
  const size = BigInt(value.length);
  const counted = offset < 0n ? size + offset : offset;
  const start = counted < 0n ? 0n : counted;
  if (lengthText === undefined) return value.slice(clamp(start, size));
  const length = integer(lengthText);
  if (length === undefined) return value;
  const end = BigInt.asIntN(64, start + length);
  if (end >= size) return value.slice(clamp(start, size));
  if (end < start) throw new GitOpsError("BUILD_FAILED", "a substring of a negative length", { hint: "give a length of 0 or more" });
  return value.slice(Number(start), Number(end));
}

function clamp(position: bigint, size: bigint): number {
  return Number(position < size ? position : size);
}

function replaceFirst(value: ByteText, pattern: ByteText, replacement: ByteText): ByteText {
  const at = value.indexOf(pattern);
  return at < 0 ? value : value.slice(0, at) + replacement + value.slice(at + pattern.length);
}

/** An empty pattern stands before, between and behind the characters. */
function replaceAll(value: ByteText, pattern: ByteText, replacement: ByteText, work: Work): ByteText {
  const pieces = pattern === "" ? ["", ...cutCharacters(value), ""] : value.split(pattern);
  spendSteps(work, value.length + (pieces.length - 1) * replacement.length);
  return pieces.join(replacement);
}

function cutCharacters(value: ByteText): ByteText[] {
  const characters: ByteText[] = [];
  for (let at = 0; at < value.length;) {
    const width = characterWidth(value, at);
    characters.push(value.slice(at, at + width));
    at += width;
  }
  return characters;
}

/** Drops the shortest start that a pattern matches. An empty one is none, and so is any of a malformed pattern. */
function trimShortest(value: ByteText, pattern: ByteText, work: Work): ByteText {
  let shortest = 0;
  for (let length = value.length; length > 0; length--) {
    const verdict = matchGlob(pattern, value.slice(0, length), work);
    if (verdict === "malformed") return value;
    if (verdict === "match") shortest = length;
  }
  return value.slice(shortest);
}

function trimLongest(value: ByteText, pattern: ByteText, work: Work): ByteText {
  for (let length = value.length; length > 0; length--) {
    const verdict = matchGlob(pattern, value.slice(0, length), work);
    if (verdict === "malformed") return value;
    if (verdict === "match") return value.slice(length);
  }
  return value;
}

function reversed(bytes: ByteText): ByteText {
  return charactersOf(bytes).toReversed().join("");
}

function changeFirst(value: ByteText, change: (character: string) => string): ByteText {
  if (value === "") return value;
  const width = characterWidth(value, 0);
  return toBytes(change(fromBytes(value.slice(0, width)) ?? "\ufffd")) + value.slice(width);
}

function changeAll(value: ByteText, change: (character: string) => string): ByteText {
  return toBytes([...(fromBytes(value) ?? "")].map(change).join(""));
}

/** Unicode's simple mapping, one character for one: İ becomes i. */
function lower(character: string): string {
  return character === "\u0130" ? "i" : single(character.toLowerCase(), character);
}

/** Unicode's simple mapping: ß stays, ᾳ becomes ᾼ. */
function upper(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hasIota = code >= 0x1f80 && code <= 0x1faf && (code & 8) === 0;
  if (hasIota) return String.fromCodePoint(code + 8);
  if (code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return String.fromCodePoint(code + 9);
  return single(character.toUpperCase(), character);
}

/** The mapped character where it is one; else as it was. */
function single(mapped: string, character: string): string {
  return [...mapped].length === 1 ? mapped : character;
}
