import assert from "node:assert/strict";
import { test } from "node:test";
import { parseUntil } from "../../src/cli/until.ts";
import { UsageError } from "../../src/cli/usage-error.ts";

const NOW = Date.parse("2030-01-31T08:00:00.500Z");

const READ: readonly (readonly [string, string])[] = [
  ["4h", "2030-01-31T12:00:00Z"],
  ["1h30m", "2030-01-31T09:30:00Z"],
  ["2030-02-01T00:00:00Z", "2030-02-01T00:00:00Z"],
  ["2030-02-01T00:00:00+02:00", "2030-01-31T22:00:00Z"],
  ["2030-02-01", "2030-02-01T00:00:00Z"],
];

for (const [text, expected] of READ) {
  test(`${text} from now on is ${expected}`, () => assert.equal(parseUntil(text, "--until", NOW), expected));
}

for (const text of ["", "0", "-4h", "tomorrow", "2030-01-31", "2030-01-31T07:59:59Z", "2030-13-45", "2562047h48m"]) {
  test(`${JSON.stringify(text)} is no moment to come`, () => assert.throws(() => parseUntil(text, "--until", NOW), UsageError));
}
