import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import { defaultIgnoreRules } from "../../../src/engine/build/ignore/ignore-rules.ts";
import { matchesPattern, parseIgnoreFile } from "../../../src/engine/build/ignore/pattern.ts";

function isIgnored(text: string, path: string): boolean {
  const isDirectory = path.endsWith("/");
  const clean = isDirectory ? path.slice(0, -1) : path;
  const match = parseIgnoreFile(text).findLast((pattern) => matchesPattern(pattern, clean, isDirectory));
  return match !== undefined && !match.negated;
}

describe("ignore patterns", () => {
  const table: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["a.yaml", ["a.yaml", "x/a.yaml"], ["b.yaml", "a.yamlx"]],
    ["/a.yaml", ["a.yaml"], ["x/a.yaml"]],
    ["x/a.yaml", ["x/a.yaml"], ["y/x/a.yaml"]],
    ["x/", ["x/", "y/x/"], ["x"]],
    ["*.yaml", ["a.yaml", "x/b.yaml"], ["a.yml"]],
    ["x/*.yaml", ["x/a.yaml"], ["x/y/a.yaml"]],
    ["**/a", ["a", "x/a", "x/y/a"], ["x/ab"]],
    ["x/**", ["x/a", "x/y/a"], ["x/", "x"]],
    ["x/**/a", ["x/a", "x/y/a", "x/y/z/a"], ["y/x/a", "xa"]],
    ["?.yaml", ["a.yaml"], ["ab.yaml"]],
    ["[a-c].yaml", ["b.yaml"], ["d.yaml"]],
    ["[!a-c].yaml", ["d.yaml"], ["b.yaml"]],
    ["[[:digit:]].yaml", ["7.yaml"], ["a.yaml"]],
    ["[a.yaml", [], ["[a.yaml", "a.yaml"]],
    ["\\#a", ["#a"], ["a"]],
    ["#a", [], ["#a", "a"]],
    ["a   ", ["a"], ["a   "]],
    ["a\\ ", ["a "], ["a"]],
    ["*.yaml\n!keep.yaml", ["a.yaml"], ["keep.yaml"]],
    ["!a\na", ["a"], []],
    ["a\r\nb\r", ["a", "b"], []],
  ];
  for (const [text, ignored, kept] of table) {
    test(`${JSON.stringify(text)} leaves out what Git would`, () => {
      assert.deepEqual(
        [...ignored, ...kept].filter((path) => isIgnored(text, path)),
        ignored,
      );
    });
  }

  test("a pattern full of stars takes no longer than its length times that of the name", () => {
    const text = `${"*a".repeat(200)}b`;
    assert.equal(isIgnored(text, "a".repeat(5_000)), false);
    assert.equal(isIgnored(`${"**/a/".repeat(200)}b`, "a/".repeat(2_000)), false);
  });

  test("the last matching pattern of the innermost file decides", () => {
    const rules = defaultIgnoreRules().with("", "*.yaml\n").with("apps", "!keep.yaml\n/top.yml\n");
    assert.deepEqual(
      ["apps/a.yaml", "apps/keep.yaml", "apps/x/keep.yaml", "keep.yaml", "apps/top.yml", "apps/x/top.yml"].filter((path) =>
        rules.ignores(path, false),
      ),
      ["apps/a.yaml", "keep.yaml", "apps/top.yml"],
    );
  });

  test("Flux's default list and our own folder are left out, unless a pattern takes them in again", () => {
    const rules = defaultIgnoreRules();
    for (const folder of [".git", ".github", "x/.circleci", ".gitops"]) assert.equal(rules.ignores(folder, true), true, folder);
    for (const file of [".sops.yaml", "x/.goreleaser.yml", "cloudbuild.yaml", "x/logo.png"])
      assert.equal(rules.ignores(file, false), true, file);
    assert.equal(rules.ignores("deploy.yaml", false), false);
    assert.equal(rules.with("", "!.gitops/\n").ignores(".gitops", true), false);
  });
});

const folder = mkdtempSync(join(tmpdir(), "ignore-oracle-"));
after(() => rmSync(folder, { recursive: true }));

/** What `git check-ignore` says of paths that exist nowhere, so that only the patterns count. */
function gitIgnores(text: string, paths: readonly string[]): readonly string[] {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, ".gitignore"), text);
  const input = paths.join("\0");
  try {
    const out = execFileSync("git", ["check-ignore", "--no-index", "-z", "--stdin"], { cwd: folder, input, encoding: "utf8" });
    return out.split("\0").filter((path) => path !== "");
  } catch (error) {
    if (error instanceof Error && "status" in error && error.status === 1) return [];
    throw error;
  }
}

/** As Git: a path below an ignored folder is ignored, whatever else is said. */
function weIgnore(text: string, path: string): boolean {
  const segments = path.split("/");
  for (let length = 1; length < segments.length; length++) {
    if (isIgnored(text, `${segments.slice(0, length).join("/")}/`)) return true;
  }
  return isIgnored(text, path);
}

test("generated patterns leave out what git check-ignore leaves out", () => {
  execFileSync("git", ["init", "-q", folder]);
  const piece = fc.constantFrom("a", "b", "ab", "*", "**", "?", "/", "/", "[ab]", "[!a]", "\\a", "*a", "a*b", " ");
  const line = fc
    .tuple(fc.constantFrom("", "", "!"), fc.array(piece, { minLength: 1, maxLength: 5 }))
    .map(([mark, parts]) => mark + parts.join(""));
  const file = fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => `${lines.join("\n")}\n`);
  const segment = fc.constantFrom("a", "b", "ab", "aab", "ba", "abb");
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join("/"));
  fc.assert(
    fc.property(file, fc.uniqueArray(path, { minLength: 5, maxLength: 20 }), (text, paths) => {
      assert.deepEqual(
        paths.filter((each) => weIgnore(text, each)),
        gitIgnores(text, paths),
      );
    }),
    { seed: 20_261_123, numRuns: 200 },
  );
});
