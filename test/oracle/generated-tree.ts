import fc from "fast-check";
import { Choices, choices } from "./choices.ts";
import { addError, addField } from "./tree-fields.ts";
import { Layer, World } from "./tree-layer.ts";
import { type GeneratedObject, generatedObject, identityOf, ODD_DOCUMENTS } from "./tree-resources.ts";
import { type Node, textOf } from "./tree-text.ts";

/** The files of a tree by path, and what it uses: fields of kustomizations, and ways of using them. */
export interface GeneratedTree {
  readonly files: Readonly<Record<string, string>>;
  readonly uses: readonly string[];
}

/** The folder of every generated tree that is built. */
export const ROOT = "overlay";

type Part = readonly number[];

interface Parts {
  readonly shape: Part;
  readonly objects: readonly Part[];
  readonly more: readonly Part[];
  readonly base: readonly Part[];
  readonly middle: readonly Part[];
  readonly overlay: readonly Part[];
}

const OBJECT = choices(80);
const FIELD = choices(30);
const parts = (of: fc.Arbitrary<Part>, minLength: number, maxLength: number) => fc.array(of, { minLength, maxLength, size: "max" });

/** The decisions of a tree. Whatever fast-check makes of them is a tree. */
const decisions: fc.Arbitrary<Parts> = fc.noBias(
  fc.record({
    shape: choices(40),
    objects: parts(OBJECT, 1, 7),
    more: parts(OBJECT, 0, 2),
    base: parts(FIELD, 0, 3),
    middle: parts(FIELD, 0, 4),
    overlay: parts(FIELD, 1, 7),
  }),
);

/** Adds objects that are not there yet, and gives the file that holds them. */
function addObjects(c: Choices, layer: Layer, list: readonly Part[]): void {
  const { world } = layer;
  const taken = new Set(world.objects.map(identityOf));
  const fresh: GeneratedObject[] = [];
  for (const one of list.map((part) => generatedObject(new Choices(part)))) {
    if (taken.has(identityOf(one)) || isGenerated(one) || (world.isTwice && KEEP_NAMES.includes(one.kind))) continue;
    taken.add(identityOf(one));
    fresh.push(one);
  }
  world.objects.push(...fresh);
  const style = c.below(4000);
  const texts = fresh.map(({ node }, index) => textOf(node, style < 1200 ? 0 : style + index));
  if (c.chance(12)) texts.push(c.of(ODD_DOCUMENTS));
  if (texts.length === 0) return;
  const isList = c.chance(6) && fresh.length > 0 && texts.length === fresh.length;
  if (isList) world.uses.add("List");
  const list1: Node = { apiVersion: "v1", kind: "List", items: fresh.map(({ node }) => node) };
  let text = isList ? textOf(list1, style < 1200 ? 0 : style) : texts.map((each) => each.replace(/(?<!\n)$/, "\n")).join("---\n");
  if (c.chance(8)) text = `---\n${text}`;
  if (c.chance(4)) text = text.replaceAll("\n", "\r\n");
  if (c.chance(2)) text = `\ufeff${text}`;
  layer.add("resources", [layer.file("objects.yaml", text)]);
}

function addFields(layer: Layer, list: readonly Part[]): void {
  for (const part of list) addField(new Choices(part), layer);
}

const COMPONENT = { apiVersion: "kustomize.config.k8s.io/v1alpha1", kind: "Component", resources: [] };

/** Kinds that no prefix tells apart. */
const KEEP_NAMES = ["Namespace", "CustomResourceDefinition", "APIService"];

/** What every base generates, so that overlays can change it. */
function addGenerated(c: Choices, layer: Layer): void {
  if (c.chance(30)) return;
  layer.add("configMapGenerator", [{ name: "web", literals: ["k=v", "x=1"] }]);
  layer.add("secretGenerator", [{ name: "api", literals: ["k=v"] }]);
  layer.world.generated.push("ConfigMap web", "Secret api");
}

function isGenerated({ kind, name, namespace }: GeneratedObject): boolean {
  return (namespace ?? "default") === "default" && ((kind === "ConfigMap" && name === "web") || (kind === "Secret" && name === "api"));
}

/** A base, at times twice or with more on the way, and a kustomization over all. */
function treeOf({ shape, objects, more, base, middle, overlay }: Parts): GeneratedTree {
  const c = new Choices(shape);
  const kind = c.pick("overlay", "overlay", "alone", "middle", "middle", "component", "component", "twice");
  const world = new World(kind === "twice");
  const first = new Layer(world, kind === "alone" ? ROOT : "base", {});
  addGenerated(c, first);
  addObjects(c, first, [[0, 1], ...objects]);
  addFields(first, base);
  if (kind === "alone") {
    addFields(first, overlay);
    finish(c, first);
  } else {
    first.finish(c);
    addOverlays(c, world, kind, { more, middle, overlay });
  }
  return { files: world.files, uses: [...world.uses] };
}

function addOverlays(c: Choices, world: World, kind: string, { more, middle, overlay }: Pick<Parts, "more" | "middle" | "overlay">): void {
  const bases = c.chance(15) ? "bases" : "resources";
  const from = (...folders: readonly string[]) => ({ [bases]: folders.map((folder) => `../${folder}`) });
  const last = { middle: ["middle"], twice: ["a", "b"] }[kind] ?? ["base"];
  const top = () => new Layer(world, ROOT, { ...from(...last), ...(kind === "component" ? { components: ["../component"] } : {}) });
  const inner = { middle: ["middle"], twice: ["a"], component: ["component"] }[kind] ?? [];
  for (const folder of inner) {
    const layer = new Layer(world, folder, folder === "component" ? COMPONENT : from("base"));
    if (kind === "twice") layer.add("namePrefix", "a-");
    // The overlay's own objects are there before a component comes, and after what lies below.
    if (kind === "component") return finishWithComponent(c, world, layer, top(), { more, middle, overlay });
    addFields(layer, middle);
    layer.finish(c);
  }
  if (kind === "twice") new Layer(world, "b", { ...from("base"), nameSuffix: "-b" }).finish(c);
  const layer = top();
  addObjects(c, layer, more);
  addFields(layer, overlay);
  finish(c, layer);
}

function finishWithComponent(
  c: Choices,
  world: World,
  component: Layer,
  top: Layer,
  { more, middle, overlay }: Pick<Parts, "more" | "middle" | "overlay">,
): void {
  addObjects(c, top, more);
  world.uses.add("kind: Component");
  addFields(component, middle);
  component.finish(c);
  addFields(top, overlay);
  finish(c, top);
}

function finish(c: Choices, layer: Layer): void {
  if (c.chance(1)) addError(c, layer);
  layer.finish(c);
}

/** Trees of kustomizations, seeded and shrinking. */
export const generatedTree: fc.Arbitrary<GeneratedTree> = decisions.map(treeOf);
