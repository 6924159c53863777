import type { Environment } from "@marcbachmann/cel-js";
import { RE2JS } from "re2js";
import { GitOpsError } from "../../model/errors.ts";
import { decodeBase64 } from "../../yaml/base64.ts";

/** Begins the names of our functions that stand in the place of the package's. No expression may use them itself. */
export const OWN = "gitops";

/** Functions whose own version counts UTF-16 units, goes beyond ASCII, backtracks, or takes an empty text for a number. */
export const REPLACED: ReadonlySet<string> = new Set([
  "int",
  "matches",
  "lowerAscii",
  "upperAscii",
  "indexOf",
  "lastIndexOf",
  "substring",
  "split",
]);

/** What a function that makes texts longer may give. */
const LONGEST_TEXT = 4_000_000;

class Sets {
  readonly name = "sets";
}
class Base64 {
  readonly name = "base64";
}
class Strings {
  readonly name = "strings";
}

/**
 * Adds what Flux's expressions may use beside CEL itself: cel-go's extensions for strings (without `format`), sets and encoders, and
 * `matches` with RE2.
 */
export function addFunctions(environment: Environment): void {
  addStrings(environment);
  addSearch(environment);
  environment.registerFunction(`${OWN}int(dyn): int`, toInteger);
  environment.registerType("GitopsSets", Sets).registerConstant("sets", "GitopsSets", new Sets());
  environment.registerFunction("GitopsSets.contains(list, list): bool", (_: unknown, all: unknown, some: unknown) => holdsAll(all, some));
  environment.registerFunction("GitopsSets.intersects(list, list): bool", (_: unknown, left: unknown, right: unknown) =>
    itemsOf(left).some((item) => itemsOf(right).some((other) => isEqual(item, other))),
  );
  environment.registerFunction(
    "GitopsSets.equivalent(list, list): bool",
    (_: unknown, left: unknown, right: unknown) => holdsAll(left, right) && holdsAll(right, left),
  );
  environment.registerType("GitopsBase64", Base64).registerConstant("base64", "GitopsBase64", new Base64());
  environment.registerFunction("GitopsBase64.encode(bytes): string", (_: unknown, bytes: Uint8Array) => encodeBase64(bytes));
  environment.registerFunction("GitopsBase64.decode(string): bytes", (_: unknown, text: string) => {
    const bytes = decodeBase64(text);
    if (bytes === undefined) throw failed("a text is no base64");
    return bytes;
  });
  environment.registerType("GitopsStrings", Strings).registerConstant("strings", "GitopsStrings", new Strings());
  environment.registerFunction("GitopsStrings.quote(string): string", (_: unknown, text: string) => JSON.stringify(text));
}

function addStrings(environment: Environment): void {
  environment.registerFunction(`string.${OWN}matches(string): bool`, matches);
  environment.registerFunction(`${OWN}matches(string, string): bool`, matches);
  environment.registerFunction(`string.${OWN}lowerAscii(): string`, (text: string) => text.replace(/[A-Z]/g, (each) => each.toLowerCase()));
  environment.registerFunction(`string.${OWN}upperAscii(): string`, (text: string) => text.replace(/[a-z]/g, (each) => each.toUpperCase()));
  environment.registerFunction("string.reverse(): string", (text: string) => [...text].reverse().join(""));
  environment.registerFunction("string.replace(string, string): string", (text: string, old: string, by: string) =>
    replace(text, old, by, -1n),
  );
  environment.registerFunction("string.replace(string, string, int): string", replace);
  environment.registerFunction(`string.${OWN}split(string): list<dyn>`, (text: string, by: string) => split(text, by, -1n));
  environment.registerFunction(`string.${OWN}split(string, int): list<dyn>`, split);
}

/** Positions count characters. */
function addSearch(environment: Environment): void {
  environment.registerFunction("string.charAt(int): string", (text: string, at: bigint) => {
    const characters = [...text];
    return at === BigInt(characters.length) ? "" : (characters[inRange(at, 0, characters.length)] ?? "");
  });
  environment.registerFunction(`string.${OWN}substring(int): string`, (text: string, start: bigint) => {
    const characters = [...text];
    return characters.slice(inRange(start, 0, characters.length)).join("");
  });
  environment.registerFunction(`string.${OWN}substring(int, int): string`, (text: string, start: bigint, end: bigint) => {
    const characters = [...text];
    const from = inRange(start, 0, characters.length);
    return characters.slice(from, inRange(end, from, characters.length)).join("");
  });
  environment.registerFunction(`string.${OWN}indexOf(string): int`, (text: string, part: string) => indexOf(text, part, 0n));
  environment.registerFunction(`string.${OWN}indexOf(string, int): int`, indexOf);
  environment.registerFunction(`string.${OWN}lastIndexOf(string): int`, (text: string, part: string) =>
    lastIndexOf(text, part, BigInt([...text].length)),
  );
  environment.registerFunction(`string.${OWN}lastIndexOf(string, int): int`, lastIndexOf);
}

function failed(message: string): GitOpsError {
  return new GitOpsError("INVALID_EXPRESSION", message);
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    const bits = (first << 16) | (second << 8) | third;
    const quartet = [18, 12, 6, 0].map((shift) => BASE64.charAt((bits >> shift) & 63)).join("");
    text += quartet.slice(0, Math.min(bytes.length - at, 3) + 1).padEnd(4, "=");
  }
  return text;
}

function matches(text: string, pattern: string): boolean {
  return RE2JS.compile(pattern).matcher(text).find();
}

/** Whether a text is a regular expression of RE2. */
export function isPattern(text: string): boolean {
  try {
    RE2JS.compile(text);
    return true;
  } catch {
    return false; // why it is refused depends on the engine
  }
}

function toInteger(value: unknown): bigint {
  if (value instanceof Date) return BigInt(Math.floor(value.getTime() / 1000));
  // An unsigned integer is an object that stands for its value.
  const number = typeof value === "string" ? wholeNumber(value) : typeof value === "object" && value !== null ? value.valueOf() : value;
  const whole = typeof number === "number" && Number.isFinite(number) ? BigInt(Math.trunc(number)) : number;
  if (typeof whole !== "bigint" || BigInt.asIntN(64, whole) !== whole) throw failed("a value is no integer of 64 bits");
  return whole;
}

function wholeNumber(text: string): bigint | undefined {
  return /^[+-]?[0-9]{1,20}$/.test(text) ? BigInt(text.replace(/^\+/, "")) : undefined;
}

function inRange(position: bigint, from: number, to: number): number {
  if (position < BigInt(from) || position > BigInt(to)) throw failed("an index is out of range");
  return Number(position);
}

function indexOf(text: string, part: string, start: bigint): bigint {
  const characters = [...text];
  const from = characters.slice(0, inRange(start, 0, characters.length)).join("").length;
  const found = text.indexOf(part, from);
  return found < 0 ? -1n : BigInt([...text.slice(0, found)].length);
}

function lastIndexOf(text: string, part: string, start: bigint): bigint {
  const characters = [...text];
  const from = characters.slice(0, inRange(start, 0, characters.length)).join("").length;
  const found = text.lastIndexOf(part, from);
  return found < 0 ? -1n : BigInt([...text.slice(0, found)].length);
}

function split(text: string, by: string, limit: bigint): string[] {
  if (limit === 0n) return [];
  const parts = by === "" ? [...text] : text.split(by);
  if (limit < 0n || BigInt(parts.length) <= limit) return parts;
  const kept = Number(limit) - 1;
  return [...parts.slice(0, kept), parts.slice(kept).join(by)];
}

function replace(text: string, old: string, by: string, limit: bigint): string {
  const pieces = old === "" ? ["", ...text, ""] : text.split(old);
  const times = limit < 0n || limit >= BigInt(pieces.length) ? pieces.length - 1 : Number(limit);
  if (text.length + times * by.length > LONGEST_TEXT) throw failed("a text becomes too long");
  const rest = pieces.slice(times).join(old);
  return [...pieces.slice(0, times), rest].join(by);
}

function holdsAll(all: unknown, some: unknown): boolean {
  return itemsOf(some).every((item) => itemsOf(all).some((other) => isEqual(item, other)));
}

function itemsOf(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : [];
}

/** Numbers of all types are compared by value. */
function isEqual(left: unknown, right: unknown): boolean {
  // oxlint-disable-next-line eqeqeq -- 1n == 1, as in CEL
  if (isNumber(left) && isNumber(right)) return left == right;
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((item, at) => isEqual(item, right[at]));
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return left === right;
  const [one, other] = [Object.entries(left), new Map<string, unknown>(Object.entries(right))];
  return one.length === other.size && one.every(([key, value]) => other.has(key) && isEqual(value, other.get(key)));
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
