import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { NotLoaded } from "../../../../src/engine/build/kustomize/not-loaded.ts";
import { compileInnerPattern, compileNamePattern, compileWholePattern } from "../../../../src/engine/build/kustomize/regular-expression.ts";
import { builtText } from "../../../support/kustomize-build.ts";
import { memoryTree } from "../../../support/memory-tree.ts";

const REST = "(:[a-z0-9]*)?";

function textOf(alphabet: readonly string[]) {
  return fc.array(fc.constantFrom(...alphabet), { maxLength: 6 }).map((parts) => parts.join(""));
}

const source = textOf(["a", "b", ".", ".*", "-", "/", ":", "+", "(", ")", "|", "\\.", "[ab]"]);
const subject = textOf(["a", "b", ".", "-", "/", ":", "ab", "\n", "\u{1F600}"]);

before(async () => {
  try {
    compileWholePattern("(a)");
  } catch (error) {
    assert.ok(error instanceof NotLoaded);
    await error.load();
  }
});

/** What RE2 says, or undefined where it refuses the pattern. */
function original(pattern: string, text: string): boolean | undefined {
  try {
    return RE2JS.compile(pattern).matcher(text).find();
  } catch {
    return undefined;
  }
}

test("what is matched without the engine is matched as RE2 does", () => {
  fc.assert(
    fc.property(source, subject, (pattern, text) => {
      assert.equal(compileWholePattern(pattern)?.test(text), original(`^(?:${pattern})$`, text));
      assert.equal(compileInnerPattern(pattern)?.test(text), original(pattern, text));
      assert.equal(compileNamePattern(pattern, REST)?.test(text), original(`^${pattern}${REST}$`, text));
    }),
    { seed: 20_260_101, numRuns: 5000 },
  );
});

test("patterns are those of RE2", () => {
  assert.equal(compileWholePattern("(?i)WEB")?.test("web"), true);
  for (const refused of ["(?=x)", "(a)\\1", "("]) {
    assert.equal(compileInnerPattern(refused), undefined, refused);
    assert.equal(compileNamePattern(refused, REST), undefined, refused);
  }
});

test("a build that needs the engine, or the editor of YAML in texts, is started again when that is loaded", async () => {
  const files = {
    "kustomization.yaml": `resources: [a.yaml]
patches: [{target: {name: "(a|b)"}, patch: '[{"op": "add", "path": "/data/patched", "value": "once"}]'}]
replacements: [{sourceValue: new, targets: [{select: {name: a}, fieldPaths: [data.file.key]}]}]
`,
    "a.yaml": '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {file: "key: old\\nother: 1\\n"}}\n',
  };
  assert.match(await builtText(memoryTree(files), ""), /file: \|-\n {4}key: new\n {4}other: 1\n {2}patched: once\n/);
});
