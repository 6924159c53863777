import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { placeOfField } from "../../../src/engine/yaml/place-of-field.ts";

const TEXT = `# a kustomization
namePrefix: x-
patches:
- target: {kind: Deployment, name: web}
  patch: |-
    - op: remove
      path: /spec
images:
  - name: nginx
    newTag: "1"
`;

const rows: readonly (readonly [pointer: string, line: number, column: number])[] = [
  ["", 2, 1],
  ["/namePrefix", 2, 1],
  ["/NamePrefix", 2, 1],
  ["/patches", 3, 1],
  ["/patches/0", 4, 3],
  ["/patches/0/target/name", 4, 30],
  ["/images/0/newTag", 10, 5],
  ["/images/0/none", 9, 5],
  ["/images/7", 8, 1],
  ["/none/at/all", 2, 1],
];

for (const [pointer, line, column] of rows) {
  test(`${pointer === "" ? "the document" : pointer} stands at ${line}:${column}`, () => {
    assert.deepEqual(placeOfField(TEXT, { pointer }), { line, column });
  });
}

test("a place inside a literal block is a line of the file", () => {
  const inner = { line: 2, column: 3 };
  assert.deepEqual(placeOfField(TEXT, { pointer: "/patches/0/patch", inner }), { line: 7, column: 7 });
});

test("a place inside quotes is where the quotes are: their lines are folded", () => {
  assert.deepEqual(placeOfField('a: "x\n  y"\n', { pointer: "/a", inner: { line: 2, column: 1 } }), { line: 1, column: 1 });
});

test("a document is found by a line of it, and its fields in it", () => {
  const text = "a: 1\n---\n# comment\na: 2\nb: {c: 3}\n---\na: 3\n";
  assert.deepEqual(placeOfField(text, { pointer: "/b/c", documentLine: 4 }), { line: 5, column: 5 });
  assert.deepEqual(placeOfField(text, { pointer: "/a", documentLine: 7 }), { line: 7, column: 1 });
});

test("keys with slashes and tildes are found by their escapes", () => {
  const text = "metadata:\n  annotations:\n    example.com/a~b: x\n";
  assert.deepEqual(placeOfField(text, { pointer: "/metadata/annotations/example.com~1a~0b" }), { line: 3, column: 5 });
});

test("Windows line ends and a file in JSON change nothing", () => {
  assert.deepEqual(placeOfField("a: 1\r\nb: 2\r\n", { pointer: "/b" }), { line: 2, column: 1 });
  assert.deepEqual(placeOfField('{\n\t"a": {"b": 1}\n}\n', { pointer: "/a/b" }), { line: 2, column: 8 });
});

test("a text that does not parse has no places", () => {
  assert.equal(placeOfField('a: "open', { pointer: "/a" }), undefined);
  assert.equal(placeOfField("", { pointer: "/a" }), undefined);
});

test("whatever is printed as JSON is found where its key stands", () => {
  const key = fc.stringMatching(/^[a-z/~]{1,5}$/);
  const tree = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, fc.nat(9), fc.array(tie("value"), { maxLength: 3 }), fc.dictionary(key, tie("value"), { maxKeys: 3 })),
  })).value;
  fc.assert(
    fc.property(fc.dictionary(key, tree, { minKeys: 1, maxKeys: 3 }), fc.nat(), (value, choice) => {
      const lines = JSON.stringify(value, undefined, 1).split("\n");
      const pointers = pointersOf(value);
      const pointer = pointers[choice % pointers.length] ?? "";
      const place = placeOfField(lines.join("\n"), { pointer });
      const last = pointer.split("/").at(-1)?.replaceAll("~1", "/").replaceAll("~0", "~") ?? "";
      const found = lines[(place?.line ?? 0) - 1]?.slice((place?.column ?? 0) - 1) ?? "";
      assert.ok(
        /^\d+$/.test(last) ? !found.startsWith(" ") && found !== "" : found.startsWith(JSON.stringify(last)),
        `${pointer}: ${found}`,
      );
    }),
    { seed: 20_260_101, numRuns: 300 },
  );
});

function pointersOf(value: unknown, at = ""): readonly string[] {
  if (typeof value !== "object" || value === null) return [at];
  const own = Object.entries(value).flatMap(([key, item]) => pointersOf(item, `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`));
  return at === "" ? own : [at, ...own];
}
