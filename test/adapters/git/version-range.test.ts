import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parseVersion, parseVersionRange } from "../../../src/adapters/git/version-range.ts";

/** What Masterminds/semver v3.5.0 and fluxcd/pkg/version v0.16.0 answered: generated ranges, some versions, and those of them that hold. */
interface Answer {
  readonly range: string;
  readonly of: readonly string[];
  /** Null where the range is refused. */
  readonly holds: readonly string[] | null;
}

const answers = JSON.parse(readFileSync(new URL("../../../fixtures/git/version-ranges.json", import.meta.url), "utf8")) as Answer[];

function holding(range: string, versions: readonly string[]): readonly string[] | null {
  const isIn = parseVersionRange(range);
  if (isIn === undefined) return null;
  return versions.filter((text) => {
    const version = parseVersion(text);
    return version !== undefined && isIn(version);
  });
}

test("300 generated ranges hold what they hold in source-controller's library", () => {
  for (const { range, of, holds } of answers) assert.deepEqual(holding(range, of), holds, range);
  assert.equal(answers.length, 300);
});

describe("where npm reads a range otherwise, the controller's library decides", () => {
  test("pre-releases of any version count where the range names one", () => {
    assert.deepEqual(holding(">=1.0.0-0", ["2.0.0-rc.1", "0.9.0", "3.0.0-rc.1"]), ["2.0.0-rc.1", "3.0.0-rc.1"]);
  });
  test("they count in that alternative only", () => {
    assert.deepEqual(holding("<2.0.0 || >=3.0.0-0", ["1.9.0-rc.1", "1.9.0", "3.1.0-rc.1"]), ["1.9.0", "3.1.0-rc.1"]);
  });
  test("a version may be left out", () => assert.deepEqual(holding("1.x, !=1.2.3", ["1.2.2", "1.2.3", "2.0.0"]), ["1.2.2"]));
  test("a name of two numbers is no version", () => assert.deepEqual(holding("*", ["1.2", "v1.2.0", "1.2.0.1"]), ["v1.2.0"]));
});

test("a long text of blanks is refused at once", () => {
  assert.equal(parseVersionRange(`${"1  ".repeat(20_000)}!`), undefined);
});
