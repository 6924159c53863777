import fc from "fast-check";
import { fieldsFor, type Generated } from "./tree-fields.ts";
import { generatedObject, type GeneratedObject } from "./tree-resources.ts";

/** The files of a tree by path, where it is built, and which fields it uses. */
export interface GeneratedTree {
  readonly files: Readonly<Record<string, string>>;
  readonly path: string;
  readonly uses: readonly string[];
}

interface Layer {
  readonly files: Readonly<Record<string, string>>;
  readonly uses: readonly string[];
}

function identity({ apiVersion, kind, metadata }: GeneratedObject): string {
  return `${String(apiVersion)} ${kind} ${metadata.namespace ?? "default"} ${metadata.name}`;
}

/** What every base generates, so that overlays can merge with it. */
const GENERATED = ["ConfigMap settings", "Secret credentials"];
const BASE = {
  configMapGenerator: [{ name: "settings", literals: ["k=v", "x=1"] }],
  secretGenerator: [{ name: "credentials", literals: ["k=v"] }],
};

const UNIQUE = ["vars", "configMapGenerator", "secretGenerator", "patches", "patchFile", "patchesStrategicMerge", "replacements"];

const objects = fc.uniqueArray(generatedObject, { minLength: 2, maxLength: 7, selector: identity });

function layer(
  folder: string,
  seen: readonly GeneratedObject[],
  own: readonly GeneratedObject[],
  fixed: Readonly<Record<string, unknown>>,
  most: number,
  isTwice = false,
): fc.Arbitrary<Layer> {
  const isOverlay = seen.length > 0;
  const fields = fieldsFor([...seen, ...own], isOverlay ? GENERATED : [], `own-${folder}`);
  // A base that is used twice has everything twice: what needs a unique name would only fail.
  const names = Object.keys(fields).filter((name) => !isTwice || !UNIQUE.includes(name));
  const chosen = fc.subarray(names, { minLength: 1, maxLength: most });
  return chosen
    .chain((names) =>
      fc.tuple(fc.constant(names), ...names.map((name) => fields[name] ?? fc.constant<Generated>({ fields: {}, files: {} }))),
    )
    .map(([names, ...generated]) => {
      const resources = [...((fixed["resources"] as string[] | undefined) ?? []), ...(own.length === 0 ? [] : ["objects.yaml"])];
      const kustomization = Object.assign({}, fixed, ...generated.map((one) => joined(one.fields, fixed)), { resources });
      const files: Record<string, string> = { [`${folder}/kustomization.yaml`]: JSON.stringify(kustomization, null, 1) };
      if (own.length > 0) files[`${folder}/objects.yaml`] = own.map((one) => JSON.stringify(one)).join("\n---\n");
      for (const one of generated) for (const [name, text] of Object.entries(one.files)) files[`${folder}/${name}`] = text;
      return { files, uses: names };
    });
}

/** Lists that are fixed keep their elements. */
function joined(fields: Readonly<Record<string, unknown>>, fixed: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => [
    name,
    Array.isArray(value) && Array.isArray(fixed[name]) ? [...fixed[name], ...value] : value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** Trees of a base, at times two, with an overlay and at times a component and another overlay on top. */
export const generatedTree: fc.Arbitrary<GeneratedTree> = fc
  .record({
    first: objects,
    more: fc.uniqueArray(generatedObject, { maxLength: 2, selector: identity }),
    shape: fc.constantFrom("base", "overlay", "overlay", "two", "component", "twice"),
  })
  .map(({ first, more, shape }) => ({ first: shape === "twice" ? first.filter(({ kind }) => kind !== "Namespace") : first, more, shape }))
  .filter(({ first }) => first.length > 0)
  .chain(({ first, more, shape }) => {
    const taken = new Set(first.map(identity));
    const rest = more.filter((one) => !taken.has(identity(one)));
    const base = layer("base", [], first, BASE, shape === "base" ? 7 : 4, shape === "twice");
    const finish = (path: string, layers: readonly Layer[], extra: readonly string[] = []): GeneratedTree => ({
      path,
      files: Object.assign({}, ...layers.map((one) => one.files)),
      uses: [...layers.flatMap((one) => one.uses), ...extra],
    });
    const overlay = (fixed: Readonly<Record<string, unknown>>) => layer("overlay", first, rest, fixed, 5);
    switch (shape) {
      case "base":
        return base.map((one) => finish("base", [one]));
      case "two":
        return fc
          .tuple(base, overlay({ resources: ["../base"] }), layer("top", [...first, ...rest], [], { resources: ["../overlay"] }, 3))
          .map((layers) => finish("top", layers));
      case "component": {
        const component = layer(
          "component",
          [...first, ...rest],
          [],
          { apiVersion: "kustomize.config.k8s.io/v1alpha1", kind: "Component" },
          3,
        );
        return fc
          .tuple(base, overlay({ resources: ["../base"], components: ["../component"] }), component)
          .map((layers) => finish("overlay", layers, ["components"]));
      }
      case "twice": {
        const variants = ["a", "b"].map((name) => layer(name, first, [], { resources: ["../base"], namePrefix: `${name}-` }, 2, true));
        return fc
          .tuple(base, ...variants, layer("overlay", first, rest, { resources: ["../a", "../b"] }, 2, true))
          .map((layers) => finish("overlay", layers));
      }
      default:
        return fc.tuple(base, overlay({ resources: ["../base"] })).map((layers) => finish("overlay", layers));
    }
  });
