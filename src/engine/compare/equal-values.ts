import { isJsonObject, type JsonValue } from "../model/json.ts";
import type { FieldSchema, MapSchema } from "./field-schema.ts";
import { quantityAmount } from "./quantity.ts";

/** Whether two scalars mean the same to the server. Text is compared exactly, save quantities and the line breaks of base64. */
export function equalScalars(a: JsonValue | undefined, b: JsonValue | undefined, schema: FieldSchema | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (schema?.scalar === "quantity") {
    const amount = quantityAmount(a);
    return amount !== undefined && amount === quantityAmount(b);
  }
  if (isInteger(a) && isInteger(b)) return BigInt(a) === BigInt(b);
  if (schema?.scalar === "base64" && typeof a === "string" && typeof b === "string") return withoutBreaks(a) === withoutBreaks(b);
  return false;
}

function isInteger(value: JsonValue): value is number | bigint {
  return typeof value === "bigint" || Number.isInteger(value);
}

function withoutBreaks(text: string): string {
  return text.replace(/[\r\n]/g, "");
}

/** Whether two values are the same, keys in any order, items in the same order. */
export function equalValues(a: JsonValue | undefined, b: JsonValue | undefined, schema?: FieldSchema): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => equalValues(item, b[index], schema?.list?.item()));
  }
  if (isJsonObject(a) && isJsonObject(b)) {
    const names = Object.keys(a);
    return (
      names.length === Object.keys(b).length &&
      names.every((name) => Object.hasOwn(b, name) && equalValues(a[name], b[name], typeOfField(schema?.map, name)))
    );
  }
  return equalScalars(a, b, schema);
}

/** Whether a value is one that Go leaves out when it writes the object (`omitempty`). */
export function isZero(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === false || value === 0 || value === 0n) return true;
  return Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0;
}

/** The type of one key of an object. */
export function typeOfField(map: MapSchema | undefined, name: string): FieldSchema | undefined {
  return map?.field(name) ?? map?.element();
}
