import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GitOpsError } from "../../../src/engine/model/errors.ts";
import { isJsonObject, type JsonValue } from "../../../src/engine/model/json.ts";
import { readYaml, readYamlText, type YamlBudget } from "../../../src/engine/yaml/read.ts";
import type { YamlDialect } from "../../../src/engine/yaml/scalar.ts";
import { settleNothings } from "../../../src/engine/yaml/source-text.ts";

const BUDGET: YamlBudget = { fileBytes: 1_000_000, documents: 100, depth: 100, nodes: 10_000 };

function values(text: string, dialect: YamlDialect = "resource", budget: YamlBudget = BUDGET): JsonValue[] {
  return readYamlText(text, { file: "app.yaml", dialect, budget }).map((document) => document.value);
}

function failure(text: string | Uint8Array, dialect: YamlDialect = "resource", budget: YamlBudget = BUDGET): GitOpsError {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  try {
    readYaml(bytes, { file: "app.yaml", dialect, budget });
  } catch (error) {
    assert.ok(error instanceof GitOpsError, String(error));
    return error;
  }
  assert.fail("it was read");
}

describe("scalars", () => {
  // The third column is what YAML 1.1 makes of it, where it differs.
  const table: readonly (readonly [string, JsonValue, JsonValue?])[] = [
    ["yes", "yes", true],
    ["On", "On", true],
    ["n", "n", false],
    ["off", "off", false],
    ["true", true],
    ["FALSE", false],
    ["tRUE", "tRUE"],
    ["~", null],
    ["", null],
    ["Null", null],
    ["0755", 493],
    ["0o755", 493],
    ["0789", 789],
    ["0x1F", 31],
    ["-0b11", -3],
    ["1_000", 1000],
    ["+1", 1],
    ["-0", 0],
    ["1.", 1],
    [".5", 0.5],
    [".51_0", 0.51],
    [".5__1", ".5__1"],
    ["1e3", 1000],
    ["-0.0", 0],
    ["1:30", "1:30"],
    ["1e400", "1e400"],
    ["1234e5678", "1234e5678"],
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", 9007199254740993n],
    ["12345678901234567890", 12345678901234567890n],
    ["18446744073709551615", 18446744073709551615n],
    ["18446744073709551616", 18446744073709551616],
    ["-9223372036854775808", -9223372036854775808n],
    ["-9223372036854775809", Number("-9223372036854775809")],
    ["1e19", 10000000000000000000n],
    ["1e20", 1e20],
    ["9007199254740993.0", 9007199254740992n],
    ["0xFFFFFFFFFFFFFFFF", 18446744073709551615n],
    ["2001-01-01", "2001-01-01T00:00:00Z", "2001-01-01"],
    ["2001-1-2", "2001-01-02T00:00:00Z", "2001-1-2"],
    ["2001-12-14t21:59:43.10-05:00", "2001-12-14T21:59:43.1-05:00", "2001-12-14t21:59:43.10-05:00"],
    ["2001-12-14 21:59:43.10", "2001-12-14T21:59:43.1Z", "2001-12-14 21:59:43.10"],
    ["2001-02-29", "2001-02-29"],
    ["2001-13-14", "2001-13-14"],
    ["1.2.3", "1.2.3"],
    ["123abc", "123abc"],
    ["!!str 123", "123"],
    ['!!int "5"', 5],
    ["!!binary aGk=", "hi"],
    ["! 12", "12"],
    ["'yes'", "yes"],
    ['"0755"', "0755"],
  ];
  for (const [text, resource, kustomization = resource] of table) {
    test(`${text || "nothing"} is read as go-yaml reads it`, () => {
      assert.deepEqual(values(`a: ${text}\n`), [{ a: resource }]);
      assert.deepEqual(values(`a: ${text}\n`, "kustomization"), [{ a: kustomization }]);
    });
  }
});

describe("documents", () => {
  test("empty documents are left out, and each knows the line where its content starts", () => {
    const text = "# first\n---\na: 1\n---\n# only a comment\n--- # comment\n\nb: 2\n---\n";
    const documents = readYamlText(text, { file: "app.yaml", dialect: "resource", budget: BUDGET });
    assert.deepEqual(documents, [
      { value: { a: 1 }, line: 3 },
      { value: { b: 2 }, line: 8 },
    ]);
  });

  test("three dashes inside a block scalar do not end it", () => {
    assert.deepEqual(values("a: |\n  x\n  ---\n  y\n"), [{ a: "x\n---\ny\n" }]);
  });

  test("text after a separator is an error", () => {
    assert.match(failure("a: 1\n--- b\nc: 1\n").message, /^app\.yaml:2:1: text after the document separator/);
  });

  test("content after the end of a document is an error, since Go would forget it", () => {
    assert.match(failure("a: 1\n...\nb: 2\n").message, /^app\.yaml:3:1: content after the end/);
    assert.deepEqual(values("a: 1\n...\n---\nb: 2\n"), [{ a: 1 }, { b: 2 }]);
  });

  test("a byte order mark and Windows line ends change nothing", () => {
    assert.deepEqual(values("a: |\r\n  x\r\n  y\r\n---\r\nb: 1\r\n"), [{ a: "x\ny\n" }, { b: 1 }]);
    const bytes = new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode("a: 1\n")]);
    assert.deepEqual(readYaml(bytes, { file: "a", dialect: "resource", budget: BUDGET }), [{ value: { a: 1 }, line: 1 }]);
  });

  test("JSON is read with tabs and exact integers", () => {
    assert.deepEqual(values('{\n\t"a": [1, 9007199254740993],\n\t"b": "x\\/y"\n}\n'), [{ a: [1, 9007199254740993n], b: "x/y" }]);
  });

  test("brackets and quotes may go on in the column of their key", () => {
    const text = 'args: [\n  "a",\n  b\n]\nobj: {\na: 1,\n"b": [\nc, # it\n"d"\n]\n}\nq: "x\n\n y\'\nz"\nlast: 1\n';
    assert.deepEqual(values(text), [{ args: ["a", "b"], obj: { a: 1, b: ["c", "d"] }, q: "x\ny' z", last: 1 }]);
    assert.match(failure("a: [\nb,\n'c'\nd: e\n]\n").message, /^app\.yaml:4:1: two entries without a comma/);
  });
});

describe("anchors, merge keys and odd keys", () => {
  test("aliases are copies, so changing one place leaves the others", () => {
    const [value] = values("a: &x {p: [1]}\nb: *x\n");
    assert.deepEqual(value, { a: { p: [1] }, b: { p: [1] } });
    const { a, b } = value as Record<string, unknown>;
    assert.notEqual(a, b);
  });

  test("merge keys fill in what is not there, the first of a list winning", () => {
    const text = "a: &a {p: 1, q: 2}\nb: &b {q: 5, r: 6}\nc: {q: 3, <<: *a}\nd: {<<: [*b, *a]}\ne: {<<: {z: 1}}\n";
    const [value] = values(text) as Record<string, unknown>[];
    assert.deepEqual([value?.["c"], value?.["d"], value?.["e"]], [{ q: 3, p: 1 }, { q: 5, r: 6, p: 1 }, { z: 1 }]);
  });

  test("__proto__ is a key like any other, also through a merge", () => {
    const [value] = values("a: &a {__proto__: {polluted: 1}, constructor: 2}\nb: {<<: *a}\n") as Record<string, Record<string, unknown>>[];
    for (const name of ["a", "b"]) {
      assert.deepEqual(Object.keys(value?.[name] ?? {}), ["__proto__", "constructor"]);
      assert.equal(JSON.stringify(value?.[name]), '{"__proto__":{"polluted":1},"constructor":2}');
    }
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });

  test("keys that are no strings are an error inside resources, texts as written at their top, and texts in kustomizations", () => {
    for (const key of ["1", "true", "~", "2.5"])
      assert.match(failure(`a:\n  ${key}: a\n`).message, /^app\.yaml:2:3: a key that is not a string/);
    assert.match(failure("~: a\n").message, /^app\.yaml:1:1: a key that is not a string/);
    assert.deepEqual(values("2.50: a\n0x1: b\nyes: c\n"), [{ "2.50": "a", "0x1": "b", yes: "c" }]);
    assert.deepEqual(values("1: a\nyes: b\n", "kustomization"), [{ 1: "a", true: "b" }]);
  });

  test("a key twice is an error in resources; in kustomizations the last one wins, as in kustomize", () => {
    assert.match(failure("a:\n  b: 1\n  b: 2\n").message, /^app\.yaml:3:3: a key that this mapping already has/);
    assert.deepEqual(values("a: 1\na: 2\n", "kustomization"), [{ a: 2 }]);
  });

  test("annotations may repeat a key, for kustomize makes them anew; those of a template may not", () => {
    assert.deepEqual(values("metadata:\n  annotations: {a: 1, a: 2}\n"), [{ metadata: { annotations: { a: 2 } } }]);
    assert.match(failure("spec:\n  metadata:\n    annotations: {a: 1, a: 2}\n").message, /a key that this mapping already has/);
  });

  test("a merge key counts less than its mapping in resources, and what is read later counts more in kustomizations", () => {
    const text = "a: 1\n<<: [{a: 2, b: 2}, {b: 3, c: 3}]\nb: 4\n";
    assert.deepEqual(values(text), [{ a: 1, b: 4, c: 3 }]);
    assert.deepEqual(values(text, "kustomization"), [{ a: 2, b: 4, c: 3 }]);
    assert.deepEqual(values("<<: {a: 1}\n<<: {a: 2}\n", "kustomization"), [{ a: 2 }]);
    assert.match(failure("<<: {a: 1}\n<<: {a: 2}\n").message, /^app\.yaml:2:1: a second merge key/);
  });

  test("a merge key may carry its tag; in resources a text that looks like one is lost, as in kustomize", () => {
    for (const key of ["!!merge <<", "! <<", "!<tag:yaml.org,2002:merge> <<"]) assert.deepEqual(values(`${key}: {a: 1}\n`), [{ a: 1 }]);
    assert.deepEqual(values('"<<": {a: 1}\nb: 2\n'), [{ b: 2 }]);
    assert.deepEqual(values('"<<": {a: 1}\n', "kustomization"), [{ "<<": { a: 1 } }]);
  });

  test("a merge key of an alias that is a list is refused", () => {
    assert.match(failure("a: &a [{b: 1}]\nc: {<<: *a}\n").message, /a merge key with something else than mappings/);
  });

  test("nothing between brackets is null, until it is printed as kustomize does", () => {
    const [value] = values("a: {b: , c: ~, d, l: [{e: }]}\ne:\n");
    assert.deepEqual(value, { a: { b: null, c: null, d: null, l: [{ e: null }] }, e: null });
    assert.ok(isJsonObject(value));
    settleNothings(value);
    assert.deepEqual(value, { a: { b: "", c: null, d: "", l: [{ e: "" }] }, e: null });
  });

  test("content behind the end of a document is dropped where kustomize drops it", () => {
    const options = { file: "app.yaml", dialect: "resource", budget: BUDGET } as const;
    assert.deepEqual(readYamlText("a: 1\n...\nb: 2\n", { ...options, afterEnd: "dropped" }), [{ value: { a: 1 }, line: 1 }]);
    assert.throws(() => readYamlText("a: 1\n...\nb: 2\n", options), /content after the end of the document/);
  });

  test("a directive before the first dashes belongs to the document behind them, in a kustomization", () => {
    assert.deepEqual(values("%YAML 1.1\n---\na: 1\n", "kustomization"), [{ a: 1 }]);
  });

  test("tabs part indicators from brackets as spaces do", () => {
    assert.deepEqual(values("a:\t[1,\t2]\nb:\n  c:\t{d:\t'x\ty'}\n"), [{ a: [1, 2], b: { c: { d: "x\ty" } } }]);
    assert.match(failure("-\t[1]\n- \t{a\n").message, /^app\.yaml/);
  });
});

describe("what is wrong is said with its place", () => {
  const table: readonly (readonly [string, string, string])[] = [
    ["a tab as indentation", "a:\n\tb: hunter2\n", "app.yaml:2:1: a tab in the indentation; expected spaces"],
    ["a key in no column", "a:\n  b: 1\n c: hunter2\n", "app.yaml:3:2: an indentation that fits nothing here"],
    ["an open quote", "a: 'hunter2\n", "app.yaml:2:1: a text in single quotes that does not end"],
    ["an open bracket", "a: [hunter2\nb: 1\n", "app.yaml:2:2: two entries without a comma"],
    ["a reserved start", "a: 1\nb: @hunter2\n", "app.yaml:2:4: a value that starts with @"],
    ["a missing space", 'a: 1\n"b":hunter2\n', "app.yaml:2:5: "],
    ["an alias of nothing", "a: *hunter2\n", "app.yaml:1:5: an alias whose anchor is not there"],
    ["an alias of itself", "a: &hunter2 [*hunter2]\n", "app.yaml:1:15: an alias inside its own anchor"],
    ["a number that JSON lacks", "a: -.inf\n", "app.yaml:1:4: a number that JSON cannot hold"],
    ["not a number", "a: [.nan]\n", "app.yaml:1:5: a number that JSON cannot hold"],
    ["a tag that the value is none of", "a: !!int hunter2\n", "app.yaml:1:4: a value that is not of the type of its tag"],
    ["a scalar's tag on a mapping", "a: !!str {}\n", "app.yaml:1:4: a tag that is not known here"],
    ["half a character", 'a: "\\ud800"\n', "app.yaml:1:4: an escape that stands for no character"],
    ["an unknown escape", 'a: "\\q hunter2"\n', "app.yaml:1:6: an escape that YAML does not know"],
    ["a control character", "a: hunter2\u0001\n", "app.yaml:1:"],
    ["a zero byte", "a: \0hunter2\n", "app.yaml:1:4: a zero byte"],
    ["the second document", "a: 1\n---\nb: [hunter2\n", "app.yaml:4:1: brackets that do not close"],
  ];
  for (const [name, text, expected] of table) {
    test(`${name}: file, line and column, never the text`, () => {
      const error = failure(text);
      assert.equal(error.code, "BUILD_FAILED");
      assert.equal(error.message.slice(0, expected.length), expected);
      assert.doesNotMatch(JSON.stringify([error.message, error.hint, error.data]), /hunter2/);
      const [diagnostic] = error.data["diagnostics"] as { file: string; line: number; column: number }[];
      assert.equal(error.message.startsWith(`${diagnostic?.file}:${diagnostic?.line}:${diagnostic?.column}: `), true);
    });
  }

  test("tags that no reader of Kubernetes knows are passed over, and what they stand on is text", () => {
    const text = "a: !!js/function hunter2\nb: !foo 12\nc: !foo {d: !bar [~]}\n";
    assert.deepEqual(readYaml(new TextEncoder().encode(text), { file: "app.yaml", dialect: "resource", budget: BUDGET })[0]?.value, {
      a: "hunter2",
      b: "12",
      c: { d: [null] },
    });
  });

  test("UTF-16 with its byte order mark is read", () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("a: ü\n", "utf16le")]);
    const read = (some: Uint8Array) => readYaml(some, { file: "app.yaml", dialect: "resource", budget: BUDGET })[0]?.value;
    assert.deepEqual(read(bytes), { a: "ü" });
    assert.deepEqual(read(bytes.swap16()), { a: "ü" });
  });

  test("bytes that are no text in their encoding are refused", () => {
    assert.match(failure(new Uint8Array([0xff, 0xfe, 0, 0xd8])).message, /^app\.yaml:1:\d: the file is not valid UTF-16LE/);
    assert.match(failure(new Uint8Array([0xfe, 0xff, 0xd8, 0])).message, /^app\.yaml:1:\d: the file is not valid UTF-16BE/);
    assert.match(failure(new Uint8Array([0x61, 0x3a, 0x20, 0xc3, 0x28])).message, /^app\.yaml:1:\d: the file is not valid UTF-8/);
  });
});

describe("budgets", () => {
  const lines = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, index) => line(index)).join("");
  const table: readonly (readonly [string, string])[] = [
    ["flow lists 200,000 deep", "[".repeat(200_000)],
    ["flow mappings 5,000 deep", "{a: ".repeat(5_000)],
    ["block lists 1,200 deep", `${"- ".repeat(1_200)}a`],
    ["block mappings 1,200 deep", lines(1_200, (index) => `${" ".repeat(index)}a:\n`)],
    ["explicit keys 5,000 deep", "? ".repeat(5_000)],
    ["aliases that nest 130 deep", `a0: &a0 [x]\n${lines(130, (index) => `a${index + 1}: &a${index + 1} [*a${index}]\n`)}`],
    [
      "aliases that multiply nine times by ten",
      `a0: &a0 [${"x,".repeat(10)}]\n${lines(9, (index) => `a${index + 1}: &a${index + 1} [${`*a${index},`.repeat(10)}]\n`)}`,
    ],
    ["merges that multiply", `a0: &a0 {k: [${"x,".repeat(100)}]}\n${lines(200, (index) => `m${index}: {<<: *a0}\n`)}`],
    ["more documents than allowed", "a: 1\n---\n".repeat(101)],
    ["more values than allowed", lines(10_001, () => "- a\n")],
    ["a file that is too large", "#".repeat(1_000_001)],
  ];
  for (const [name, text] of table) {
    test(`${name} end in LIMIT_EXCEEDED, each time`, () => {
      assert.equal(failure(text).code, "LIMIT_EXCEEDED");
      assert.equal(failure(text).code, "LIMIT_EXCEEDED");
    });
  }

  test("a text of separators is refused before the parser makes an event of each", () => {
    const text = `[${"a,".repeat(4_000_000)}]`;
    const error = failure(text, "resource", { ...BUDGET, fileBytes: 32 << 20 });
    assert.match(error.message, /values in one document/);
  });

  test("what just fits is read", () => {
    assert.equal(values("a: 1\n---\n".repeat(99)).length, 99);
    assert.equal(values(`${"[".repeat(98)}1${"]".repeat(98)}`).length, 1);
    const [list] = values(lines(9_999, () => "- a\n"));
    assert.equal((list as unknown[]).length, 9_999);
  });
});
