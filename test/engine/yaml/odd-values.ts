import fc from "fast-check";
import type { JsonValue } from "../../../src/engine/model/json.ts";

/** Pieces of text that mean something to some YAML reader, parted by spaces; spaces and breaks come after. */
const WORDS = `a B 0 1 7 9 . - + _ : # ' " \\ { } [ ] , & * ! | > % @ \` ? = ~ --- ... << null true yes on n y off 1e3 0x1F 0o7 0b1 1_0
  2001-01-01 T00:00:00Z 1:30 .inf .nan .5 é ß 日本 😀 \ud7ff \ue000 \ufffd ٣ Ⅷ <html>&amp; aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`;
const SPACES = [" ", "  ", "\n", "\n ", " \n", "\t", "\r", "\0", "\u001b", "\u00a0", "\u2028", "\u2029", "\ufeff"];
const PIECES = [...WORDS.split(/[ \n]+/), ...SPACES, ": ", " #", "? ", "- ", "lorem ipsum dolor ", "word "];

/** Texts of every kind: short ones made of odd pieces, long ones that fold, and what looks like a number. */
const oddText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: pieces(0, 6) },
  { weight: 1, arbitrary: pieces(10, 60) },
  { weight: 1, arbitrary: fc.stringMatching(/^[-+]?[0-9_.:eExob]{1,8}$/) },
  {
    weight: 1,
    arbitrary: fc.array(fc.constantFrom("a", "bb", "ccc", "'", ":", "#", "x: y", "é"), { minLength: 20, maxLength: 70 }).map(joinWords),
  },
);

const number = fc
  .oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e7, max: 1e7 }),
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
  )
  .map(canonical);

/** Any JSON value, mostly odd texts. No key is `<<`: kustomize takes even a quoted one for a merge. */
export const anyValue: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    oddText,
    oddText,
    number,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      oddText.filter((text) => text !== "<<"),
      tie("value"),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;

function pieces(minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...PIECES), { minLength, maxLength }).map((parts) => parts.join(""));
}

function joinWords(words: readonly string[]): string {
  return words.join(" ");
}

/** A number in the form that the engine keeps it in: integers of 64 bits that a double does not hold for certain are `bigint`. */
function canonical(value: number | bigint): number | bigint {
  if (value === 0 || value === 0n) return 0;
  if (!Number.isInteger(Number(value)) || Math.abs(Number(value)) >= 1e21) return value;
  const whole = BigInt(String(value));
  if (whole >= BigInt(Number.MIN_SAFE_INTEGER) && whole <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(whole);
  return whole >= -(2n ** 63n) && whole < 2n ** 64n ? whole : Number(value);
}
