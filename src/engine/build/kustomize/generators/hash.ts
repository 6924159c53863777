import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../model/json.ts";
import type { ResourceMap } from "../resources/resource-map.ts";
import { byBytes } from "../resources/byte-order.ts";
import { scalarText } from "../resources/scalar.ts";

const LETTERS: Readonly<Record<string, string>> = { "0": "g", "1": "h", "3": "k", a: "m", e: "t" };
const encoder = new TextEncoder();

/** Puts the hash of their content behind the names of generated resources. */
export function addHashSuffixes(resources: ResourceMap): void {
  let changed = false;
  for (const resource of resources.all) {
    if (!resource.needsHash) continue;
    resource.storePreviousId();
    resource.setName(`${resource.name}-${contentHash(resource.object)}`);
    changed = true;
  }
  if (changed) resources.renamed();
}

/** The suffix of a ConfigMap or Secret (api/hasher): ten letters of the SHA-256 of a JSON text that has neither name nor labels in it. */
export function contentHash(object: JsonObject): string {
  const hashed = object["kind"] === "Secret" ? hashedSecret(object) : hashedConfigMap(object);
  const hex = bytesToHex(sha256(encoder.encode(goJson(hashed)))).slice(0, 10);
  return hex.replaceAll(/[013ae]/g, (digit) => LETTERS[digit] ?? digit);
}

function hashedConfigMap(object: JsonObject): JsonObject {
  const binary = object["binaryData"];
  return {
    ...(isJsonObject(binary) ? { binaryData: binary } : {}),
    ...{ data: mapOrText(object["data"]), kind: "ConfigMap", name: "" },
  };
}

function hashedSecret(object: JsonObject): JsonObject {
  const texts = object["stringData"];
  return {
    ...{ data: mapOrText(object["data"]), kind: "Secret", name: "" },
    ...(isJsonObject(texts) ? { stringData: texts } : {}),
    type: mapOrText(object["type"]),
  };
}

function mapOrText(value: JsonValue | undefined): JsonValue {
  return isJsonObject(value) ? value : scalarText(value);
}

/** JSON as Go's encoder writes it: keys sorted bytewise, `<`, `>`, `&` and two line separators escaped. */
export function goJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (isJsonObject(value)) {
    const entries = Object.keys(value)
      .sort(byBytes)
      .map((key) => `${goText(key)}:${goJson(value[key] ?? null)}`);
    return `{${entries.join(",")}}`;
  }
  return typeof value === "string" ? goText(value) : typeof value === "bigint" ? String(value) : JSON.stringify(value);
}

function goText(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
