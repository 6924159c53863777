import { arrayAt, isJsonObject, objectAt, stringAt, valueAt, type JsonObject, type JsonValue } from "../model/json.ts";
import { groupOf, versionOf } from "../model/resource-id.ts";
import { undocumentedDefault } from "./server-defaults.ts";

/** How equal scalars may differ in their text: quantities (`1000m` is `1`) and base64 (line breaks do not count). */
type ScalarFormat = "plain" | "quantity" | "base64";

/** A list: one value as a whole, a set of scalars, or items that are told apart by the values of `keys`. */
export interface ListSchema {
  readonly relation: "atomic" | "set" | "map";
  /** In order of their names, as `fieldsV1` has them. */
  readonly keys: readonly string[];
  item(): FieldSchema;
}

/** An object: one value as a whole, or fields that each have an owner. */
export interface MapSchema {
  readonly atomic: boolean;
  /** The type of a field that the schema names. */
  field(name: string): FieldSchema | undefined;
  /** The type of keys that it does not name; undefined where none are allowed. */
  element(): FieldSchema | undefined;
  /** What the server fills in where the field is left out. */
  defaultOf(name: string): JsonValue | undefined;
}

/**
 * One type of the server's OpenAPI, as structured-merge-diff sees it: which parts of an object are fields with an owner.
 * A type may have several parts; a value takes the one of its own shape.
 */
export interface FieldSchema {
  readonly scalar: ScalarFormat | undefined;
  readonly list: ListSchema | undefined;
  readonly map: MapSchema | undefined;
  /** Set at the top of a kind with a status subresource: an apply of the object drops its status. */
  readonly dropsStatus?: true;
}

/** The type of anything: nested objects have fields, lists are one value (`__untyped_deduced_` of structured-merge-diff). */
const DEDUCED: FieldSchema = {
  scalar: "plain",
  list: { relation: "atomic", keys: [], item: () => DEDUCED },
  map: { atomic: false, field: () => undefined, element: () => DEDUCED, defaultOf: () => undefined },
};

const kindsOfDocument = new WeakMap<JsonObject, Map<string, FieldSchema | undefined>>();

/**
 * The schema of a kind, out of the server's OpenAPI v3 document of its group and version. Types are read when they are first
 * asked for, and remembered for as long as the document lives. Undefined where the document does not describe the kind.
 * The rules are those by which the API server itself turns OpenAPI into field ownership (kube-openapi `schemaconv`).
 */
export function fieldSchema(openApi: JsonObject, apiVersion: string, kind: string): FieldSchema | undefined {
  let kinds = kindsOfDocument.get(openApi);
  if (kinds === undefined) {
    kinds = new Map();
    kindsOfDocument.set(openApi, kinds);
  }
  const key = `${apiVersion}/${kind}`;
  if (!kinds.has(key)) kinds.set(key, readKind(openApi, apiVersion, kind));
  return kinds.get(key);
}

function readKind(openApi: JsonObject, apiVersion: string, kind: string): FieldSchema | undefined {
  const schemas = objectAt(openApi, "components", "schemas");
  const type = Object.values(schemas).find((schema) => namesKind(valueAt(schema, "x-kubernetes-group-version-kind"), apiVersion, kind));
  if (!isJsonObject(type)) return undefined;
  const schema = typeReader(schemas).read(type, false);
  return hasStatusSubresource(openApi, apiVersion, kind) ? { ...schema, dropsStatus: true } : schema;
}

function namesKind(names: JsonValue | undefined, apiVersion: string, kind: string): boolean {
  const all = Array.isArray(names) ? names : [names];
  return all.some(
    (name) =>
      stringAt(name, "kind") === kind &&
      stringAt(name, "group") === groupOf(apiVersion) &&
      stringAt(name, "version") === versionOf(apiVersion),
  );
}

function hasStatusSubresource(openApi: JsonObject, apiVersion: string, kind: string): boolean {
  return Object.entries(objectAt(openApi, "paths")).some(
    ([path, item]) =>
      path.endsWith("/{name}/status") &&
      Object.values(objectAt(item)).some((operation) => namesKind(valueAt(operation, "x-kubernetes-group-version-kind"), apiVersion, kind)),
  );
}

interface TypeReader {
  /** @param preserving whether an outer type keeps unknown fields (`x-kubernetes-preserve-unknown-fields`). */
  read(schema: JsonObject, preserving: boolean): FieldSchema;
}

/** Reads types of one document, each once: types that contain themselves (JSONSchemaProps) must not be read for ever. */
function typeReader(schemas: Readonly<JsonObject>): TypeReader {
  const seen = { plain: new WeakMap<JsonObject, FieldSchema>(), preserving: new WeakMap<JsonObject, FieldSchema>() };
  const reader: TypeReader = {
    read(schema, preserving) {
      const memo = preserving ? seen.preserving : seen.plain;
      const known = memo.get(schema);
      if (known !== undefined) return known;
      const read = readType(schema, preserving);
      memo.set(schema, read);
      return read;
    },
  };
  function readType(schema: JsonObject, outer: boolean): FieldSchema {
    const name = referredName(schema);
    if (name !== undefined) return readReference(schema, name);
    const preserving = outer || valueAt(schema, "x-kubernetes-preserve-unknown-fields") === true;
    switch (stringAt(schema, "type")) {
      case "object":
        return { scalar: undefined, list: undefined, map: readMap(schema, preserving, reader) };
      case "array":
        return { scalar: undefined, list: readList(schema, preserving, reader), map: undefined };
      case "":
        return { scalar: "plain", list: readList(schema, preserving, reader), map: readMap(schema, preserving, reader) };
      default:
        return { scalar: stringAt(schema, "format") === "byte" ? "base64" : "plain", list: undefined, map: undefined };
    }
  }
  function readReference(schema: JsonObject, name: string): FieldSchema {
    const target = valueAt(schemas, name);
    const type = isJsonObject(target) ? reader.read(target, false) : DEDUCED;
    if (name.endsWith(".api.resource.Quantity")) return { ...type, scalar: "quantity" };
    const { map } = type;
    if (map === undefined) return type;
    const relation = stringAt(schema, "x-kubernetes-map-type");
    const defaultOf = (field: string): JsonValue | undefined => undocumentedDefault(name, field) ?? map.defaultOf(field);
    return { ...type, map: { ...map, atomic: relation === "" ? map.atomic : relation === "atomic", defaultOf } };
  }
  return reader;
}

/** The component that a `$ref` names; also of one wrapped in an `allOf` of its own, as Kubernetes writes it beside a default. */
function referredName(schema: JsonObject): string | undefined {
  const all = arrayAt(schema, "allOf");
  const reference = stringAt(schema, "$ref") || (all.length === 1 ? stringAt(all[0], "$ref") : "");
  return reference === "" ? undefined : reference.slice(reference.lastIndexOf("/") + 1);
}

function readMap(schema: JsonObject, preserving: boolean, reader: TypeReader): MapSchema {
  const properties = objectAt(schema, "properties");
  const additional = valueAt(schema, "additionalProperties");
  const isOpen = additional === true || (additional === undefined && (preserving || Object.keys(properties).length === 0));
  // Asked for every field of every object of a sync.
  const fields = new Map<string, FieldSchema>();
  const readField = (name: string): FieldSchema | undefined => {
    const property = valueAt(properties, name);
    const field = isJsonObject(property) ? reader.read(property, preserving) : undefined;
    if (field !== undefined) fields.set(name, field);
    return field;
  };
  return {
    atomic: stringAt(schema, "x-kubernetes-map-type") === "atomic",
    field: (name) => fields.get(name) ?? readField(name),
    element() {
      if (isJsonObject(additional)) return reader.read(additional, preserving);
      return isOpen ? DEDUCED : undefined;
    },
    defaultOf: (name) => valueAt(properties, name, "default"),
  };
}

function readList(schema: JsonObject, preserving: boolean, reader: TypeReader): ListSchema {
  const items = valueAt(schema, "items");
  return { ...listRelation(schema), item: () => (isJsonObject(items) ? reader.read(items, preserving) : DEDUCED) };
}

function listRelation(schema: JsonObject): Pick<ListSchema, "relation" | "keys"> {
  const type = stringAt(schema, "x-kubernetes-list-type");
  if (type === "map") return { relation: "map", keys: arrayAt(schema, "x-kubernetes-list-map-keys").map(String).toSorted() };
  if (type === "set") return { relation: "set", keys: [] };
  if (type === "" && stringAt(schema, "x-kubernetes-patch-strategy").startsWith("merge")) {
    const key = stringAt(schema, "x-kubernetes-patch-merge-key");
    return key === "" ? { relation: "set", keys: [] } : { relation: "map", keys: [key] };
  }
  return { relation: "atomic", keys: [] };
}
