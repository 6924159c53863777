import assert from "node:assert/strict";
import { test } from "node:test";
import { applyJsonPatch } from "../../../../src/engine/build/kustomize/merge/json-patch.ts";
import { splitFieldPath, splitPath } from "../../../../src/engine/build/kustomize/field-specs/split-path.ts";
import { encodeBase64Lines } from "../../../../src/engine/build/kustomize/generators/base64.ts";
import { contentHash, goJson } from "../../../../src/engine/build/kustomize/generators/hash.ts";
import { parseEnvFile, parseFileSource, parseLiteral } from "../../../../src/engine/build/kustomize/generators/key-value-sources.ts";
import { nearest } from "../../../../src/engine/build/kustomize/nearest.ts";
import { parseLabelSelector } from "../../../../src/engine/build/kustomize/resources/label-selector.ts";
import { byBytes } from "../../../../src/engine/build/kustomize/resources/byte-order.ts";
import { builtInSchema } from "../../../../src/engine/build/kustomize/schema/schema.ts";
import { joinPath, joinRelative } from "../../../../src/engine/build/kustomize/load/tree-path.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array) => new TextDecoder().decode(value);

test("a JSON patch that fails names the operation and never a value", () => {
  const failing = [
    [{ op: "remove", path: "/data/none" }],
    [{ op: "add", path: "/list/9", value: 1 }],
    [{ op: "add", path: "/none/deep/x", value: 1 }],
    [{ op: "test", path: "/data/key", value: "other" }],
    [{ op: "hunter2", path: "/data" }],
    [{ op: "add", path: "no-slash", value: 1 }],
    [{ op: "move", path: "/a" }],
  ];
  for (const operations of failing) {
    assert.throws(
      () => applyJsonPatch({ data: { key: "hunter2" }, list: [] }, operations),
      /^MergeConflict: operation 1 \((?!.*: .*hunter2)/,
    );
  }
});

test("a JSON patch leaves the object that it was given", () => {
  const object = { data: { a: "1" } };

  applyJsonPatch(object, [{ op: "replace", path: "/data/a", value: "2" }]);

  assert.deepEqual(object, { data: { a: "1" } });
});

test("selectors of labels are read as Kubernetes reads them", () => {
  const labels = new Map([
    ["app", "web"],
    ["tier", "3"],
  ]);
  const matching = [
    "",
    "app",
    "app=web",
    "app==web,tier!=4",
    "app in (web, api)",
    "tier notin (4)",
    "none notin (x)",
    "!none",
    "tier>2",
    "tier<4",
    "none!=x",
  ];
  const others = ["app=api", "!app", "app in (api)", "tier notin (3)", "tier>3", "none"];
  const invalid = ["app in web", "=x", "app=(", "a b", "app in (", "-x", "tier>x"];
  for (const selector of matching) assert.equal(parseLabelSelector(selector)?.(labels), true, selector);
  for (const selector of others) assert.equal(parseLabelSelector(selector)?.(labels), false, selector);
  for (const selector of invalid) assert.equal(parseLabelSelector(selector), undefined, selector);
});

test("hashes are those of the original", () => {
  assert.equal(contentHash({ kind: "ConfigMap", data: { a: "1" } }), "h29d89cmmt");
  assert.equal(goJson({ b: "<&>\u2028", a: [1, null, true] }), '{"a":[1,null,true],"b":"\\u003c\\u0026\\u003e\\u2028"}');
});

test("base64 breaks lines from 70 characters on", () => {
  assert.equal(encodeBase64Lines(bytes("a")), "YQ==");
  assert.equal(encodeBase64Lines(bytes("x".repeat(51))), "eHh4".repeat(17));
  assert.equal(encodeBase64Lines(bytes("x".repeat(54))), `${"eHh4".repeat(18).slice(0, 70)}\nh4\n`);
});

test("an env file ends without a word at a line of 64 KiB", () => {
  const file = bytes(`a=1\nb=${"x".repeat(65_536)}\nc=3\n`);

  assert.deepEqual(
    parseEnvFile("e", file).map(({ key }) => key),
    ["a"],
  );
});

test("literals and file sources are split at their equals sign", () => {
  assert.deepEqual([parseLiteral({ file: "k" }, "a='b=c'").key, text(parseLiteral({ file: "k" }, "a='b=c'").value)], ["a", "b=c"]);
  assert.deepEqual(parseFileSource({ file: "k" }, "dir/x.txt"), { key: "x.txt", path: "dir/x.txt" });
  for (const bad of ["=a", "a=", "a=b=c"]) assert.throws(() => parseFileSource({ file: "k" }, bad), { code: "BUILD_FAILED" });
  for (const bad of ["=a", "a"]) assert.throws(() => parseLiteral({ file: "k" }, bad), { code: "BUILD_FAILED" });
});

test("paths of fields are split with their escapes and brackets", () => {
  assert.deepEqual(splitPath("metadata/annotations/a\\/b", "/"), ["metadata", "annotations", "a/b"]);
  assert.deepEqual(splitFieldPath("spec.[name=a.b].[c.d/e].f\\.g"), ["spec", "[name=a.b]", "c.d/e", "f.g"]);
});

test("paths of a tree never leave it", () => {
  assert.equal(joinPath("a/b", "../c/./d"), "a/c/d");
  assert.equal(joinPath("a", "../.."), undefined);
  assert.equal(joinRelative("../base", "../x"), "../x");
});

test("only kinds that are known for certain are cluster-scoped", () => {
  assert.ok(builtInSchema.isClusterScoped("v1", "Namespace"));
  assert.ok(builtInSchema.isClusterScoped("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"));
  assert.ok(!builtInSchema.isClusterScoped("example.com/v1", "ClusterThing"));
  assert.deepEqual(builtInSchema.typeOf("v1", "Service")?.field("spec")?.type?.field("ports")?.mergeKeys, ["port", "protocol"]);
});

test("a typo finds the nearest word, and nonsense none", () => {
  assert.equal(nearest("resource", ["resources", "replicas"]), "resources");
  assert.equal(nearest("zzzzzz", ["resources", "replicas"]), undefined);
});

test("texts are ordered by their bytes", () => {
  assert.deepEqual(["\u{1F600}", "\uFFFD", "a", "B", "ab"].sort(byBytes), ["B", "a", "ab", "\uFFFD", "\u{1F600}"]);
});
