import type { JsonValue } from "../../../model/json.ts";
import { resolvePlain } from "../../../yaml/scalar.ts";
import { type Container, typeBehind } from "../../../yaml/source-text.ts";

/** Whether what a text stands for may stand in a node of the type of a scalar. */
export function isOfType(scalar: JsonValue, value: JsonValue): boolean {
  const isNumeric = isNumber(scalar) && isNumber(value) && !isWhole(scalar, value);
  return (typeof scalar === typeof value || isNumeric) && (scalar === null) === (value === null);
}

function isNumber(value: JsonValue): boolean {
  return typeof value === "number" || typeof value === "bigint";
}

/** An integer field takes no fraction. */
function isWhole(scalar: JsonValue, value: JsonValue): boolean {
  return Number.isInteger(Number(scalar)) && !Number.isInteger(Number(value));
}

/** The path of a text in a node that cannot hold it, where a replacement left one; undefined where there is none. */
export function misfitIn(value: JsonValue): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, item] of entries) {
    const inner = typeof item === "object" ? misfitIn(item) : isMisfit(value, key, item) ? "" : undefined;
    if (inner !== undefined) return inner === "" ? String(key) : `${key}.${inner}`;
  }
  return undefined;
}

function isMisfit(container: Container, key: string | number, value: JsonValue): boolean {
  if (typeof value !== "string") return false;
  const type = typeBehind(container, key);
  return type !== undefined && !isOfType(type, resolvePlain(value, "resource"));
}
