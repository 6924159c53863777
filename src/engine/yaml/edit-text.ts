import { Document, isScalar, parseDocument } from "yaml";
import type { JsonValue } from "../model/json.ts";
import { resolvePlain } from "./scalar.ts";

/** Stands for a scalar with a tag that its text does not have: the printer would take it for a mistake. */
const PLACE = "tagged-scalar-";

/** One value to put into a text: where, by keys and indexes, and what. */
export interface TextEdit {
  readonly path: readonly (string | number)[];
  readonly value: JsonValue;
  /** Written before a scalar that is not of the type that its text has. */
  readonly tag?: string | undefined;
}

/**
 * Puts values into a YAML text and writes it as go-yaml v3 does: keys keep their order, scalars their quotes, comments stay,
 * lists are not indented under their key. The text must have been read before: its depth and aliases are not checked here.
 */
export function editYamlText(text: string, edits: readonly TextEdit[]): string {
  const tagged: string[] = [];
  const document = parseDocument(text, { version: "1.2" });
  for (const { path, value, tag } of edits) {
    const node = document.getIn(path, true);
    if (isScalar(node) && (typeof value !== "object" || value === null)) {
      node.value = value;
      delete node.source;
      if (tag !== undefined) {
        node.value = `${PLACE}${tagged.length}`;
        tagged.push(`${tag} ${plainOrQuoted(String(value))}`.trimEnd());
      }
    } else {
      document.setIn(path, document.createNode(value));
    }
  }
  // The printer would put an empty line before it.
  const { comment } = document;
  document.comment = null;
  const end = comment === null ? "" : `${/\n[ \t]*\n#[^\n]*\n*$/.test(text) ? "\n" : ""}${comment.replaceAll(/^/gm, "#")}\n`;
  const printed = document.toString({ lineWidth: 0, indentSeq: false, flowCollectionPadding: false }) + end;
  return tagged.reduce((result, scalar, index) => result.replace(`${PLACE}${index}`, () => scalar), printed);
}

/** A text as it stands behind a tag: without quotes where YAML would read another type, too, and in single ones where they can hold it. */
function plainOrQuoted(text: string): string {
  if (typeof resolvePlain(text, "resource") !== "string") return text;
  const printed = new Document(text).toString({ lineWidth: 0 }).trimEnd();
  return printed.startsWith('"') && !printed.includes("\\") ? `'${text.replaceAll("'", "''")}'` : printed;
}
