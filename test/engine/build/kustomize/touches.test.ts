import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { buildKustomization } from "../../../../src/engine/build/kustomize/index.ts";
import { changedFields } from "../../../../src/engine/build/kustomize/trace/changed-fields.ts";
import type { JsonValue } from "../../../../src/engine/index.ts";
import { generatedTree, ROOT } from "../../../oracle/generated-tree.ts";
import { buildOptions, builtText } from "../../../support/kustomize-build.ts";
import { memoryTree } from "../../../support/memory-tree.ts";

const WEB = `# the web server
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: web
        image: nginx:1
        envFrom: [{configMapRef: {name: settings}}]
`;

const OVERLAY = `resources: [../base]
namePrefix: prod-
commonLabels: {team: shop}
configMapGenerator:
- name: settings
  literals: [a=1]
images:
- {name: other, newTag: "2"}
- {name: nginx, newTag: "2"}
replicas:
- {name: web, count: 3}
patches:
- path: patch.yaml
- target: {kind: Deployment}
  patch: |-
    - {op: add, path: /spec/paused, value: true}
replacements:
- sourceValue: none
  targets: [{select: {kind: Deployment}, fieldPaths: [spec.strategy], options: {create: true}}]
vars:
- name: NAME
  objref: {apiVersion: v1, kind: ConfigMap, name: settings}
transformers:
- |-
  apiVersion: builtin
  kind: AnnotationsTransformer
  metadata: {name: notes}
  annotations: {note: x}
  fieldSpecs: [{path: metadata/annotations, create: true}]
`;

const FILES = {
  "base/kustomization.yaml": "resources:\n- web.yaml\n",
  "base/web.yaml": WEB,
  "overlay/kustomization.yaml": OVERLAY,
  "overlay/patch.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: web
        args: [$(NAME)]
`,
};

async function touchesOf(kind: string): Promise<readonly string[]> {
  const { objects } = await buildKustomization(memoryTree(FILES), "overlay", buildOptions({ tracesTouches: true }));
  const found = objects.find(({ object }) => object["kind"] === kind);
  return (found?.touches ?? []).map(({ by, file, line, fields }) => `${by} ${file}:${line} ${fields.join(" ")}`);
}

test("an object tells every step that touched it, with the place to edit and the fields", async () => {
  assert.deepEqual(await touchesOf("Deployment"), [
    "resources[0] base/web.yaml:2 ",
    "patches[0] overlay/patch.yaml:1 /spec/template/spec/containers/0/args",
    "patches[1] overlay/kustomization.yaml:15 /spec/paused",
    "namePrefix overlay/kustomization.yaml:2 /metadata/name",
    "commonLabels overlay/kustomization.yaml:3 /metadata/labels /spec/template/metadata /spec/selector",
    "replicas[0] overlay/kustomization.yaml:11 /spec/replicas",
    "images[1] overlay/kustomization.yaml:9 /spec/template/spec/containers/0/image",
    "replacements[0] overlay/kustomization.yaml:18 /spec/strategy",
    "AnnotationsTransformer notes overlay/kustomization.yaml:1 /metadata/annotations",
    "nameReference overlay/kustomization.yaml:1 /spec/template/spec/containers/0/envFrom/0/configMapRef/name",
    "vars overlay/kustomization.yaml:1 /spec/template/spec/containers/0/args/0",
  ]);
});

test("what a generator made tells its entry, and its hash", async () => {
  const touches = await touchesOf("ConfigMap");
  assert.equal(touches[0], "configMapGenerator[0] overlay/kustomization.yaml:5 ");
  assert.ok(touches.some((touch) => touch.startsWith("nameSuffixHash ") && touch.endsWith(" /metadata/name")));
});

test("a build that nobody asks keeps nothing, and prints the same", async () => {
  const silent = await buildKustomization(memoryTree(FILES), "overlay", buildOptions());
  assert.ok(silent.objects.every((object) => !Object.hasOwn(object, "touches")));
});

test("asking changes nothing of what any tree builds to", async () => {
  const outcome = (files: Readonly<Record<string, string>>, path: string, tracesTouches: boolean) =>
    builtText(memoryTree(files), path, buildOptions({ tracesTouches })).catch((error: unknown) => String(error));
  await fc.assert(
    fc.asyncProperty(generatedTree, async ({ files }) => {
      assert.equal(await outcome(files, ROOT, true), await outcome(files, ROOT, false));
    }),
    { seed: 20_260_101, numRuns: 150 },
  );
});

test("changed fields are what, put into the one, makes the other", () => {
  const value = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.nat(3),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b/c", "~"), tie("value"), { noNullPrototype: true }),
    ),
  })).value;
  fc.assert(
    fc.property(value, value, (before, after) => {
      let patched: JsonValue | undefined = structuredClone(before);
      for (const field of changedFields(before, after)) patched = withField(patched, stepsOf(field), fieldOf(after, stepsOf(field)));
      assert.deepEqual(patched, after);
    }),
    { seed: 20_260_101, numRuns: 500 },
  );
});

type Steps = readonly string[];
type Container = Record<string, JsonValue>;

function stepsOf(pointer: string): Steps {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function fieldOf(value: JsonValue | undefined, steps: Steps): JsonValue | undefined {
  return steps.reduce<JsonValue | undefined>((at, step) => (at as Container | undefined)?.[step], value);
}

function withField(value: JsonValue | undefined, steps: Steps, field: JsonValue | undefined): JsonValue | undefined {
  const last = steps.at(-1);
  if (last === undefined) return field;
  const parent = fieldOf(value, steps.slice(0, -1)) as Container;
  if (field === undefined) delete parent[last];
  else parent[last] = field;
  return value;
}
