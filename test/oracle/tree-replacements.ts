import type { Choices } from "./choices.ts";
import { type Layer, styleOf } from "./tree-layer.ts";
import type { GeneratedObject } from "./tree-resources.ts";
import { type Node, textOf, Written } from "./tree-text.ts";

type Map = { readonly [key: string]: Node | undefined };

const OF_PODS = [
  "spec.template.spec.containers.*.image",
  "spec.template.spec.containers.0.name",
  "spec.template.metadata.labels.app",
  "spec.template.spec.containers.[name=main].image",
  "spec.template.spec.containers.[image=.*].image",
] as const;
/** Places that hold texts, whole maps or lists, and numbers: what takes a text does not take the others. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  Deployment: [...OF_PODS, "spec.selector.matchLabels.app"],
  StatefulSet: [...OF_PODS, "spec.serviceName"],
  DaemonSet: OF_PODS,
  ConfigMap: ["data.k"],
  Ingress: ["spec.rules.0.host", "spec.rules.*.http.paths.0.path", "spec.tls.0.hosts.0"],
  Widget: ["spec.configName", "spec.list.[name=a].name", "spec.list.[name=b].name"],
  RoleBinding: ["roleRef.name", "subjects.0.name", "subjects.*.name"],
};
const WHOLES: Readonly<Record<string, readonly string[]>> = {
  ConfigMap: ["data"],
  Service: ["spec.ports"],
  Widget: ["spec.list", "spec.list.1", "spec.list.[name=b]"],
};
const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  Service: ["spec.ports.0.port", "spec.ports.[port=80].port"],
  Widget: ["spec.list.0.v"],
  Deployment: ["spec.replicas"],
};
const INSIDE: readonly string[] = [
  "data.json.a.b",
  "data.json.list.0",
  "data.yaml.a",
  "data.yaml.list.[name=x].v",
  "data.[pretty.json].a.b",
];
const MADE = ["metadata.annotations.note", "metadata.labels.app", "spec.made.here", "spec.rows.0.x"] as const;

/** Whether a path leads to something. Of a path into a text only the text is looked for. */
function exists(node: Node | undefined, steps: readonly string[]): boolean {
  const [step, ...rest] = steps;
  // A scalar as written may be of any type, and few texts fit into it.
  if (step === undefined || typeof node === "string") return node !== undefined && !(node instanceof Written);
  if (Array.isArray(node)) {
    const list: readonly Node[] = node;
    if (/^\d+$/.test(step)) return exists(list[Number(step)], rest);
    const [key = "", text = ""] = step.slice(1, -1).split("=");
    const found = list.filter((one) => step === "*" || (key in Object(one) && (text === ".*" || String(Object(one)[key]) === text)));
    return found.length > 0 && found.every((one) => exists(one, rest));
  }
  if (typeof node !== "object" || node === null || node instanceof Written) return false;
  return exists((node as Map)[step.replace(/^\[(.*)\]$/, "$1")], rest);
}

function present(one: GeneratedObject, paths: readonly string[] | undefined): readonly string[] {
  return (paths ?? []).filter((path) => exists(one.node, path.match(/\[[^\]]*\]|[^.[\]]+/g) ?? []));
}

type Sort = "text" | "whole" | "number";

/** A source that is found once: by kind and name, with its namespace where it has one. */
function sourceOf(c: Choices, layer: Layer, one: GeneratedObject): { readonly sort: Sort; readonly source: Map } {
  const { kind, name, namespace, apiVersion } = one;
  const sort = c.pick<Sort>("text", "text", "text", "whole", "number");
  const wholes = present(one, WHOLES[kind]);
  const numbers = present(one, NUMBERS[kind]);
  const by = { ...(apiVersion.includes("/") ? { group: apiVersion.split("/")[0] } : { version: apiVersion }), kind, name, namespace };
  if (sort === "whole" && wholes.length > 0) return { sort, source: { ...by, fieldPath: c.of(wholes) } };
  if (sort === "number" && numbers.length > 0) return { sort, source: { ...by, fieldPath: c.of(numbers) } };
  const texts = present(one, TEXTS[kind]).filter((path) => !/\*/.test(path));
  const fieldPath = c.pick(undefined, "metadata.name", "kind", ...texts);
  const options = c.maybe(fieldPath === "kind" || fieldPath === undefined ? 25 : 0, () => ({ delimiter: c.pick("-", "e"), index: 0 }));
  if (options !== undefined) layer.use("delimiter");
  return { sort: "text", source: { ...by, fieldPath, options } };
}

/** Fields that can take what is copied. */
function fieldsOf(c: Choices, layer: Layer, one: GeneratedObject, sort: Sort): Map {
  const made = { fieldPaths: [c.of(MADE)], options: { create: true } };
  const wholes = present(one, WHOLES[one.kind]);
  if (sort === "whole") return { ...(wholes.length > 0 ? { fieldPaths: [c.of(wholes)] } : made), options: { create: true } };
  const numbers = present(one, NUMBERS[one.kind]);
  if (sort === "number" && numbers.length > 0 && c.chance(50)) return { fieldPaths: [c.of(numbers)] };
  const inside = present(one, INSIDE);
  if (inside.length > 0 && c.chance(40)) return { fieldPaths: [c.of(inside)] };
  if (wholes.length > 0 && c.chance(8)) return { fieldPaths: [c.of(wholes)] };
  const texts = [
    ...(sort === "text" && c.chance(8) ? ["metadata.name"] : []),
    ...present(one, [...(TEXTS[one.kind] ?? []), ...MADE.slice(0, 2)]),
  ];
  if (texts.length === 0 || c.chance(25)) return made;
  const fieldPaths = c.chance(20) ? [...new Set([c.of(texts), c.of(texts)])] : [c.of(texts)];
  const way = c.below(4);
  if (way > 1) return { fieldPaths, options: way === 2 ? { create: true } : undefined };
  layer.use("delimiter");
  return { fieldPaths, options: { delimiter: c.pick("-", "/", ":"), index: c.pick(0, 1, -1, 9) } };
}

/** Adds a replacement: from an object or a value, to fields that are there, are made, or lie inside a text. */
export function addReplacement(c: Choices, layer: Layer, one: GeneratedObject, other: GeneratedObject): void {
  const isValue = layer.world.isTwice || c.chance(30);
  const sourceValue = c.pick("five", "a-b", "5", "true", "x: y");
  const value = { sort: sourceValue === "5" ? ("number" as const) : ("text" as const), sourceValue };
  const { sort, ...from } = isValue ? value : sourceOf(c, layer, other);
  const target = (of: GeneratedObject): Map => ({
    select: c.pick<Map>({ kind: of.kind, name: of.name, namespace: of.namespace }, { kind: of.kind, name: `${of.name}$` }),
    reject: c.maybe(12, () => [c.pick<Map>({ name: "nobody" }, { labelSelector: "app=never" }, { kind: "Job", name: "x" })]),
    ...fieldsOf(c, layer, of, sort),
  });
  const allButOne = (of: GeneratedObject): Map => ({
    select: { kind: of.kind },
    reject: [{ name: of.name }],
    fieldPaths: [c.of(MADE)],
    options: { create: true },
  });
  const targets = c.chance(12) ? [allButOne(one)] : c.chance(25) ? [target(one), target(other)] : [target(one)];
  const entry = { ...from, targets };
  if (!c.chance(25)) return layer.add("replacements", [entry]);
  layer.use("replacements.path");
  layer.add("replacements", [{ path: layer.file("replacement.yaml", textOf(c.pick<Node>(entry, [entry]), styleOf(c))) }]);
}
