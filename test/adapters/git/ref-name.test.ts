import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { checkRef, isRefName } from "../../../src/adapters/git/ref-name.ts";

for (const name of ["main", "feature/a-b", "v1.2.3", "release-1.x", "a@b", "ünïcode", "refs/pull/1/head", "a{b", "HEAD"]) {
  test(`${name} is a ref`, () => {
    checkRef({ type: "named", name });
    checkRef({ type: "branch", name });
  });
}

const REFUSED = [
  "",
  "@",
  "-x",
  "--upload-pack=x",
  "a..b",
  "@{",
  "a@{1}",
  "refs/../x",
  "a b",
  "a\nb",
  "a\0b",
  "a~1",
  "a^",
  "a:b",
  "a?b",
  "a*",
  "a[b",
  "a\\b",
  "/a",
  "a/",
  "a//b",
  ".a",
  "a/.b",
  "a.lock",
  "a.lock/b",
  "a.",
  "a".repeat(300),
  "\ud800",
];

for (const name of REFUSED) {
  test(`${JSON.stringify(name).slice(0, 30)} is USAGE as a ref`, () => {
    for (const type of ["named", "branch", "tag"] as const) assert.throws(() => checkRef({ type, name }), { code: "USAGE" });
  });
}

test("commit ids are 4 to 40 hexadecimal digits, ranges are semver's", () => {
  for (const id of ["abcd", "ABCDEF0", "0".repeat(40)]) checkRef({ type: "commit", id });
  for (const id of ["", "abc", "xyz1", "-abc", "0".repeat(41)]) assert.throws(() => checkRef({ type: "commit", id }), { code: "USAGE" });
  for (const range of ["1.x", ">=1.2.0 <2.0.0", ">= 1.0, < 2", "^1", "*"]) checkRef({ type: "semver", range });
  for (const range of ["one", "--exec", ">=1 <<2"]) assert.throws(() => checkRef({ type: "semver", range }), { code: "USAGE" });
});

test("no name is taken that git check-ref-format refuses", () => {
  const part = fc.constantFrom(
    "a",
    "B",
    "1",
    ".",
    "..",
    "/",
    "-",
    "@",
    "{",
    "@{",
    "~",
    "^",
    ":",
    "?",
    "*",
    "[",
    "\\",
    " ",
    "\t",
    ".lock",
    "é",
    "\u007f",
    "refs",
    "main",
    ",",
    "%",
    "=",
    "'",
  );
  const taken: string[] = [];
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const name = parts.join("");
      if (isRefName(name)) taken.push(name);
    }),
    { numRuns: 3000, seed: 20261123 },
  );

  assert.ok(taken.length > 100);
  for (const name of new Set(taken.slice(0, 400))) execFileSync("git", ["check-ref-format", `refs/heads/${name}`]);
});
