import { ownedFields, type FieldSchema } from "../../../src/engine/compare/index.ts";
import { objectAt, type JsonObject } from "../../../src/engine/model/json.ts";

/** An entry of managedFields. */
export function entry(manager: string, fieldsV1: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    manager,
    operation: "Update",
    apiVersion: "shop.test/v1",
    time: "2026-01-01T00:00:00Z",
    fieldsType: "FieldsV1",
    fieldsV1,
    ...more,
  };
}

/** What a server holds after `gitops` applied an object: itself, bookkeeping, a status, and what others own besides. */
export function applied(object: JsonObject, schema: FieldSchema, others: readonly JsonObject[] = []): JsonObject {
  const own = entry("gitops", { ...ownedFields(object, schema) }, { operation: "Apply" });
  const metadata: JsonObject = {
    ...objectAt(object, "metadata"),
    uid: "u1",
    resourceVersion: "7",
    generation: 1,
    managedFields: [own, ...others],
  };
  return { ...object, metadata, status: { phase: "Ready" } };
}

/** A copy to change at will. */
export function copyOf(object: JsonObject): JsonObject {
  return structuredClone(object);
}
