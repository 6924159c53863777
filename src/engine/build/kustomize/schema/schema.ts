import type { SchemaTable } from "./compile.ts";
import { BUILT_IN_SCHEMA } from "./table.ts";

/** What a field of a known type is, as far as merging goes. */
export interface FieldType {
  /** The keys that elements of a list are matched by; none for a set of scalars; undefined where the list is replaced whole. */
  readonly mergeKeys: readonly string[] | undefined;
  /** The type of the map, or of the list's elements. */
  readonly type: ObjectType | undefined;
}

/** A type whose fields are known. */
export interface ObjectType {
  field(name: string): FieldType | undefined;
}

/** The schema that patches are merged by, and which kinds are cluster-scoped. */
export interface Schema {
  typeOf(apiVersion: string, kind: string): ObjectType | undefined;
  /** Only kinds that are known for certain; custom resources count as namespaced. */
  isClusterScoped(apiVersion: string, kind: string): boolean;
}

/** Reads a compiled table. Scopes of the built-in table hold in every schema, as in kustomize. */
export function schemaOf(table: SchemaTable): Schema {
  const clusterScoped = new Set(table.clusterScoped);
  for (const key of BUILT_IN_SCHEMA.clusterScoped) clusterScoped.add(key);
  for (const key of BUILT_IN_SCHEMA.namespaced) clusterScoped.delete(key);
  const types = new Map<string, ObjectType | undefined>();
  const named = (name: string): ObjectType | undefined => {
    if (!types.has(name)) types.set(name, readType(table.definitions[name], named));
    return types.get(name);
  };
  return {
    typeOf: (apiVersion, kind) => {
      const name = table.types[`${apiVersion} ${kind}`];
      return name === undefined ? undefined : named(name);
    },
    isClusterScoped: (apiVersion, kind) => clusterScoped.has(`${apiVersion} ${kind}`),
  };
}

const knownScopes: ReadonlySet<string> = new Set([...BUILT_IN_SCHEMA.clusterScoped, ...BUILT_IN_SCHEMA.namespaced]);

/** Whether it is certain, in every schema, if a kind is cluster-scoped. */
export function hasKnownScope(apiVersion: string, kind: string): boolean {
  return knownScopes.has(`${apiVersion} ${kind}`);
}

/** The schema of Kubernetes v1.21.2 that kustomize embeds. */
export const builtInSchema: Schema = schemaOf(BUILT_IN_SCHEMA);

type Named = (name: string) => ObjectType | undefined;

function readType(fields: Readonly<Record<string, string>> | undefined, named: Named): ObjectType | undefined {
  if (fields === undefined) return undefined;
  const read = new Map<string, FieldType>();
  return {
    field(name) {
      const key = Object.hasOwn(fields, name) ? name : "*";
      const text = fields[key];
      if (text === undefined) return undefined;
      const known = read.get(key) ?? readField(text, named);
      read.set(key, known);
      return known;
    },
  };
}

function readField(text: string, named: Named): FieldType {
  const end = text.indexOf("]");
  const keys =
    end < 0
      ? undefined
      : text
          .slice(1, end)
          .split(",")
          .filter((key) => key !== "");
  const target = text.slice(end + 1);
  return { mergeKeys: keys, type: target === "" ? undefined : named(target) };
}
