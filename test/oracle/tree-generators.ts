import type { Choices } from "./choices.ts";
import { type Layer, styleOf } from "./tree-layer.ts";
import { type Node, textOf } from "./tree-text.ts";

type Map = { readonly [key: string]: Node | undefined };

const LITERALS = ["a=1", "b='quoted'", 'c="x y"', "d=", "e=first\nsecond", "f=k=v", "g= spaced ", "h=$(VAR_A)", "i=é <&>"] as const;
const ENVS = ["# c\nFOO=bar\nEMPTY\nX = y # z\n", "\ufeffBOM=1\r\nCRLF='2'\r\n", "ONE=1", '\n  LEAD=x\n=skipped\nLAST="q"'] as const;
const FILES = [
  "line one\nline two\n",
  "plain €\t",
  "dos\r\nlines\r\n",
  "",
  "no end",
  "a: 1\nb: [x, y]\n",
  " indented\n",
  `${"long ".repeat(30)}\n`,
] as const;

function sources(c: Choices, layer: Layer): Map {
  const result: Record<string, Node> = {};
  const literals = c.some(LITERALS, 3);
  if (literals.length > 0) result["literals"] = literals;
  if (c.chance(35)) result["files"] = [file(c, layer)];
  if (c.chance(20)) result["envs"] = [layer.file("data.env", c.of(ENVS))];
  else if (c.chance(8)) result["env"] = layer.file("data.env", c.of(ENVS));
  for (const field of Object.keys(result)) layer.use(`generator.${field}`);
  return result;
}

function file(c: Choices, layer: Layer): string {
  const path = layer.file(c.pick("data.txt", "data.json", "data"), c.of(FILES));
  return c.chance(50) ? `${c.pick("key", "a.b", "config.yaml")}=${path}` : path;
}

function options(c: Choices): Map {
  return {
    disableNameSuffixHash: c.maybe(40, () => true),
    immutable: c.maybe(25, () => true),
    labels: c.maybe(40, () => ({ made: "yes", "example.com/x": "1" })),
    annotations: c.maybe(40, () => ({ note: "true" })),
  };
}

/** One entry of a generator: a new object, or one that changes what another generator or a file made. */
function generatorEntry(c: Choices, layer: Layer, kind: "ConfigMap" | "Secret", isPlugin: boolean): Map {
  const { objects, generated } = layer.world;
  const known = generated.filter((one) => one.startsWith(`${kind} `)).map((one) => one.slice(kind.length + 1));
  // What a file holds can be merged into as well.
  for (const one of objects) if (one.kind === kind && one.namespace === undefined && c.chance(50)) known.push(one.name);
  const isFresh = known.length === 0 || layer.world.isTwice || c.chance(45);
  const name = isFresh ? `made-${layer.world.next()}` : c.of(known);
  const behavior = isFresh ? c.pick(undefined, "create") : c.pick("merge", "replace");
  const namespace = isFresh ? c.maybe(10, () => "shop") : undefined;
  // What a plugin makes comes later than all that the fields make.
  if (isFresh && namespace === undefined && !isPlugin) layer.world.generated.push(`${kind} ${name}`);
  if (behavior !== undefined) layer.use(`behavior ${behavior}`);
  const own = c.maybe(45, () => options(c));
  if (own?.["disableNameSuffixHash"] !== undefined) layer.use("disableNameSuffixHash");
  return {
    name,
    behavior,
    namespace,
    type: kind === "Secret" ? c.maybe(30, () => c.pick("Opaque", "kubernetes.io/basic-auth", "custom/x")) : undefined,
    ...sources(c, layer),
    options: own,
  };
}

/** Adds a generator's entry, or the same as a plugin of `generators`. */
export function addGenerator(c: Choices, layer: Layer, kind: "ConfigMap" | "Secret"): void {
  const field = kind === "ConfigMap" ? "configMapGenerator" : "secretGenerator";
  layer.add(field, [generatorEntry(c, layer, kind, false)]);
}

/** A plugin of kustomize that generates, in-line, from a file or from a folder. */
export function addGeneratorPlugin(c: Choices, layer: Layer): void {
  const kind = c.pick<"ConfigMap" | "Secret">("ConfigMap", "Secret");
  const { name, ...rest } = generatorEntry(c, layer, kind, true);
  const config = { apiVersion: "builtin", kind: `${kind}Generator`, metadata: { name }, ...rest };
  const text = textOf(config, styleOf(c));
  layer.add("generators", [c.chance(50) ? layer.file("generator.yaml", text) : text]);
}
