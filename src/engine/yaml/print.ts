import { isJsonObject, type JsonObject, type JsonValue } from "../model/json.ts";
import { startDocument, writeIndent, writeIndicator, writeText, writeWord, type Emitter } from "./emitter.ts";
import { sortKeys } from "./key-order.ts";
import { numberText } from "./number-text.ts";
import { isSimpleKey } from "./scalar-style.ts";

const INDENT = 2;

/** A value as kustomize prints it, byte for byte: what sigs.k8s.io/yaml (the emitter of go-yaml v2.4) gives. Ends with a line break. */
export function printYaml(value: JsonValue): string {
  const out = startDocument();
  // At the root nothing is indented, so a child's indentation is one step from "before the first column".
  writeNode(out, value, -INDENT, false);
  writeIndent(out, 0);
  return out.parts.join("");
}

/** Objects as `kustomize build` prints them: documents joined by `---`, nothing for no objects. */
export function printManifests(objects: readonly JsonObject[]): string {
  return objects.map(printYaml).join("---\n");
}

function writeNode(out: Emitter, value: JsonValue, indent: number, inMapping: boolean): void {
  if (typeof value === "string") return writeText(out, value, Math.max(indent, 0), false);
  if (Array.isArray(value)) return value.length === 0 ? writeEmpty(out, "[", "]") : writeSequence(out, value, indent, inMapping);
  if (isJsonObject(value)) {
    const keys = sortKeys(Object.keys(value));
    return keys.length === 0 ? writeEmpty(out, "{", "}") : writeMapping(out, value, keys, indent + INDENT);
  }
  writeWord(out, value === null ? "null" : typeof value === "boolean" ? String(value) : numberText(value));
}

function writeEmpty(out: Emitter, open: string, close: string): void {
  writeIndicator(out, open, true, true, false);
  writeIndicator(out, close, false, false, false);
}

function writeSequence(out: Emitter, items: readonly JsonValue[], indent: number, inMapping: boolean): void {
  // A list under a key is not indented, unless it starts on the line of an indicator.
  const own = inMapping && !out.indention ? indent : indent + INDENT;
  for (const item of items) {
    writeIndent(out, own);
    writeIndicator(out, "-", true, false, true);
    writeNode(out, item, own, false);
  }
}

function writeMapping(out: Emitter, object: JsonObject, keys: readonly string[], indent: number): void {
  for (const key of keys) {
    const value = object[key] ?? null;
    writeIndent(out, indent);
    if (isSimpleKey(key)) {
      writeText(out, key, indent, true);
      writeIndicator(out, ":", false, false, false);
    } else {
      writeIndicator(out, "?", true, false, true);
      writeText(out, key, indent, false);
      writeIndent(out, indent);
      writeIndicator(out, ":", true, false, true);
    }
    writeNode(out, value, indent, true);
  }
}
