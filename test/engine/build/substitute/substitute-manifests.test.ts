import assert from "node:assert/strict";
import { test } from "node:test";
import { substituteManifests, type VariableSubstitution } from "../../../../src/engine/build/substitute/substitute-manifests.ts";
import { DEFAULT_BUDGET, GitOpsError, isJsonObject, type JsonObject, type Manifest } from "../../../../src/engine/index.ts";

function manifest(object: JsonObject, name = "settings"): Manifest {
  const metadata = isJsonObject(object["metadata"]) ? object["metadata"] : {};
  return {
    id: { group: "", kind: "ConfigMap", namespace: "", name },
    apiVersion: "v1",
    object: { apiVersion: "v1", kind: "ConfigMap", ...object, metadata: { name, ...metadata } },
    origin: { file: "app/settings.yaml", line: 3 },
  };
}

function substitution(values: Record<string, string>, changes: Partial<VariableSubstitution> = {}): VariableSubstitution {
  return { values, from: [], always: false, strict: true, ...changes };
}

function substituted(
  object: JsonObject,
  values: Record<string, string>,
  changes: Partial<VariableSubstitution> = {},
): JsonObject | undefined {
  return substituteManifests([manifest(object)], substitution(values, changes), DEFAULT_BUDGET)[0]?.object;
}

test("a value without quotes takes the type that YAML 1.1 gives it, one with quotes stays text", () => {
  const object = substituted({ data: { a: "${n}", b: "${n} x", c: "${q}${n}${q}", d: "${yes}" } }, { n: "5", q: '"', yes: "yes" });
  assert.deepEqual(object?.["data"], { a: 5, b: "5 x", c: "5", d: true });
});

test("values of the delivery win over maps, and later maps over earlier ones; line breaks in values are dropped", () => {
  const from = [
    { a: "first", b: "first", c: "fi\nrst\n" },
    { a: "second", b: "second" },
  ];
  assert.deepEqual(substituted({ data: { k: "${a} ${b} ${c}" } }, { a: "own" }, { from })?.["data"], { k: "own second first" });
});

test("without any variable nothing is touched, unless always", () => {
  const object = { data: { k: "${gone:=default} $$" } };
  assert.deepEqual(substituted(object, {})?.["data"], { k: "${gone:=default} $$" });
  assert.deepEqual(substituted(object, {}, { always: true })?.["data"], { k: "default $" });
});

test("the label or annotation substitute: disabled keeps an object as it is, letter by letter", () => {
  const key = "kustomize.toolkit.fluxcd.io/substitute";
  const data = { k: "${a}" };
  assert.deepEqual(substituted({ metadata: { labels: { [key]: "disabled" } }, data }, { a: "x" })?.["data"], data);
  assert.deepEqual(substituted({ metadata: { annotations: { [key]: "disabled" } }, data }, { a: "x" })?.["data"], data);
  assert.deepEqual(substituted({ metadata: { annotations: { [key]: "Disabled" } }, data }, { a: "x" })?.["data"], { k: "x" });
});

test("names and keys are substituted too, and the id follows", () => {
  const [result] = substituteManifests([manifest({ data: { "${a}": "v" } }, "x-${a}")], substitution({ a: "blue" }), DEFAULT_BUDGET);
  assert.equal(result?.id.name, "x-blue");
  assert.deepEqual(result?.object["data"], { blue: "v" });
});

test("integers beyond 2^53 stay exact", () => {
  assert.deepEqual(substituted({ data: { a: "${n}", b: 9007199254740993n } }, { n: "9007199254740995" })?.["data"], {
    a: 9007199254740995n,
    b: 9007199254740993n,
  });
});

function failure(step: () => unknown): GitOpsError {
  try {
    step();
  } catch (error) {
    if (error instanceof GitOpsError) return error;
    throw error;
  }
  return assert.fail("nothing is refused");
}

test("a variable that is not set is refused by object, field, variable and file; all of them at once", () => {
  const manifests = [manifest({ data: { url: "ok", list: ["${gone}"] } }), manifest({ data: { k: "${lost}" } }, "other")];
  const error = failure(() => substituteManifests(manifests, substitution({ a: "secret-value" }), DEFAULT_BUDGET));
  assert.equal(error.code, "BUILD_FAILED");
  assert.equal(error.message, "app/settings.yaml:3: configmap/settings: data.list[0]: the variable gone is not set (and 1 more problem)");
  assert.deepEqual([error.data["variable"], error.data["object"], error.data["line"]], ["gone", "configmap/settings", 3]);
  const { diagnostics } = error.data;
  assert.ok(Array.isArray(diagnostics));
  assert.deepEqual(
    diagnostics.map(({ message }) => message),
    ["configmap/settings: data.list[0]: the variable gone is not set", "configmap/other: data.k: the variable lost is not set"],
  );
});

test("values that break the text, the object or its name are refused without being shown", () => {
  const rows: readonly (readonly [JsonObject, string, RegExp])[] = [
    [{ data: { k: "${a}" } }, "{hunter2", /no YAML that can be read/],
    [{ data: { "${a}": "v" } }, "hunter2: 'x", /no YAML that can be read/],
    [{ data: { k: "${a}" } }, "*hunter2", /no YAML that can be read: an alias/],
    [{ metadata: { name: "${a}" } }, "12345", /leave no text in metadata.name/],
    [{ kind: "${a}" }, "", /leave no text in kind/],
    [{ "${a}": 1 }, "--- hunter2", /no YAML that can be read: text after the end/],
  ];
  for (const [object, a, expected] of rows) {
    const error = failure(() => substituted(object, { a }));
    assert.match(error.message, expected);
    assert.doesNotMatch(`${error.message} ${error.hint} ${JSON.stringify(error.data)}`, /hunter2|12345/);
  }
});

test("two objects that a variable gives one name are refused", () => {
  const error = failure(() =>
    substituteManifests([manifest({}, "x-${a}"), manifest({}, "x-1b")], substitution({ a: "1b" }), DEFAULT_BUDGET),
  );
  assert.match(error.message, /declared twice/);
});

test("a name that is no variable's is refused only where there is something to substitute", () => {
  const object = { data: { k: "v" } };
  const error = failure(() => substituted(object, { "tls.crt": "hunter2" }));
  assert.deepEqual([error.code, error.data["variable"]], ["BUILD_FAILED", "tls.crt"]);
  const labels = { "kustomize.toolkit.fluxcd.io/substitute": "disabled" };
  assert.deepEqual(substituted({ metadata: { labels }, ...object }, { "tls.crt": "x" })?.["data"], { k: "v" });
  assert.deepEqual(substituteManifests([], substitution({ "tls.crt": "x" }), DEFAULT_BUDGET), []);
});
