const LETTER = /^\p{L}$/u;
const DIGIT = /^\p{Nd}$/u;

/**
 * Keys in the order in which kustomize prints them. That order is not transitive (10 < 1a < 9 < 10): where keys run in such a circle
 * kustomize's own output changes from run to run, and ours depends on the set of keys only.
 */
export function sortKeys(keys: readonly string[]): readonly string[] {
  return [...keys].sort().sort(compareKeys);
}

/**
 * The order in which go-yaml v2 prints keys: at the first character that differs, two letters by code point, a letter after
 * anything else, digit runs as numbers; else the shorter first (its `keyList.Less`).
 */
function compareKeys(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  let at = 0;
  while (at < length && left.charCodeAt(at) === right.charCodeAt(at)) at++;
  if (at === length) return left.length - right.length;
  const a = left.charCodeAt(at);
  const b = right.charCodeAt(at);
  const aLetter = isAsciiLetter(a);
  const bLetter = isAsciiLetter(b);
  if (a < 0x80 && b < 0x80) {
    if (aLetter && bLetter) return a - b;
    if (aLetter || bLetter) return bLetter ? -1 : 1;
    if (!isAsciiDigit(a) && !isAsciiDigit(b)) return a - b;
  }
  return compareRunes([...left], [...right]);
}

function compareRunes(left: readonly string[], right: readonly string[]): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const a = left[at] ?? "";
    const b = right[at] ?? "";
    if (a === b) continue;
    const aLetter = LETTER.test(a);
    const bLetter = LETTER.test(b);
    if (aLetter && bLetter) return codeOf(a) - codeOf(b);
    if (aLetter || bLetter) return bLetter ? -1 : 1;
    return compareNumbersAt(left, right, at);
  }
  return left.length - right.length;
}

function compareNumbersAt(left: readonly string[], right: readonly string[], at: number): number {
  // A zero that differs inside a number (10 against 1x) counts as part of that number, not as its leading zero.
  const inNumber = (left[at] === "0" || right[at] === "0") && hasNonZeroDigitBefore(left, at);
  const a = digitRun(left, at, inNumber);
  const b = digitRun(right, at, inNumber);
  if (a.value !== b.value) return a.value < b.value ? -1 : 1;
  if (a.end !== b.end) return a.end - b.end;
  return codeOf(left[at] ?? "") - codeOf(right[at] ?? "");
}

function hasNonZeroDigitBefore(runes: readonly string[], at: number): boolean {
  for (let before = at - 1; before >= 0 && DIGIT.test(runes[before] ?? ""); before--) if (runes[before] !== "0") return true;
  return false;
}

/** Go adds the digits up in an int64, which wraps around. */
function digitRun(runes: readonly string[], start: number, inNumber: boolean): { readonly value: bigint; readonly end: number } {
  let value = inNumber ? 1n : 0n;
  let end = start;
  for (; end < runes.length && DIGIT.test(runes[end] ?? ""); end++)
    value = BigInt.asIntN(64, value * 10n + BigInt(codeOf(runes[end] ?? "") - 0x30));
  return { value, end };
}

function codeOf(rune: string): number {
  return rune.codePointAt(0) ?? 0;
}

function isAsciiLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

function isAsciiDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
