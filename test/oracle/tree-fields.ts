import type { Choices } from "./choices.ts";
import { addGenerator, addGeneratorPlugin } from "./tree-generators.ts";
import { type Layer, styleOf } from "./tree-layer.ts";
import { addPatch, mergePatch, operations, patchText, removal } from "./tree-patches.ts";
import { addConfiguration, addCrd, addOpenapi, addTransformer, addValidator, targetByName } from "./tree-plugins.ts";
import { addReplacement } from "./tree-replacements.ts";
import type { GeneratedObject } from "./tree-resources.ts";
import { type Node, textOf } from "./tree-text.ts";

type Map = { readonly [key: string]: Node | undefined };
type Add = (c: Choices, layer: Layer, one: GeneratedObject, other: GeneratedObject) => void;

const PAIRS: readonly Map[] = [{ app: "shop" }, { team: "a", "example.com/tier": "true" }, { zone: "1" }, { owner: "1.50", app: "no" }];
const RARE_PAIRS: readonly Map[] = [{ n: "5" }, { yes: "on" }];

const pairs = (c: Choices): Map => (c.chance(4) ? c.of(RARE_PAIRS) : c.of(PAIRS));

const LABEL_SPECS: readonly Node[] = [
  [{ path: "spec/labels", kind: "Widget", create: true }],
  [{ path: "spec/template/metadata/labels", create: false }],
];

const IMAGES: readonly Map[] = [
  { name: "nginx", newTag: "9" },
  { name: "redis", newName: "cache", digest: "sha256:def" },
  { name: ".*/nginx", newName: "mirror/nginx" },
  { name: "busybox", tagSuffix: "-s" },
  { name: "nginx", newName: "mirror/nginx", newTag: "1.0", digest: "sha256:aaa" },
  { name: "nginx", tagSuffix: "-s" },
  { name: "localhost:5000/app", newTag: "v2" },
  { name: "redis", newTag: "7" },
  { name: "nobody", newName: "x" },
];

const SORTS: readonly Map[] = [
  { order: "fifo" },
  { order: "legacy" },
  { order: "legacy", legacySortOptions: { orderFirst: ["Service", "Deployment"], orderLast: ["Namespace"] } },
];

function scalar(field: string, first: string, ...more: readonly string[]): Add {
  return (c, layer) => layer.add(field, c.pick(first, ...more));
}

const addLabels: Add = (c, layer) =>
  layer.add("labels", [
    {
      pairs: pairs(c),
      includeSelectors: c.maybe(40, () => true),
      includeTemplates: c.maybe(40, () => true),
      includeVolumeClaimTemplates: c.maybe(20, () => true),
      fields: c.maybe(20, () => c.of(LABEL_SPECS)),
    },
  ]);

const addReplicas: Add = (c, layer, one) => {
  const scaled = layer.world.objects.filter(({ kind }) =>
    ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"].includes(kind),
  );
  const name = scaled.length > 0 ? c.of(scaled).name : one.name;
  if (scaled.length > 0 || c.chance(2)) layer.add("replicas", [{ name, count: c.pick(7, 0) }]);
};

const addStrategic: Add = (c, layer, one, other) => {
  if (layer.world.isTwice) return;
  const patches = one !== other && c.chance(20) ? [mergePatch(c, one), mergePatch(c, other)] : [mergePatch(c, one)];
  const text = patches.map((patch) => patchText(patch, styleOf(c)).trimEnd()).join("\n---\n");
  layer.add("patchesStrategicMerge", [c.chance(50) ? layer.file("merge.yaml", text) : `${text}\n`]);
};

const addJson6902: Add = (c, layer, one) => {
  if (layer.world.isTwice) return;
  const text = textOf(operations(c, one, false), styleOf(c));
  layer.add("patchesJson6902", [
    { target: targetByName(one), ...(c.chance(40) ? { path: layer.file("ops.yaml", text) } : { patch: text }) },
  ]);
};

const addVariable: Add = (c, layer, one) => {
  const name = (one.kind === "Service" ? ["VAR_N", "VAR_A"] : ["VAR_A", "VAR_B"]).find((each) => !layer.world.variables.has(each));
  if (layer.world.isTwice || name === undefined) return;
  layer.world.variables.add(name);
  const { apiVersion, kind, name: own, namespace } = one;
  const number = kind === "Service" ? { fieldref: { fieldPath: "spec.ports[0].port" } } : {};
  const byKind = c.pick<Map>({}, { fieldref: { fieldPath: "metadata.name" } }, { fieldref: { fieldpath: "kind" } });
  layer.add("vars", [{ name, objref: { apiVersion, kind, name: own, namespace }, ...byKind, ...number }]);
};

const addOptions: Add = (c, layer) => {
  layer.add("generatorOptions", {
    disableNameSuffixHash: c.maybe(35, () => true),
    immutable: c.maybe(15, () => true),
    labels: c.maybe(50, () => pairs(c)),
    annotations: c.maybe(50, () => pairs(c)),
  });
};

const addRemoval: Add = (c, layer, one) => {
  const { objects, isTwice } = layer.world;
  if (isTwice || objects.length < 3) return;
  objects.splice(objects.indexOf(one), 1);
  layer.use("$patch delete");
  if (c.chance(50)) layer.add("patches", [{ patch: textOf(removal(one), styleOf(c)) }]);
  else layer.add("patchesStrategicMerge", [`${textOf(removal(one), styleOf(c)).trimEnd()}\n`]);
};

/** What is refused: each by its own way of being wrong. */
const addMistake: Add = (c, layer, one) => {
  c.of<() => void>([
    () => layer.add("helmCharts", [{ name: "chart", releaseName: "r" }]),
    () => layer.add("patches", [{ patch: textOf(mergePatch(c, { ...one, name: "nobody" }), 0) }]),
    () => layer.add("unknownField", "x"),
    () => layer.add("resources", ["missing.yaml"]),
    () => layer.add("configMapGenerator", [{ name: "clash", literals: ["a=1", "a=2"] }]),
    () => layer.add("replacements", [{ source: { kind: "Nobody" }, targets: [{ select: { kind: "ConfigMap" } }] }]),
    () => layer.add("patchesJson6902", [{ target: targetByName(one), patch: '[{"op":"replace","path":"/no/such","value":1}]' }]),
  ])();
};

/** Every field that a kustomization may have, as often as its row is repeated; the plainest first. */
const ADDERS: readonly (readonly [number, Add])[] = [
  [4, scalar("namePrefix", "dev-", "p-")],
  [4, scalar("namespace", "shop", "prod")],
  [4, scalar("nameSuffix", "-v1", "-x")],
  [4, addLabels],
  [3, (c, layer) => layer.add("commonLabels", pairs(c))],
  [3, (c, layer) => layer.add("commonAnnotations", pairs(c))],
  [5, (c, layer) => layer.add("images", [c.of(IMAGES)])],
  [2, (c, layer) => layer.add("imageTags", [c.of(IMAGES.slice(0, 2))])],
  [4, addReplicas],
  [9, addPatch],
  [5, addStrategic],
  [4, addJson6902],
  [6, (c, layer) => addGenerator(c, layer, "ConfigMap")],
  [4, (c, layer) => addGenerator(c, layer, "Secret")],
  [3, addOptions],
  [7, addReplacement],
  [4, addVariable],
  [3, addConfiguration],
  [2, addCrd],
  [2, addOpenapi],
  [5, addTransformer],
  [3, addGeneratorPlugin],
  [2, addValidator],
  [2, (c, layer) => layer.add("sortOptions", c.of(SORTS))],
  [3, (c, layer) => layer.add("buildMetadata", [c.pick("originAnnotations", "transformerAnnotations", "managedByLabel")])],
  [1, (_, layer) => layer.add("helmGlobals", { chartHome: "charts" })],
  [1, (c, layer) => layer.add("metadata", { name: "k", labels: pairs(c) })],
  [2, addRemoval],
];

const FIELDS = ADDERS.flatMap(([weight, add]) => Array.from({ length: weight }, () => add));

/** Adds one field, or an entry to one, to a kustomization that sees some objects. */
export function addField(c: Choices, layer: Layer): void {
  const add = c.of(FIELDS);
  const { objects } = layer.world;
  const one = c.of(objects);
  add(c, layer, one, c.of(objects));
}

/** Makes a kustomization one that nobody builds. */
export function addError(c: Choices, layer: Layer): void {
  addMistake(c, layer, c.of(layer.world.objects), c.of(layer.world.objects));
}
