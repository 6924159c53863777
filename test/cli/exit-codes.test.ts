import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { errorDocuments } from "../../src/packaging/error-tables.ts";
import { codesOf, ERROR_MEANINGS, errorCodes, EXIT_MEANINGS, exitCodesHelp } from "../../src/cli/output/exit-codes.ts";
import { ERROR_EXIT } from "../../src/engine/index.ts";

for (const [path, text] of errorDocuments()) {
  test(`${path} says what the table of errors says`, () => {
    const written = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
    assert.equal(written, text, `${path} is stale: run node src/packaging/error-tables.ts`);
  });
}

test("error codes are words in capitals, each unique whatever the case", () => {
  const codes = Object.keys(ERROR_EXIT);
  for (const code of codes) assert.match(code, /^[A-Z]+(_[A-Z]+)*$/);
  assert.equal(new Set(codes.map((code) => code.replaceAll("_", "").toLowerCase())).size, codes.length);
  assert.deepEqual(errorCodes(), codes);
});

test("every error code has a meaning of its own: one line of words, without a full stop", () => {
  assert.deepEqual(Object.keys(ERROR_MEANINGS).toSorted(), Object.keys(ERROR_EXIT).toSorted());
  const meanings = Object.values(ERROR_MEANINGS);
  for (const meaning of meanings) assert.match(meaning, /^[^\n|]{10,}[^.\n]$/);
  assert.equal(new Set(meanings).size, meanings.length);
});

test("every exit status of an error has a meaning, and none is 0 or 1", () => {
  const documented = Object.keys(EXIT_MEANINGS).map(Number);
  for (const status of Object.values<number>(ERROR_EXIT)) {
    assert.ok(status > 1);
    assert.ok(documented.includes(status), `${status} is not documented`);
  }
});

test("every code is listed under exactly one status", () => {
  const listed = Object.keys(EXIT_MEANINGS).flatMap((status) => codesOf(Number(status)));
  assert.deepEqual(listed.toSorted(), Object.keys(ERROR_EXIT).toSorted());
});

test("the help page names every status and every code, and fits 140 columns", () => {
  const page = exitCodesHelp();
  for (const status of Object.keys(EXIT_MEANINGS)) assert.match(page, new RegExp(`^ +${status}  \\S`, "m"));
  for (const code of Object.keys(ERROR_EXIT)) assert.match(page, new RegExp(`^ {7}${code} +\\S`, "m"));
  for (const line of page.split("\n")) assert.ok(line.length <= 140, line);
  assert.ok(page.endsWith("\n") && !page.endsWith("\n\n"));
});
