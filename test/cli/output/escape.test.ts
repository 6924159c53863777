import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { escapeControls, escapeLines } from "../../../src/cli/output/escape.ts";

const SEED = 20_260_301;

/** What goes in, and what a person sees: each is an attack on a terminal or on its reader. */
const ATTACKS: Readonly<Record<string, readonly [string, string]>> = {
  "red text": ["\u001b[31mred\u001b[0m", "\\x1b[31mred\\x1b[0m"],
  "clear screen": ["\u001b[2J", "\\x1b[2J"],
  "cursor home": ["\u001b[H", "\\x1b[H"],
  "cursor up over the line before": ["ok\u001b[1A\u001b[2Kdone", "ok\\x1b[1A\\x1b[2Kdone"],
  "window title": ["\u001b]0;owned\u0007", "\\x1b]0;owned\\x07"],
  "clipboard write": ["\u001b]52;c;cm0gLXJm\u0007", "\\x1b]52;c;cm0gLXJm\\x07"],
  hyperlink: ["\u001b]8;;https://evil.example\u001b\\click", "\\x1b]8;;https://evil.example\\x1b\\click"],
  "device control string": ["\u001bP$q\u001b\\", "\\x1bP$q\\x1b\\"],
  "status report that types into the shell": ["\u001b[6n", "\\x1b[6n"],
  "full reset": ["\u001bc", "\\x1bc"],
  "8-bit CSI": ["\u009b31m", "\\x9b31m"],
  "8-bit OSC": ["\u009d0;x\u009c", "\\x9d0;x\\x9c"],
  "next line": ["a\u0085b", "a\\x85b"],
  backspaces: ["good\b\b\b\bevil", "good\\x08\\x08\\x08\\x08evil"],
  "carriage return": ["Healthy\rDegraded", "Healthy\\rDegraded"],
  "line feed": ["one\nerror: two", "one\\nerror: two"],
  tab: ["a\tb", "a\\tb"],
  "vertical tab and form feed": ["a\u000bb\u000cc", "a\\x0bb\\x0cc"],
  bell: ["\u0007", "\\x07"],
  null: ["a\u0000b", "a\\x00b"],
  delete: ["a\u007fb", "a\\x7fb"],
  "shift out to another alphabet": ["\u000ex\u000f", "\\x0ex\\x0f"],
  "right-to-left override": ["txt.\u202egpj", "txt.\\u202egpj"],
  "bidi isolates": ["a\u2066b\u2069c", "a\\u2066b\\u2069c"],
  "left-to-right mark": ["a\u200eb", "a\\u200eb"],
  "arabic letter mark": ["a\u061cb", "a\\u061cb"],
  "zero-width space": ["pro\u200bd", "pro\\u200bd"],
  "zero-width joiners": ["a\u200cb\u200dc", "a\\u200cb\\u200dc"],
  "word joiner": ["a\u2060b", "a\\u2060b"],
  "byte order mark": ["\ufeffa", "\\ufeffa"],
  "soft hyphen": ["pro\u00add", "pro\\xadd"],
  "line separator": ["a\u2028b\u2029c", "a\\u2028b\\u2029c"],
  "blank filler": ["a\u3164b\u115fc", "a\\u3164b\\u115fc"],
  "tag characters": ["a\u{e0041}\u{e007f}", "a\\u{e0041}\\u{e007f}"],
  "variation selector that hides bytes": ["a\u{e0101}", "a\\u{e0101}"],
  "half of a pair": ["a\ud800b", "a\\ud800b"],
};

for (const [name, [text, seen]] of Object.entries(ATTACKS)) {
  test(`${name} is shown, not obeyed`, () => assert.equal(escapeControls(text), seen));
}

test("text that people write stays as it is", () => {
  for (const text of ["", "shop/web", "Größe 日本語 ✔ 🚀", "C:\\temp\\x", "a\u0301", "مرحبا"]) assert.equal(escapeControls(text), text);
});

test("line feeds stay only where they are asked for, and nothing else does", () => {
  assert.equal(escapeLines("one\n\u001b[2Jtwo\r\n\tthree"), "one\n\\x1b[2Jtwo\\r\n\\tthree");
});

const outside = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.uint8Array().map((bytes) => String.fromCharCode(...bytes)),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);

test("whatever comes from outside, no raw control byte and no format character comes out", () => {
  fc.assert(
    fc.property(outside, (text) => {
      const seen = escapeControls(text);
      assert.ok(!/[\p{Cc}\p{Cf}\p{Cs}]/u.test(seen));
      assert.ok(!Buffer.from(seen).some((byte) => byte < 0x20 || byte === 0x7f));
      assert.equal(escapeControls(seen), seen, "escaping twice changes nothing");
      assert.equal(escapeLines(text).replaceAll("\n", "\\n"), seen);
    }),
    { seed: SEED, numRuns: 3000 },
  );
});
