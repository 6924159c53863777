import assert from "node:assert/strict";
import { test } from "node:test";
import { substituteText } from "../../../../src/engine/build/substitute/substitute-text.ts";
import { GitOpsError } from "../../../../src/engine/index.ts";

const VARIABLES = new Map(
  Object.entries({ name: "web", path: "a/b/c.tar.gz", empty: "", word: "hello", umlaut: "ärger", "1x": "digit first" }),
);

/** Expression, and what it becomes: from the README, tests and source of envsubst v1.7.0. */
const ROWS: readonly (readonly [text: string, expected: string])[] = [
  ["plain $name text", "plain $name text"],
  ["${name}", "web"],
  ["<${name}${name}>", "<webweb>"],
  ["${1x}", "digit first"],
  ["$${name}", "${name}"],
  ["cost: 5$$, $$$${name}", "cost: 5$, $${name}"],
  ["$$${name}", "$web"],
  ["${#word} ${#umlaut}", "5 6"],
  ["${word^} ${word^^} ${word,} ${word,,}", "Hello HELLO hello hello"],
  ["${umlaut^} ${umlaut^^}", "Ärger ÄRGER"],
  ["${word:1} ${word:1:2} ${word:-2}", "ello el hello"],
  ["${word:0:99}|${word:9}|${word:x}|${word:0:x}", "hello||hello|hello"],
  ["${path#*/} ${path##*/}", "b/c.tar.gz c.tar.gz"],
  ["${path%.*} ${path%%.*}", "a/b/c.tar a/b/c"],
  ["${word#[g-i]} ${word#[^g-i]} ${word%?}", "ello hello hell"],
  ["${word#[}", "hello"],
  ["${word/l/L} ${word//l/L} ${word/#he/HE} ${word/%lo/LO}", "heLlo heLLo HEllo helLO"],
  ["${word/l/} ${word//l/} ${word/#he/}", "helo heo hello"],
  ["${path//\\//-}", "a-b-c.tar.gz"],
  ["${word/${gone}/x} ${word//${gone}/-}", "xhello -h-e-l-l-o-"],
  ["${gone:=d} ${gone:-d} ${gone=d} ${empty:=d} ${empty=d} ${name:=d}", "d d d d d web"],
  ["${gone:+d} ${gone:?d} ${name:+d}", "d d web"],
  ["${gone:=${name}-${gone:=x y}$}", "web-x y$"],
  ["${gone:=$$}", "$$"],
  ["${gone}|${gone^^}|${#gone}", "||0"],
];

for (const [text, expected] of ROWS) {
  test(`${text} becomes ${expected}`, () => {
    assert.equal(substituteText(text, VARIABLES, { strict: false }), expected);
  });
}

const BROKEN = [
  "${",
  "${name",
  "${name-d}",
  "${name+d}",
  "${}",
  "${#}",
  "${ name }",
  "${name:}",
  "${name/a}",
  "${name/a/b",
  "${a.b}",
  "${name^x}",
];
for (const text of BROKEN) {
  test(`${text} does not parse`, () => {
    assert.throws(() => substituteText(`before ${text}`, VARIABLES, { strict: false }), { code: "BUILD_FAILED" });
  });
}

test("strictly, a variable that is not set is an error that names it, but for operators with a default", () => {
  for (const text of ["${gone}", "${gone^^}", "${#gone}", "${gone/a/b}", "${name:=${gone}}"]) {
    assert.throws(
      () => substituteText(text, VARIABLES, { strict: true }),
      (error) => error instanceof GitOpsError && error.code === "BUILD_FAILED" && error.data["variable"] === "gone",
      text,
    );
  }
  assert.equal(substituteText("${gone:=a}${gone:-b}${gone=c}${empty}", VARIABLES, { strict: true }), "abc");
});

test("no message holds a value", () => {
  const secret = new Map([["password", "hunter2-ü"]]);
  for (const text of ["${password:2:-1}", "${password:0:9}", "${password/${gone}/x}${oops", "${password}${gone}"]) {
    assert.throws(
      () => substituteText(text, secret, { strict: true }),
      (error) => error instanceof GitOpsError && !/hunter/.test(`${error.message} ${error.hint} ${JSON.stringify(error.data)}`),
      text,
    );
  }
});

test("what the original panics at, or makes no text of, is refused", () => {
  assert.throws(() => substituteText("${word:2:-1}", VARIABLES, { strict: false }), { code: "BUILD_FAILED", message: /negative length/ });
  assert.throws(() => substituteText("${umlaut:0:1}", VARIABLES, { strict: false }), {
    code: "BUILD_FAILED",
    message: /inside of a character/,
  });
});

test("hostile patterns, nesting and growth end in LIMIT_EXCEEDED", () => {
  const long = new Map([["v", "a".repeat(20_000)]]);
  assert.throws(() => substituteText(`\${v#${"*a".repeat(40)}b}`, long, { strict: false }), { code: "LIMIT_EXCEEDED" });
  assert.throws(() => substituteText("${v}".repeat(100), long, { strict: false, maxBytes: 1_000_000 }), { code: "LIMIT_EXCEEDED" });
  assert.throws(() => substituteText("${v:=".repeat(5_000), long, { strict: false }), { code: "LIMIT_EXCEEDED" });
  assert.throws(() => substituteText("${v//a/${v}}", long, { strict: false }), { code: "LIMIT_EXCEEDED" });
});
