import { isScalar, parseDocument } from "yaml";
import type { JsonValue } from "../model/json.ts";

/** One value to put into a text: where, by keys and indexes, and what. */
export interface TextEdit {
  readonly path: readonly (string | number)[];
  readonly value: JsonValue;
}

/**
 * Puts values into a YAML text and writes it as go-yaml v3 does: keys keep their order, scalars their quotes, comments stay,
 * lists are not indented under their key. The text must have been read before: its depth and aliases are not checked here.
 */
export function editYamlText(text: string, edits: readonly TextEdit[]): string {
  const document = parseDocument(text, { version: "1.2" });
  for (const { path, value } of edits) {
    const node = document.getIn(path, true);
    if (isScalar(node) && (typeof value !== "object" || value === null)) {
      node.value = value;
      delete node.source;
    } else {
      document.setIn(path, document.createNode(value));
    }
  }
  return document.toString({ lineWidth: 0, indentSeq: false, flowCollectionPadding: false });
}
