import { arrayAt, isJsonObject, type JsonObject, type JsonValue, objectAt, stringAt, valueAt } from "../../../model/json.ts";

/**
 * What strategic merge needs of an OpenAPI document, as plain text that a table file can hold.
 * `types` leads from "apiVersion kind" to a definition. A definition leads from a field to one of
 * `Name` (an object of that definition), `[a,b]Name` (a list merged by the keys a and b) and `[]` (a set of scalars);
 * `*` stands for every other field. What never reaches a merged list is left out: there, lists are replaced whole.
 */
export interface SchemaTable {
  readonly types: Readonly<Record<string, string>>;
  readonly definitions: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** "apiVersion kind" of the kinds that are certain to be cluster-scoped, and of those certain not to be. */
  readonly clusterScoped: readonly string[];
  readonly namespaced: readonly string[];
}

const REFERENCE = "#/definitions/";

/**
 * Compiles the `definitions` and `paths` of an OpenAPI v2 document. Reading follows kyaml's ResourceSchema.
 *
 * @param known another table, whose definitions this one may refer to.
 */
export function compileSchema(document: JsonObject, known?: SchemaTable): SchemaTable {
  const compiler = new SchemaCompiler(objectAt(document, "definitions"), new Set(Object.keys(known?.definitions ?? {})));
  return { ...compiler.compile(), ...scopesOf(objectAt(document, "paths")) };
}

/** Definitions from one text for each: `field=target` parted by spaces, as the built-in table holds them. */
export function unpackDefinitions(rows: Readonly<Record<string, string>>): SchemaTable["definitions"] {
  const fieldsOf = (row: string) =>
    Object.fromEntries(row.split(" ").map((field) => [field.slice(0, field.indexOf("=")), field.slice(field.indexOf("=") + 1)]));
  return Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, fieldsOf(row)]));
}

class SchemaCompiler {
  readonly #source: Readonly<JsonObject>;
  readonly #known: ReadonlySet<string>;
  readonly #definitions = new Map<string, Map<string, string>>();

  constructor(source: Readonly<JsonObject>, known: ReadonlySet<string>) {
    this.#source = source;
    this.#known = known;
  }

  compile(): Pick<SchemaTable, "types" | "definitions"> {
    for (const [name, definition] of Object.entries(this.#source)) this.#define(name, definition);
    const useful = this.#useful();
    const definitions: Record<string, Record<string, string>> = {};
    for (const name of [...useful].sort()) {
      const own = this.#definitions.get(name);
      if (own === undefined) continue;
      const fields = [...own].filter(([, field]) => leadsSomewhere(field, useful));
      definitions[name] = Object.fromEntries(
        fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, strip(field, useful)]),
      );
    }
    return { types: this.#types(useful), definitions };
  }

  #types(useful: ReadonlySet<string>): Record<string, string> {
    const types: Record<string, string> = {};
    for (const [name, definition] of Object.entries(this.#source)) {
      if (!useful.has(name)) continue;
      for (const kind of arrayAt(definition, "x-kubernetes-group-version-kind")) types[typeKey(kind)] = name;
    }
    return Object.fromEntries(Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #define(name: string, schema: JsonValue | undefined): void {
    const fields = new Map<string, string>();
    this.#definitions.set(name, fields);
    for (const [key, property] of Object.entries(objectAt(schema, "properties"))) {
      const field = this.#field(`${name}.${key}`, property);
      if (field !== undefined) fields.set(key, field);
    }
    const others = valueAt(schema, "additionalProperties");
    const field = isJsonObject(others) ? this.#field(`${name}.*`, others) : undefined;
    if (field !== undefined) fields.set("*", field);
  }

  #field(name: string, property: JsonValue): string | undefined {
    const schema = this.#resolve(property);
    if (stringAt(schema, "type") === "array") {
      const keys = mergeKeys(schema);
      if (keys === undefined) return undefined;
      return `[${keys.join(",")}]${this.#target(`${name}[]`, valueAt(schema, "items")) ?? ""}`;
    }
    return this.#target(name, property);
  }

  #target(name: string, schema: JsonValue | undefined): string | undefined {
    const reference = stringAt(schema, "$ref");
    if (reference.startsWith(REFERENCE)) return reference.slice(REFERENCE.length);
    if (valueAt(schema, "properties") === undefined && valueAt(schema, "additionalProperties") === undefined) return undefined;
    this.#define(name, schema);
    return name;
  }

  #resolve(schema: JsonValue | undefined): JsonValue | undefined {
    let current = schema;
    for (const seen = new Set<string>(); ;) {
      const reference = stringAt(current, "$ref");
      if (!reference.startsWith(REFERENCE) || seen.has(reference)) return current;
      seen.add(reference);
      current = valueAt(this.#source, reference.slice(REFERENCE.length));
    }
  }

  #useful(): Set<string> {
    const useful = new Set(this.#known);
    for (let grew = true; grew;) {
      grew = false;
      for (const [name, fields] of this.#definitions) {
        if (useful.has(name) || ![...fields.values()].some((field) => leadsSomewhere(field, useful))) continue;
        useful.add(name);
        grew = true;
      }
    }
    return useful;
  }
}

function leadsSomewhere(field: string, useful: ReadonlySet<string>): boolean {
  return field.startsWith("[") || useful.has(field);
}

function strip(field: string, useful: ReadonlySet<string>): string {
  const end = field.indexOf("]") + 1;
  return end === 0 || useful.has(field.slice(end)) ? field : field.slice(0, end);
}

/** The keys of a merged list, none for a set of scalars; undefined for a list that is replaced whole. */
function mergeKeys(schema: JsonValue | undefined): readonly string[] | undefined {
  const strategies = stringAt(schema, "x-kubernetes-patch-strategy").split(",");
  if (!strategies.includes("merge")) return undefined;
  const keys = valueAt(schema, "x-kubernetes-list-map-keys");
  if (Array.isArray(keys)) return keys.filter((key) => typeof key === "string");
  const key = stringAt(schema, "x-kubernetes-patch-merge-key");
  return key === "" ? [] : [key];
}

function typeKey(kind: JsonValue | undefined): string {
  const group = stringAt(kind, "group");
  const version = stringAt(kind, "version");
  return `${group === "" ? version : `${group}/${version}`} ${stringAt(kind, "kind")}`;
}

function scopesOf(paths: Readonly<JsonObject>): Pick<SchemaTable, "clusterScoped" | "namespaced"> {
  const namespaced = new Set<string>();
  const others = new Set<string>();
  for (const [path, item] of Object.entries(paths)) {
    const kind = valueAt(item, "get", "x-kubernetes-group-version-kind");
    if (kind === undefined) continue;
    (path.includes("namespaces/{namespace}") ? namespaced : others).add(typeKey(kind));
  }
  return { namespaced: [...namespaced].sort(), clusterScoped: [...others].filter((key) => !namespaced.has(key)).sort() };
}
