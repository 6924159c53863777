import { objectAt, stringAt, type JsonObject, type JsonValue } from "../model/json.ts";
import { fileFailure } from "../yaml/failure.ts";
import { decodeBase64 } from "../yaml/base64.ts";
import type { BuiltObject } from "./built-object.ts";

/** What diffs and builds of kubectl, Flux and Argo CD show in the place of a value. */
const MASK = /^(?:\*{3,}(?: \((?:before|after)\))?|\*\*[A-Z]+\*\*|\+{3,})$/;

/**
 * Refuses a Secret that the API server would refuse with its value in the message, and one whose values were masked by a tool's output
 * that got committed. Throws BUILD_FAILED naming file, object and key, never the value.
 */
export function checkSecret({ object, origin }: BuiltObject): void {
  if (stringAt(object, "kind") !== "Secret" || stringAt(object, "apiVersion") !== "v1") return;
  for (const [key, value] of entriesOf(object, "data")) {
    const bytes = typeof value === "string" ? decodeBase64(value) : value === null ? new Uint8Array() : undefined;
    if (isMask(value) || (bytes !== undefined && isMaskedBytes(bytes))) throw masked(object, origin, "data", key);
    if (bytes === undefined) {
      throw problem(object, origin, `data ${JSON.stringify(key)} is not base64`, "encode the value, or put it under stringData");
    }
  }
  for (const [key, value] of entriesOf(object, "stringData")) if (isMask(value)) throw masked(object, origin, "stringData", key);
}

function entriesOf(object: JsonObject, field: string): readonly (readonly [string, JsonValue])[] {
  return Object.entries(objectAt(object, field));
}

function isMask(value: JsonValue): boolean {
  return typeof value === "string" && MASK.test(value.trim());
}

const LONGEST_MASK = 64;

function isMaskedBytes(bytes: Uint8Array): boolean {
  return bytes.length <= LONGEST_MASK && isMask(String.fromCharCode(...bytes));
}

function masked(object: JsonObject, origin: BuiltObject["origin"], field: string, key: string): Error {
  return problem(
    object,
    origin,
    `${field} ${JSON.stringify(key)} holds a mask instead of a value`,
    "put the real value back; the output of a tool was committed",
  );
}

function problem(object: JsonObject, origin: BuiltObject["origin"], what: string, hint: string): Error {
  const name = stringAt(object, "metadata", "name");
  return fileFailure("BUILD_FAILED", { severity: "error", ...origin, message: `Secret ${JSON.stringify(name)}: ${what}`, hint });
}
