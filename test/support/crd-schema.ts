import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** A part of an OpenAPI v3 schema, as CustomResourceDefinitions have it. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}

/** What a test reads of a CustomResourceDefinition. */
export interface Definition {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: Readonly<Record<string, unknown>> & { readonly kind: string; readonly plural: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly subresources?: object;
      readonly additionalPrinterColumns?: readonly object[];
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

/** The definition in a file. */
export function readDefinition(file: string): Definition {
  return parse(readFileSync(file, "utf8")) as Definition;
}

/** The schema of a version, the first one where none is named. */
export function schemaOf({ spec }: Definition, version = spec.versions[0]?.name): Schema {
  const found = spec.versions.find(({ name }) => name === version);
  if (found === undefined) throw new Error(`${spec.names.kind} has no version ${version}`);
  return found.schema.openAPIV3Schema;
}

/**
 * The leaves of a schema below a field: `spec.ref.branch`, `spec.images[].name`, and `spec.postBuild.substitute.*` for maps.
 * What has neither properties nor items is a leaf.
 */
export function leavesOf(schema: Schema | undefined, path: string): readonly string[] {
  if (schema?.properties !== undefined) return Object.entries(schema.properties).flatMap(([key, one]) => leavesOf(one, `${path}.${key}`));
  if (schema?.items !== undefined) return leavesOf(schema.items, `${path}[]`);
  if (typeof schema?.additionalProperties === "object") return leavesOf(schema.additionalProperties, `${path}.*`);
  return [path];
}

/** What a server fills in, by the same paths. */
export function defaultsOf(schema: Schema, path: string): readonly (readonly [path: string, value: unknown])[] {
  const own = "default" in schema ? [[path, schema.default] as const] : [];
  const below = Object.entries(schema.properties ?? {}).flatMap(([key, one]) => defaultsOf(one, `${path}.${key}`));
  return [...own, ...below, ...(schema.items === undefined ? [] : defaultsOf(schema.items, `${path}[]`))];
}

/** Texts that a schema's pattern accepts, by how the pattern begins; the schemas that this is used for have no others. */
const MATCHING: readonly (readonly [RegExp, string])[] = [
  [/^\^\(\[0-9\]\+/, "90s"],
  [/^\^\(http\|https\|ssh\)/, "https://git.example/shop.git"],
  [/digest|^\^\[a-z0-9\]\+\(\?:/, "sha256:0a1b"],
  [/./, "Word"],
];

/** A value with every field that a schema knows, save those that rules of the schema exclude. */
export function fullValue(schema: Schema, path: string, excluded: ReadonlySet<string>): unknown {
  if (schema.properties !== undefined) {
    const entries = Object.entries(schema.properties).filter(([key]) => !excluded.has(`${path}.${key}`));
    return Object.fromEntries(entries.map(([key, one]) => [key, fullValue(one, `${path}.${key}`, excluded)]));
  }
  if (schema.items !== undefined) return [fullValue(schema.items, `${path}[]`, excluded)];
  if (typeof schema.additionalProperties === "object") return { key: fullValue(schema.additionalProperties, `${path}.*`, excluded) };
  if (schema.enum !== undefined) return schema.enum.at(-1);
  if (schema.type === "boolean") return true;
  if (schema.type === "integer") return 7;
  if (schema.format === "date-time") return "2026-01-02T03:04:05Z";
  const { pattern } = schema;
  if (pattern === undefined) return path.slice(path.lastIndexOf(".") + 1);
  return MATCHING.find(([begins]) => begins.test(pattern))?.[1];
}
