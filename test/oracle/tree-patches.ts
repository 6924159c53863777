import type { Choices } from "./choices.ts";
import { type Layer, styleOf } from "./tree-layer.ts";
import { podChange } from "./tree-pods.ts";
import type { GeneratedObject } from "./tree-resources.ts";
import { type Node, textOf, Written } from "./tree-text.ts";

type Map = { readonly [key: string]: Node | undefined };

const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "ReplicationController"];

const METADATA: readonly Map[] = [
  {},
  { labels: { patched: "yes" } },
  { annotations: { p: null, q: "1" } },
  { labels: { app: "changed" } },
  { annotations: { team: "b", zone: "2" } },
  { labels: { $patch: "replace", fresh: "1" } },
  { annotations: { $patch: "replace", fresh: "1" } },
  { labels: { app: null }, annotations: { note: new Written("5") } },
  { finalizers: ["a", "b"], ownerReferences: [{ uid: "1", name: "x" }] },
];

function changeOf(c: Choices, kind: string): Map {
  if (WORKLOADS.includes(kind)) {
    const more = c.pick<Map>(
      {},
      { replicas: 5 },
      { strategy: { $retainKeys: ["type"], type: "Recreate" } },
      { selector: { matchLabels: { app: "n" } } },
    );
    return { spec: { ...more, template: { spec: podChange(c) } } };
  }
  switch (kind) {
    case "Pod":
      return { spec: podChange(c) };
    case "CronJob":
      return { spec: { jobTemplate: { spec: { template: { spec: podChange(c) } } } } };
    case "Service":
      return {
        spec: c.pick<Map>(
          { ports: [{ port: 80, nodePort: 1 }] },
          {
            ports: [
              { port: 81, protocol: "UDP" },
              { port: 80, protocol: "TCP" },
            ],
          },
          { selector: { $patch: "replace", x: "y" } },
          { ports: [{ port: 443, $patch: "delete" }], selector: null },
        ),
      };
    case "ConfigMap":
      return c.pick<Map>(
        { data: { k: "new" } },
        { data: { k: null } },
        { data: { $patch: "delete" } },
        { data: { n: new Written("5"), multi: "x\ny" } },
      );
    case "Secret":
      return c.pick<Map>({ stringData: { k: "new" } }, { data: { k: "bmV3" } }, { type: "Opaque", data: null });
    case "ServiceAccount":
      return c.pick<Map>(
        { secrets: [{ name: "more" }] },
        { imagePullSecrets: [{ name: "web", $patch: "delete" }] },
        { automountServiceAccountToken: false },
      );
    case "Widget":
      return {
        spec: c.pick<Map>(
          { list: [{ name: "c" }] },
          { size: null },
          { deep: { er: [1] }, words: [] },
          { size: new Written(c.pick("7", '"8"', "0x10", "yes", "1.50", "~")), plain: new Written(c.pick("5", "1.50", "true")) },
          { $patch: "replace", list: [{ name: "a", v: new Written("0o7") }] },
          { list: [{ $patch: "replace" }, { name: "z" }], containers: [{ image: "x" }] },
        ),
      };
    default:
      return {};
  }
}

/** A strategic merge patch of an object. */
export function mergePatch(c: Choices, one: GeneratedObject): Map {
  const { apiVersion, kind, name, namespace } = one;
  const directive = c.chance(4) ? { $patch: c.pick("replace", "merge") } : {};
  return { ...directive, apiVersion, kind, metadata: { name, namespace, ...c.of(METADATA) }, ...changeOf(c, kind) };
}

/**
 * A merge patch as text, without comments: those of a patch move into the object, and where that is written in brackets
 * the original prints YAML that nobody can read.
 */
export function patchText(patch: Map, style: number): string {
  return textOf(patch, style, false);
}

const OPERATIONS: readonly Node[] = [
  [{ op: "add", path: "/metadata/labels", value: { op: "x" } }],
  [{ op: "add", path: "/metadata/annotations", value: { "op/x": "1", n: "y" } }],
  [
    { op: "add", path: "/spec", value: { a: [1] } },
    { op: "add", path: "/spec/a/-", value: 2 },
    { op: "move", from: "/spec/a/0", path: "/spec/b" },
  ],
  [
    { op: "copy", from: "/metadata/name", path: "/metadata/annotations" },
    { op: "remove", path: "/metadata/annotations" },
  ],
  [
    { op: "test", path: "/metadata/missing" },
    { op: "add", path: "/extra", value: [1.5, "yes", { "a~b": null }] },
    { op: "replace", path: "/extra/2/a~0b", value: true },
  ],
  [{ op: "add", path: "/data", value: { json: "1" } }],
  [{ op: "replace", path: "/metadata/name", value: "renamed" }],
];

const WORKLOAD_OPERATIONS: readonly Node[] = [
  [{ op: "add", path: "/spec/template/spec/containers/0/env", value: [{ name: "A", value: "$(VAR_A)" }] }],
  [{ op: "replace", path: "/spec/template/spec/containers/0/image", value: "nginx:2" }],
  [{ op: "add", path: "/spec/template/spec/containers/-", value: { name: "last", image: "busybox" } }],
  [
    { op: "add", path: "/spec/replicas", value: 4 },
    { op: "test", path: "/spec/replicas", value: 4 },
  ],
];

const FAILING_TEST: Node = [{ op: "test", path: "/kind", value: "Nothing" }];

/** Operations of a JSON patch that do to an object. Renaming is left to those who may. */
export function operations(c: Choices, one: GeneratedObject, mayRename: boolean): Node {
  if (c.chance(2)) return FAILING_TEST;
  const general = mayRename ? OPERATIONS : OPERATIONS.slice(0, -1);
  if (["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].includes(one.kind) && c.chance(60)) return c.of(WORKLOAD_OPERATIONS);
  return c.of(general);
}

function targetOf(c: Choices, one: GeneratedObject): Map {
  const [group, version] = one.apiVersion.includes("/") ? one.apiVersion.split("/") : [undefined, one.apiVersion];
  return c.pick<Map>(
    { kind: one.kind, name: one.name },
    { kind: one.kind },
    { group, version, kind: one.kind, name: one.name, namespace: one.namespace },
    { name: "w.*|db" },
    { kind: "Deploy.*|StatefulSet", name: "^web$" },
    { kind: one.kind, labelSelector: c.pick("app=web", "app in (web,true),tier!=back", "!tier", "app") },
    { kind: one.kind, namespace: c.pick("shop", "def.*", ".*") },
    { group: "apps", version: "v[0-9]" },
    { kind: one.kind, annotationSelector: c.pick("note", "note=x") },
    { kind: "(?i)deployment" },
  );
}

function inlineOrFile(c: Choices, layer: Layer, text: string): Map {
  if (!c.chance(40)) return { patch: text };
  layer.use("patches.path");
  return { path: layer.file("patch.yaml", text) };
}

function target(c: Choices, layer: Layer, one: GeneratedObject): Map {
  const select = targetOf(c, one);
  layer.use("patches.target");
  for (const key of ["labelSelector", "annotationSelector"]) if (select[key] !== undefined) layer.use(key);
  return select;
}

/** Adds an entry to `patches`: a merge patch by name or by target, several at once, or JSON patch. */
export function addPatch(c: Choices, layer: Layer, one: GeneratedObject, other: GeneratedObject): void {
  const style = styleOf(c);
  const way = layer.world.isTwice ? c.pick(2, 3) : c.below(6);
  if (way === 0 || way === 5) {
    layer.add("patches", [inlineOrFile(c, layer, patchText(mergePatch(c, one), style))]);
  } else if (way === 1) {
    const both = one === other ? [one] : [one, other];
    layer.add("patches", [inlineOrFile(c, layer, both.map((each) => patchText(mergePatch(c, each), style).trimEnd()).join("\n---\n"))]);
  } else if (way === 2) {
    layer.use("patches.json6902");
    const select = { kind: one.kind, name: one.name, ...(c.chance(40) ? target(c, layer, one) : {}) };
    layer.add("patches", [{ ...inlineOrFile(c, layer, textOf(operations(c, one, select.name === one.name), style)), target: select }]);
    layer.use("patches.target");
  } else if (way === 3) {
    layer.add("patches", [{ ...inlineOrFile(c, layer, patchText(mergePatch(c, one), style)), target: target(c, layer, one) }]);
  } else {
    layer.use("allowNameChange");
    // What looks for it by its kind may not find it any more.
    layer.world.objects.splice(layer.world.objects.indexOf(one), layer.world.objects.length > 1 ? 1 : 0);
    const changed = {
      ...mergePatch(c, one),
      metadata: { name: `changed-${layer.world.next()}` },
      ...(c.chance(30) ? { kind: "Changed" } : {}),
    };
    const options = { allowNameChange: true, allowKindChange: c.maybe(50, () => true) };
    const select = { kind: one.kind, name: one.name, namespace: one.namespace };
    layer.add("patches", [{ ...inlineOrFile(c, layer, patchText(changed, style)), target: select, options }]);
  }
}

/** A patch that removes an object. */
export function removal({ apiVersion, kind, name, namespace }: GeneratedObject): Map {
  return { $patch: "delete", apiVersion, kind, metadata: { name, namespace } };
}
