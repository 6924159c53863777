import { isJsonObject, type JsonObject, type JsonValue } from "../model/json.ts";
import type { FieldSchema, ListSchema, MapSchema } from "./field-schema.ts";
import { canonicalItemName, itemName } from "./list-items.ts";

/** A set of fields in the form of `managedFields[].fieldsV1`: `f:` a field, `k:` and `v:` list items, `.` the node itself beside its children. */
export type FieldSet = Readonly<JsonObject>;

/** What the server never gives an owner (apimachinery `managedfields`, stripMeta). */
const UNOWNED_METADATA = [
  "name",
  "namespace",
  "creationTimestamp",
  "selfLink",
  "uid",
  "clusterName",
  "generation",
  "managedFields",
  "resourceVersion",
];

/**
 * The fields that a server-side apply of exactly this object owns: structured-merge-diff's ToFieldSet without what the server
 * strips. A field that the schema does not know counts as one leaf: no server holds such a set, so it never looks applied.
 */
export function ownedFields(object: JsonObject, schema: FieldSchema): FieldSet {
  const { children } = fieldsOf(object, schema);
  delete children["f:apiVersion"];
  delete children["f:kind"];
  if (schema.dropsStatus === true) delete children["f:status"];
  const metadata = children["f:metadata"];
  if (isJsonObject(metadata)) {
    for (const name of [".", ...UNOWNED_METADATA.map((field) => `f:${field}`)]) delete metadata[name];
    if (Object.keys(metadata).length === 0) delete children["f:metadata"];
  }
  return children;
}

/** Whether two sets hold the same fields, whatever the order and the spelling of their members. */
export function sameFields(a: FieldSet, b: FieldSet): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  let spelledLikeOurs: FieldSet | undefined;
  for (const name of names) {
    let other = Object.hasOwn(b, name) ? b[name] : undefined;
    if (other === undefined) {
      spelledLikeOurs ??= respelled(b);
      other = spelledLikeOurs[canonicalItemName(name)];
    }
    const own = a[name];
    if (!isJsonObject(own) || !isJsonObject(other) || !sameFields(own, other)) return false;
  }
  return true;
}

function respelled(set: FieldSet): FieldSet {
  const result: JsonObject = {};
  for (const [name, children] of Object.entries(set)) result[canonicalItemName(name)] = children;
  return result;
}

interface Fields {
  /** Whether the value itself is a member of the set. */
  readonly self: boolean;
  readonly children: JsonObject;
}

function fieldsOf(value: JsonValue, schema: FieldSchema): Fields {
  if (isJsonObject(value) && schema.map !== undefined) return schema.map.atomic ? leaf() : fieldsOfMap(value, schema.map);
  if (Array.isArray(value) && schema.list !== undefined)
    return schema.list.relation === "atomic" ? leaf() : fieldsOfList(value, schema.list);
  if (value === null && schema.scalar === undefined) {
    const atomic = schema.map?.atomic === true || schema.list?.relation === "atomic";
    return { self: atomic, children: {} };
  }
  return leaf();
}

function fieldsOfMap(value: JsonObject, map: MapSchema): Fields {
  const children: JsonObject = {};
  for (const [name, child] of Object.entries(value)) {
    const declared = map.field(name);
    const type = declared ?? map.element();
    const fields = type === undefined ? leaf() : fieldsOf(child, type);
    const isEmpty = child === null || (isJsonObject(child) && Object.keys(child).length === 0);
    addMember(children, `f:${name}`, { self: fields.self || isEmpty || declared === undefined, children: fields.children });
  }
  return { self: false, children };
}

function fieldsOfList(items: readonly JsonValue[], list: ListSchema): Fields {
  const children: JsonObject = {};
  const type = list.item();
  for (const item of items) {
    const name = itemName(item, list);
    if (name === undefined) continue;
    // Of items with one name the server owns the items as such, not what is in them.
    const repeated = Object.hasOwn(children, name);
    addMember(children, name, repeated ? leaf() : { self: true, children: fieldsOf(item, type).children });
  }
  return { self: false, children };
}

function addMember(set: JsonObject, name: string, fields: Fields): void {
  const { self, children } = fields;
  if (Object.keys(children).length === 0) {
    if (self) set[name] = {};
  } else {
    set[name] = self ? { ".": {}, ...children } : children;
  }
}

function leaf(): Fields {
  return { self: true, children: {} };
}
