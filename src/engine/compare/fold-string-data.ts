import { isJsonObject, setKey, valueAt, type JsonObject } from "../model/json.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * A Secret with its `stringData` folded into `data`, as the server does when it stores one: a key in both takes the text of
 * `stringData`. Other objects, and Secrets whose `stringData` holds anything but text (the server refuses those), come back as they are.
 * Applied as two fields, a key removed from `stringData` in Git would stay in the live `data` for ever.
 */
export function foldStringData(object: JsonObject): JsonObject {
  if (object["kind"] !== "Secret" || object["apiVersion"] !== "v1" || !Object.hasOwn(object, "stringData")) return object;
  const { stringData, ...rest } = object;
  if (stringData === null) return rest;
  const data = valueAt(object, "data") ?? {};
  if (!isJsonObject(stringData) || !isJsonObject(data)) return object;
  const folded: JsonObject = { ...data };
  for (const [key, text] of Object.entries(stringData)) {
    if (typeof text !== "string") return object;
    setKey(folded, key, base64(new TextEncoder().encode(text)));
  }
  return { ...rest, data: folded };
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let digit = 0; digit < 4; digit += 1) text += digit > left ? "=" : ALPHABET.charAt((group >> (18 - 6 * digit)) & 63);
  }
  return text;
}
