import { Document, isScalar, parseDocument, Scalar } from "yaml";
import type { JsonValue } from "../model/json.ts";
import { resolvePlain } from "./scalar.ts";

/** Stands for a scalar with a tag that its text does not have: the printer would take it for a mistake. */
const PLACE = "tagged-scalar-";

/** One value to put into a text: where, by keys and indexes, and what. */
export interface TextEdit {
  readonly path: readonly (string | number)[];
  readonly value: JsonValue;
  /** Written before a scalar that is not of the type that its text has; "" for one that is to stand as it is, without quotes. */
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
    if (typeof value === "object" && value !== null) {
      document.setIn(path, document.createNode(value));
      continue;
    }
    const found = document.getIn(path, true);
    const scalar = isScalar(found) ? found : new Scalar(null);
    delete scalar.source;
    scalar.value = tag === undefined ? value : `${PLACE}${tagged.length}-`;
    if (tag !== undefined) tagged.push(` ${tag} ${plainOrQuoted(String(value))}`.trimEnd().replace("  ", " "));
    else if (typeof value === "string") scalar.type = styleOf(value, scalar.type);
    if (scalar !== found) document.setIn(path, scalar);
  }
  // The printer would put an empty line before it.
  const { comment } = document;
  document.comment = null;
  const end = comment === null ? "" : `${/\n[ \t]*\n#[^\n]*\n*$/.test(text) ? "\n" : ""}${comment.replaceAll(/^/gm, "#")}\n`;
  const printed = document.toString({ lineWidth: 0, indentSeq: false, flowCollectionPadding: false }) + end;
  return tagged.reduce(
    (result, scalar, index) =>
      result.replace(new RegExp(` ?${PLACE}${index}-`), (place) => (place.startsWith(" ") ? scalar : scalar.trimStart())),
    printed,
  );
}

/** A text as it stands behind a tag: without quotes where YAML would read another type, too. */
function plainOrQuoted(text: string): string {
  if (typeof resolvePlain(text, "resource") !== "string") return text;
  const scalar = new Scalar(text);
  scalar.type = styleOf(text, undefined);
  return new Document(scalar).toString({ lineWidth: 0 }).trimEnd();
}

/** As go-yaml v3: quotes stay; else single ones where the syntax asks for some, and double ones for what is not printable. */
function styleOf(text: string, before: Scalar.Type | undefined): Scalar.Type {
  if (/[^\n\x20-\x7e\xa0-\ufefe]/.test(text)) return Scalar.QUOTE_DOUBLE;
  if (before !== undefined && before !== Scalar.PLAIN) return before;
  if (text.includes("\n")) return Scalar.BLOCK_LITERAL;
  if (typeof resolvePlain(text, "resource") !== "string") return Scalar.PLAIN;
  return new Document(text).toString({ lineWidth: 0 }).startsWith('"') ? Scalar.QUOTE_SINGLE : Scalar.PLAIN;
}
