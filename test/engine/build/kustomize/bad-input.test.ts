import assert from "node:assert/strict";
import { test } from "node:test";
import { GitOpsError } from "../../../../src/engine/index.ts";
import { builtText, buildOptions } from "../../../support/kustomize-build.ts";
import { memoryTree, type MemoryEntry } from "../../../support/memory-tree.ts";

const MAP = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {password: hunter2}}\n";
const patch = (text: string, target = "{kind: ConfigMap}") => `resources: [a.yaml]\npatches:\n- target: ${target}\n  patch: '${text}'\n`;

interface Row {
  readonly claim: string;
  readonly code: string;
  readonly files: Readonly<Record<string, MemoryEntry>>;
  readonly path?: string;
  /** False for what is wrong with a folder that nothing names. */
  readonly placed?: false;
  readonly says?: RegExp;
  readonly hint?: RegExp;
}

const rows: readonly Row[] = [
  {
    claim: "B01 a resource that is a link out of the repository is refused",
    code: "PATH_ESCAPES_REPOSITORY",
    files: { "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": { link: "/etc/passwd" } },
  },
  {
    claim: "B02 a chain of links that leaves the repository is refused",
    code: "PATH_ESCAPES_REPOSITORY",
    files: { "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": { link: "b" }, b: { link: "../../x" } },
  },
  {
    claim: "B08 a resource above the repository is refused",
    code: "PATH_ESCAPES_REPOSITORY",
    files: { "kustomization.yaml": "resources: [../../../x]\n" },
    says: /kustomization\.yaml:1:13: resources: '\.\.\/\.\.\/\.\.\/x'/,
  },
  {
    claim: "B09 an absolute path is refused",
    code: "PATH_ESCAPES_REPOSITORY",
    files: { "kustomization.yaml": "resources: [/etc/passwd]\n" },
  },
  {
    claim: "B10 a file by https is refused",
    code: "FEATURE_FORBIDDEN",
    files: { "kustomization.yaml": "resources: [https://example.com/a.yaml]\n" },
    says: /resources: 'https:\/\/example\.com\/a\.yaml' is remote/,
  },
  {
    claim: "B11 a remote base is refused",
    code: "FEATURE_FORBIDDEN",
    files: { "kustomization.yaml": "resources: [github.com/o/r?ref=main]\n" },
  },
  {
    claim: "B12 a remote base with a git option for a ref is refused",
    code: "FEATURE_FORBIDDEN",
    files: { "kustomization.yaml": "resources: ['https://h/r?ref=--upload-pack=x']\n" },
  },
  { claim: "an scp-like base is refused", code: "FEATURE_FORBIDDEN", files: { "kustomization.yaml": "bases: ['git@h:o/r']\n" } },
  {
    claim: "a remote component is refused",
    code: "FEATURE_FORBIDDEN",
    files: { "kustomization.yaml": "components: ['ssh://git@h/o/r']\n" },
  },
  {
    claim: "a remote patch is refused",
    code: "FEATURE_FORBIDDEN",
    files: { "kustomization.yaml": "patches: [{path: 'https://h/p.yaml'}]\n" },
  },
  {
    claim: "B13 a cycle of bases shows its chain",
    code: "BUILD_FAILED",
    path: "o1",
    files: { "o1/kustomization.yaml": "resources: [../o2]\n", "o2/kustomization.yaml": "resources: [../o1]\n" },
    says: /cycle detected: o1 → o2 → o1/,
  },
  {
    claim: "a base that holds the overlay is a cycle",
    code: "BUILD_FAILED",
    path: "a/b",
    files: { "a/b/kustomization.yaml": "resources: [..]\n", "a/kustomization.yaml": "resources: []\n" },
    says: /cycle/,
  },
  { claim: "B14 65 nested bases are too many", code: "LIMIT_EXCEEDED", path: "d0", files: nested(66) },
  {
    claim: "B15 a base without kustomization is refused",
    code: "BUILD_FAILED",
    files: { "kustomization.yaml": "resources: [base]\n", "base/a.yaml": MAP },
    says: /unable to find one of kustomization\.yaml, kustomization\.yml, Kustomization in base/,
  },
  {
    claim: "B16 two kustomization files are refused",
    code: "BUILD_FAILED",
    files: { "kustomization.yaml": "resources: []\n", Kustomization: "resources: []\n" },
    placed: false,
    says: /multiple kustomization files/,
  },
  {
    claim: "B17 an unknown field names the nearest known one",
    code: "BUILD_FAILED",
    files: { "kustomization.yaml": "resource: [a.yaml]\n" },
    says: /unknown field "resource"/,
    hint: /did you mean resources\?/,
  },
  {
    claim: "an unknown field deep inside is named with its path",
    code: "BUILD_FAILED",
    files: { "kustomization.yaml": "resources: [a.yaml]\nimages: [{name: a, tag: b}]\n", "a.yaml": MAP },
    says: /unknown field "tag" in images\[0\]/,
  },
  {
    claim: "B18 a function that runs a program is refused",
    code: "FEATURE_FORBIDDEN",
    files: {
      "kustomization.yaml": "generators: [g.yaml]\n",
      "g.yaml": "{apiVersion: x/v1, kind: Gen, metadata: {name: g, annotations: {config.kubernetes.io/function: 'exec: {path: ./x}'}}}\n",
    },
  },
  {
    claim: "B19 charts are refused",
    code: "FEATURE_FORBIDDEN",
    files: { "kustomization.yaml": "helmCharts: [{name: a}]\n" },
    says: /helm is not enabled/,
  },
  {
    claim: "B34 a pattern that RE2 does not have is refused by its field",
    code: "BUILD_FAILED",
    files: {
      "kustomization.yaml": patch("[]", "{name: '(?=x)'}").replace("'[]'", `'{"apiVersion":"v1","kind":"X","metadata":{"name":"a"}}'`),
      "a.yaml": MAP,
    },
    says: /patches\[0\]\.target\.name is no regular expression/,
  },
  {
    claim: "B35 a JSON patch whose test fails is refused",
    code: "BUILD_FAILED",
    files: { "kustomization.yaml": patch('[{"op":"test","path":"/data/password","value":"x"}]'), "a.yaml": MAP },
    says: /operation 1 \(test\)/,
  },
  {
    claim: "B36 a JSON patch below __proto__, which no object has, is refused",
    code: "BUILD_FAILED",
    files: { "kustomization.yaml": patch('[{"op":"add","path":"/__proto__/x","value":1}]'), "a.yaml": MAP },
  },
  {
    claim: "B37 one id twice is refused, and both files are named",
    code: "BUILD_FAILED",
    files: { "kustomization.yaml": "resources: [a.yaml, b.yaml]\n", "a.yaml": MAP, "b.yaml": MAP },
    says: /^b\.yaml:1:1: .*already registered id: ConfigMap\.v1\.\[noGrp\]\/a\.\[noNs\]; it is also in a\.yaml/,
  },
  {
    claim: "B38 an object without kind is refused with its line",
    code: "BUILD_FAILED",
    files: { "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": `${MAP}---\nmetadata: {name: b}\n` },
    says: /^a\.yaml:3:1: the object has no kind/,
  },
  {
    claim: "B38 an object without name is refused with its line",
    code: "BUILD_FAILED",
    files: { "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": "\nkind: Pod\n" },
    says: /^a\.yaml:2:1: the Pod has no metadata\.name/,
  },
  {
    claim: "a patch for nothing names what is near",
    code: "BUILD_FAILED",
    files: {
      "kustomization.yaml":
        "resources: [a.yaml]\npatches: [{patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: other}}'}]\n",
      "a.yaml": MAP,
    },
    says: /no matches for Id ConfigMap/,
    hint: /there is ConfigMap\.v1\.\[noGrp\]\/a/,
  },
  {
    claim: "a missing file is named with what is there",
    code: "BUILD_FAILED",
    files: { "kustomization.yaml": "resources: [b.yaml]\n", "a.yaml": MAP },
    says: /there is no file or folder 'b\.yaml'/,
    hint: /a\.yaml/,
  },
  {
    claim: "a file above the kustomization is refused",
    code: "PATH_ESCAPES_REPOSITORY",
    path: "o",
    files: { "o/kustomization.yaml": "resources: [../a.yaml]\n", "a.yaml": MAP },
    says: /not in or below/,
    hint: /LoadRestrictionsNone/,
  },
  {
    claim: "a base listed as component is refused",
    code: "BUILD_FAILED",
    files: { "kustomization.yaml": "components: [b]\n", "b/kustomization.yaml": "resources: []\n" },
    says: /'b' is no Component/,
  },
  {
    claim: "a component listed as resource is refused",
    code: "BUILD_FAILED",
    files: { "kustomization.yaml": "resources: [b]\n", "b/kustomization.yaml": "kind: Component\nresources: []\n" },
    says: /'b' is a Component/,
  },
  { claim: "an empty kustomization is refused", code: "BUILD_FAILED", files: { "kustomization.yaml": "resources:\n" }, says: /empty/ },
  {
    claim: "a value of the wrong type names the field and never the value",
    code: "BUILD_FAILED",
    files: { "kustomization.yaml": "namespace: true\nresources: []\n" },
    says: /namespace is a boolean; expected a string/,
    hint: /quotes/,
  },
  {
    claim: "two namespaces' objects that become one are refused",
    code: "BUILD_FAILED",
    files: {
      "kustomization.yaml": "namespace: prod\nresources: [a.yaml]\n",
      "a.yaml": `${MAP}---\n${MAP.replace("name: a", "name: a, namespace: x")}`,
    },
    says: /ID conflict/,
  },
];

function nested(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `d${index}/kustomization.yaml`,
      index + 1 === count ? "resources: []\n" : `resources: [../d${index + 1}]\n`,
    ]),
  );
}

for (const { claim, code, files, path = "", placed = true, says, hint } of rows) {
  test(claim, async () => {
    await assert.rejects(builtText(memoryTree(files), path), (error) => {
      assert.ok(error instanceof GitOpsError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, placed ? /^\S+:\d+:\d+: / : /^\S+: /);
      assert.doesNotMatch(`${error.message} ${JSON.stringify(error.data)} ${error.hint}`, /hunter2/);
      if (says !== undefined) assert.match(error.message, says);
      if (hint !== undefined) assert.match(error.hint ?? "", hint);
      return true;
    });
  });
}

test("B04 a link to a sibling folder inside the repository is followed", async () => {
  const tree = memoryTree({
    "o/kustomization.yaml": "resources: [linked]\n",
    "o/linked": { link: "../base" },
    "base/kustomization.yaml": "resources: [a.yaml]\n",
    "base/a.yaml": MAP,
  });

  assert.match(await builtText(tree, "o"), /name: a/);
});

test("B20 an env file's key without equals sign is empty, whatever the environment holds", async () => {
  const tree = memoryTree({ "kustomization.yaml": "secretGenerator: [{name: s, envs: [e]}]\n", e: "PATH\n" });

  assert.match(await builtText(tree, ""), /PATH: ""/);
});

test("B33 a pattern that blows up elsewhere is matched in linear time", async () => {
  const tree = memoryTree({
    "kustomization.yaml": patch('[{"op":"remove","path":"/data"}]', "{name: '(a+)+$'}"),
    "a.yaml": MAP.replace("name: a", `name: ${"a".repeat(40)}b`),
  });

  assert.match(await builtText(tree, ""), /password/);
});

test("a key __proto__ in data goes through patches and generators as any other", async () => {
  const tree = memoryTree({
    "kustomization.yaml":
      'resources: [a.yaml]\npatches: [{patch: \'{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {__proto__: x}}\'}, {target: {kind: ConfigMap}, patch: \'[{"op":"add","path":"/metadata/__proto__","value":{"x":"three"}}]\'}]\nconfigMapGenerator: [{name: g, literals: [__proto__=two]}]\n',
    "a.yaml": MAP,
  });

  const text = await builtText(tree, "");

  assert.match(text, /__proto__: x/);
  assert.match(text, /__proto__: two/);
  assert.match(text, /__proto__:\n {4}x: three/);
  assert.equal(Object.hasOwn(Object.prototype, "x"), false);
});

test("a target that matches nothing is a warning, and an error of a strict build", async () => {
  const files = { "kustomization.yaml": patch('[{"op":"remove","path":"/data"}]', "{name: b}"), "a.yaml": MAP };

  await builtText(memoryTree(files), "");

  await assert.rejects(builtText(memoryTree(files), "", buildOptions({ strict: true })), {
    code: "BUILD_FAILED",
    message: /the target matches no resource/,
  });
});

test("without load restrictions a file above the kustomization is read", async () => {
  const tree = memoryTree({ "o/kustomization.yaml": "resources: [../a.yaml]\n", "a.yaml": MAP });

  assert.match(await builtText(tree, "o", buildOptions({ loadRestrictor: "LoadRestrictionsNone" })), /name: a/);
});

test("a build that takes longer than its budget ends", async () => {
  let now = 0;
  const options = buildOptions({ monotonic: () => (now += 20_000) });

  await assert.rejects(builtText(memoryTree({ "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": MAP }), "", options), {
    code: "LIMIT_EXCEEDED",
  });
});

test("a JSON patch that copies a map into itself again and again ends before it fills the memory", async () => {
  const copies = Array.from({ length: 40 }, (_, index) => ({ op: "copy", from: "/data", path: `/data/c${index}` }));
  const tree = memoryTree({ "kustomization.yaml": patch(JSON.stringify(copies)), "a.yaml": MAP });

  await assert.rejects(builtText(tree, ""), { code: "LIMIT_EXCEEDED" });
});

test("a replacement that makes a field deeper than any object is refused", async () => {
  const replacement = {
    sourceValue: "x",
    targets: [{ select: { kind: "ConfigMap" }, fieldPaths: ["a.".repeat(20_000) + "b"], options: { create: true } }],
  };
  const tree = memoryTree({ "kustomization.yaml": JSON.stringify({ resources: ["a.yaml"], replacements: [replacement] }), "a.yaml": MAP });

  await assert.rejects(builtText(tree, ""), { code: "LIMIT_EXCEEDED" });
});

test("bases that are named again and again do not take longer than the budget", async () => {
  const files: Record<string, string> = { "d30/kustomization.yaml": "resources: []\n" };
  for (let level = 0; level < 30; level++) files[`d${level}/kustomization.yaml`] = `resources: [../d${level + 1}, ./x]\n`;
  for (let level = 0; level < 30; level++) files[`d${level}/x/kustomization.yaml`] = `resources: [../../d${level + 1}]\n`;
  let now = 0;
  const options = buildOptions({ monotonic: () => (now += 100) });

  await assert.rejects(builtText(memoryTree(files), "d0", options), { code: "LIMIT_EXCEEDED" });
});
