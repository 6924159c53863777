import { test } from "node:test";
import fc from "fast-check";
import { GitOpsError } from "../../../../src/engine/index.ts";
import { builtText } from "../../../support/kustomize-build.ts";
import { memoryTree } from "../../../support/memory-tree.ts";

const seed = 20_260_102;
const word = fc.constantFrom(
  "a",
  "a.yaml",
  "name",
  "ConfigMap",
  "Deployment",
  "metadata.name",
  "spec",
  "[name=a]",
  "*",
  "-",
  "0",
  "$patch",
  "delete",
  "__proto__",
  "",
  "(",
  "k=v",
  "[]",
  "{}",
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    word,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(word, tie("value"), { maxKeys: 3 }),
  ),
}));
const FIELDS = [
  ...[
    "namespace",
    "namePrefix",
    "labels",
    "commonLabels",
    "commonAnnotations",
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "images",
  ],
  ...[
    "replicas",
    "replacements",
    "vars",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "transformers",
    "generators",
    "sortOptions",
    "openapi",
  ],
] as const;

async function endsWell(files: Readonly<Record<string, string>>): Promise<void> {
  try {
    await builtText(memoryTree(files), "");
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error;
  }
}

test(`whatever the fields of a kustomization hold, a build ends in output or a typed error (seed ${seed})`, async () => {
  const kustomization = fc.dictionary(fc.constantFrom(...FIELDS), value, { minKeys: 1, maxKeys: 3 });
  const resource = fc.constant('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":"b"}}');

  await fc.assert(
    fc.asyncProperty(kustomization, resource, (fields, text) =>
      endsWell({ "kustomization.yaml": JSON.stringify({ ...fields, resources: ["a.yaml"] }), "a.yaml": text }),
    ),
    { seed, numRuns: 1_000 },
  );
});

test(`whatever a resource and a patch hold, a build ends in output or a typed error (seed ${seed})`, async () => {
  const body = fc.dictionary(fc.constantFrom("metadata", "spec", "data", "subjects", "roleRef", "webhooks", "rules"), value);
  const kind = fc.constantFrom("Deployment", "ConfigMap", "RoleBinding", "Service", "Role", "ValidatingWebhookConfiguration");
  const path = fc.constantFrom("metadata.name", "spec.a.b", "spec.[name=a].0", "data.*", "spec.-");

  await fc.assert(
    fc.asyncProperty(kind, body, body, path, (kindName, object, change, fieldPath) => {
      const id = { apiVersion: "v1", kind: kindName };
      const kustomization = {
        resources: ["a.yaml"],
        ...{
          namespace: "prod",
          namePrefix: "p-",
          commonLabels: { a: "b" },
          commonAnnotations: { a: "b" },
          images: [{ name: "a", newTag: "1" }],
        },
        patches: [{ patch: JSON.stringify({ ...id, ...change, metadata: { name: "a" } }) }],
        replacements: [{ sourceValue: "x", targets: [{ select: { kind: kindName }, fieldPaths: [fieldPath], options: { create: true } }] }],
      };
      return endsWell({
        "kustomization.yaml": JSON.stringify(kustomization),
        "a.yaml": JSON.stringify({ ...object, ...id, metadata: { ...(object["metadata"] as object | null), name: "a" } }),
      });
    }),
    { seed, numRuns: 1_000 },
  );
});
