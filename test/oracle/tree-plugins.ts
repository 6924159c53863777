import type { Choices } from "./choices.ts";
import { type Layer, styleOf } from "./tree-layer.ts";
import { mergePatch, operations, patchText } from "./tree-patches.ts";
import type { GeneratedObject } from "./tree-resources.ts";
import { type Node, textOf } from "./tree-text.ts";

type Map = { readonly [key: string]: Node | undefined };

/** Field specs and references that nobody has built in. */
const CONFIGURATIONS: readonly Map[] = [
  {
    nameReference: [{ kind: "ConfigMap", fieldSpecs: [{ kind: "Widget", path: "spec/configName" }] }],
    commonLabels: [{ kind: "Widget", path: "spec/labels", create: true }],
    images: [{ kind: "Widget", path: "spec/image" }],
  },
  { nameReference: [{ kind: "Secret", version: "v1", fieldSpecs: [{ kind: "Widget", path: "spec/secretName", group: "example.com" }] }] },
  {
    commonAnnotations: [{ kind: "Widget", path: "spec/notes", create: true }],
    replicas: [{ kind: "Widget", path: "spec/size", create: true }],
  },
  { varReference: [{ kind: "Widget", path: "spec/words" }, { path: "data/h" }], namePrefix: [{ kind: "Widget", path: "spec/configName" }] },
  { namespace: [{ kind: "Widget", path: "spec/namespace", create: true }], nameSuffix: [{ kind: "Widget", path: "spec/list/name" }] },
  {
    labels: [{ kind: "Widget", path: "spec/tags", create: true }],
    templateLabels: [{ kind: "Widget", path: "spec/template/labels", create: true }],
  },
];

const CRD = {
  "example.com/v1.Widget": {
    Schema: {
      properties: {
        kind: { type: "string" },
        apiVersion: { type: "string" },
        metadata: { type: "object" },
        spec: { $ref: "example.com/v1.WidgetSpec" },
      },
    },
  },
  "example.com/v1.WidgetSpec": {
    Schema: {
      properties: {
        secret: {
          type: "object",
          "x-kubernetes-object-ref-api-version": "v1",
          "x-kubernetes-object-ref-kind": "Secret",
          "x-kubernetes-object-ref-name-key": "name",
        },
        selector: { "x-kubernetes-label-selector": "" },
        remarks: { "x-kubernetes-annotation": "" },
      },
    },
  },
};

const SCHEMA = {
  definitions: {
    "v1.Widget": {
      type: "object",
      properties: {
        spec: {
          type: "object",
          properties: {
            list: {
              type: "array",
              items: { $ref: "#/definitions/v1.Item" },
              "x-kubernetes-patch-merge-key": "name",
              "x-kubernetes-patch-strategy": "merge",
            },
          },
        },
      },
      "x-kubernetes-group-version-kind": [{ group: "example.com", kind: "Widget", version: "v1" }],
    },
    "v1.Item": { type: "object", properties: { name: { type: "string" } } },
  },
};

/** Adds a file of `configurations`. */
export function addConfiguration(c: Choices, layer: Layer): void {
  layer.add("configurations", [layer.file("configuration.yaml", textOf(c.of(CONFIGURATIONS), styleOf(c)))]);
}

/** Adds a file of `crds`. */
export function addCrd(_: Choices, layer: Layer): void {
  // Another time, in whatever folder, the same specs would clash.
  if (layer.world.uses.has("crds")) return;
  layer.add("crds", [layer.file("crd.json", textOf(CRD, 0))]);
}

/** Names a schema: the one that is built in, or a file's. */
export function addOpenapi(c: Choices, layer: Layer): void {
  if (layer.has("openapi")) return;
  layer.add("openapi", c.chance(30) ? { version: "v1.21.2" } : { path: layer.file("schema.json", textOf(SCHEMA, c.pick(0, 9))) });
}

/** The configuration of a plugin that transforms. */
function transformerOf(c: Choices, layer: Layer, one: GeneratedObject): Map {
  const create = (path: string): Node => [{ path, create: true }];
  const named = { name: `t-${layer.world.next()}` };
  const plugin = (kind: string, rest: Map, metadata: Map = named) => ({ apiVersion: "builtin", kind, metadata, ...rest });
  const all: readonly (() => Map)[] = [
    () => plugin("PrefixTransformer", { prefix: "tr-", fieldSpecs: [{ path: "metadata/name" }] }),
    () =>
      plugin("SuffixTransformer", { suffix: "-tr", fieldSpecs: [{ path: "metadata/name" }, { path: "spec/configName", kind: "Widget" }] }),
    () => plugin("PrefixSuffixTransformer", { prefix: "a-", suffix: "-z", fieldSpecs: [{ path: "metadata/name", kind: one.kind }] }),
    () => plugin("LabelTransformer", { labels: { lt: "1", "example.com/n": "no" }, fieldSpecs: create("metadata/labels") }),
    () => plugin("AnnotationsTransformer", { annotations: { at: "1" }, fieldSpecs: create("metadata/annotations") }),
    () =>
      plugin(
        "NamespaceTransformer",
        {
          unsetOnly: c.chance(60),
          setRoleBindingSubjects: c.pick("allServiceAccounts", "none", "defaultOnly"),
          fieldSpecs: c.pick<Node>([], create("spec/ns")),
        },
        { ...named, namespace: "moved" },
      ),
    () => plugin("ImageTagTransformer", { imageTag: { name: "nginx", newTag: "t" }, fieldSpecs: [{ path: "spec/image" }] }),
    () =>
      plugin("ReplicaCountTransformer", {
        replica: { name: one.name, count: 2 },
        fieldSpecs: [{ path: "spec/replicas", create: true, kind: one.kind }],
      }),
    () =>
      plugin("ValueAddTransformer", {
        value: "added",
        targets: [{ selector: { kind: one.kind }, fieldPath: c.pick("metadata/annotations/va", "spec/va") }],
      }),
    () => plugin("PatchTransformer", { patch: patchText(mergePatch(c, one), styleOf(c)), target: { kind: one.kind, name: one.name } }),
    () => plugin("PatchTransformer", { patch: textOf(operations(c, one, false), styleOf(c)), target: { kind: one.kind, name: one.name } }),
    () => plugin("PatchStrategicMergeTransformer", { patches: patchText(mergePatch(c, one), styleOf(c)) }),
    () => plugin("PatchJson6902Transformer", { target: targetByName(one), jsonOp: textOf(operations(c, one, false), 0) }),
    () => plugin("HashTransformer", {}),
    () =>
      plugin("ReplacementTransformer", {
        replacements: [
          {
            sourceValue: "rt",
            targets: [{ select: { kind: one.kind }, fieldPaths: ["metadata.annotations.rt"], options: { create: true } }],
          },
        ],
      }),
  ];
  const byName = layer.world.isTwice ? all.slice(0, 10) : all;
  return c.of(byName)();
}

/** What names exactly one object to `patchesJson6902`. */
export function targetByName({ apiVersion, kind, name, namespace }: GeneratedObject): Map {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : [undefined, apiVersion];
  return { group, version, kind, name, namespace };
}

/** Two plugins that set one annotation, of which the later one wins: the one from a file, wherever it stands in the list. */
function addOrdered(layer: Layer): void {
  const sets = (order: string) =>
    textOf(
      {
        apiVersion: "builtin",
        kind: "AnnotationsTransformer",
        metadata: { name: `t-${layer.world.next()}` },
        annotations: { order },
        fieldSpecs: [{ path: "metadata/annotations", create: true }],
      },
      0,
    );
  layer.add("transformers", [layer.file("transformer.yaml", sets("file")), sets("inline")]);
}

/** Adds a plugin to `transformers`: in-line, from a file, or from a folder with a kustomization of its own. */
export function addTransformer(c: Choices, layer: Layer, one: GeneratedObject): void {
  if (c.chance(8)) return addOrdered(layer);
  const text = textOf(transformerOf(c, layer, one), styleOf(c));
  const way = c.below(5);
  if (way === 3) return layer.add("transformers", [layer.file("transformer.yaml", text)]);
  if (way < 4) return layer.add("transformers", [text]);
  const folder = `plugins-${layer.world.next()}`;
  layer.world.files[`${layer.folder}/${folder}/kustomization.yaml`] = '{"resources": ["transformer.yaml"]}';
  layer.world.files[`${layer.folder}/${folder}/transformer.yaml`] = text;
  layer.add("transformers", [folder]);
}

/** Adds a validator that finds nothing to change, or once in a while one that does. */
export function addValidator(c: Choices, layer: Layer): void {
  const plugin = { apiVersion: "builtin", kind: "LabelTransformer", metadata: { name: `v-${layer.world.next()}` } };
  const quiet = { ...plugin, labels: { never: "1" }, fieldSpecs: [{ path: "metadata/labels", kind: "Nobody", create: true }] };
  const loud = { ...plugin, labels: { always: "1" }, fieldSpecs: [{ path: "metadata/labels", create: true }] };
  layer.add("validators", [textOf(c.chance(4) ? loud : quiet, styleOf(c))]);
}
