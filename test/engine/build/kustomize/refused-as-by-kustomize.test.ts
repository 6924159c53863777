import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryTree } from "../../../support/memory-tree.ts";
import { builtText } from "../../../support/kustomize-build.ts";

const CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plates}\n";
const KEY = /the key "[^"]+" would be read as a number, a time or a word of YAML/;

function build(files: Readonly<Record<string, string>>): Promise<string> {
  return builtText(memoryTree(files), "");
}

const KUSTOMIZATIONS: readonly (readonly [string, string])[] = [
  ["an annotation for all", 'commonAnnotations: {"2": a}'],
  ["a label for all", 'labels: [{pairs: {"true": a}}]'],
  ["a label that is a time", 'labels: [{pairs: {"2001-01-01": a}}]'],
  ["generated data", "configMapGenerator: [{name: forks, literals: [7=a]}]"],
  ["a label of a generator", 'configMapGenerator: [{name: forks, literals: [a=b], options: {labels: {"0x1": a}}}]'],
];
for (const [name, text] of KUSTOMIZATIONS) {
  test(`the key of ${name} is refused where kustomize could not read its own output`, async () => {
    await assert.rejects(build({ "kustomization.yaml": `resources: [a.yaml]\n${text}\n`, "a.yaml": CONFIG_MAP }), KEY);
  });
}

test("a number as the key of an annotation is refused even in quotes, one of labels or data is not", async () => {
  const object = (field: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: plates\n${field}\n`;
  await assert.rejects(build({ "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": object('  annotations: {"7": a}') }), KEY);
  const text = await build({ "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": object('  labels: {"7": a}\ndata: {"8": b}') });
  assert.match(text, /"7": a[^]*$/);
});

test("words that only old YAML takes for truth values are keys like any other", async () => {
  const text = await build({ "kustomization.yaml": "resources: [a.yaml]\ncommonAnnotations: {'yes': a}\n", "a.yaml": CONFIG_MAP });
  assert.match(text, /"yes": a/);
});

test("a role binding whose service account has an empty namespace is refused", async () => {
  const binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: cook}\n";
  const subjects = "roleRef: {kind: Role, name: cook}\nsubjects: [{kind: ServiceAccount, name: cook, namespace: }]\n";
  await assert.rejects(
    build({ "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": binding + subjects }),
    /a subject of RoleBinding\S+ has a namespace that is no text/,
  );
});

test("manifests of CRDs are no definitions for crds", async () => {
  const crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\n";
  await assert.rejects(
    build({ "kustomization.yaml": "resources: [a.yaml]\ncrds: [crd.yaml]\n", "a.yaml": CONFIG_MAP, "crd.yaml": crd }),
    /the definition apiVersion is no map/,
  );
});

test("two resources that a replacement gives one id are refused behind a component and at a strategic merge, though a later step would rename them", async () => {
  const replaced = "replacements: [{sourceValue: plates, targets: [{select: {name: forks}, fieldPaths: [metadata.name]}]}]\n";
  const renaming =
    "transformers: ['{apiVersion: builtin, kind: PatchTransformer, metadata: {name: t}, target: {labelSelector: b=c}, patch: ";
  const rename = `${renaming}"[{\\"op\\": \\"replace\\", \\"path\\": \\"/metadata/name\\", \\"value\\": \\"z\\"}]"}']\n`;
  const files = {
    "kustomization.yaml": "resources: [base]\n",
    "base/a.yaml": `${CONFIG_MAP}---\n${CONFIG_MAP.replace("plates", "forks, labels: {b: c}")}`,
    "component/kustomization.yaml": `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n${replaced}`,
  };
  const base = (text: string) => build({ ...files, "base/kustomization.yaml": `resources: [a.yaml]\n${text}` });

  assert.match(await base(replaced + rename), /name: plates\n---\n[^]*name: z\n/);
  await assert.rejects(
    base(`components: [../component]\n${rename}`),
    /components: '..\/component' leaves two resources with the id ConfigMap/,
  );
  const patch = JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: { name: "spoons" } });
  const plugin = { apiVersion: "builtin", kind: "PatchStrategicMergeTransformer", metadata: { name: "m" }, patches: patch };
  const merges = rename.replace("['", `[${JSON.stringify(JSON.stringify(plugin))}, '`);
  await assert.rejects(base(`secretGenerator: [{name: spoons}]\n${replaced}${merges}`), /meets two resources with the id ConfigMap/);
});
