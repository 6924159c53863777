import { beyondLimit } from "../model/limit.ts";
import type { JsonValue } from "../model/json.ts";
import { constructValue, eventOffset, type NodeBudget } from "./construct.ts";
import { type AfterEnd, contentStart } from "./content-start.ts";
import { decodeYamlText } from "./decode.ts";
import { splitDocuments } from "./documents.ts";
import { lineBreaks, type YamlText } from "./failure.ts";
import { parseText } from "./parse.ts";
import type { YamlDialect } from "./scalar.ts";

/** One document of a file. */
export interface YamlDocument {
  readonly value: JsonValue;
  /** The line of the file where its content starts, from 1. */
  readonly line: number;
}

/** What one file may take. A build's budget is one. */
export interface YamlBudget {
  readonly fileBytes: number;
  readonly documents: number;
  readonly depth: number;
  /** Values, counted after aliases are expanded; keys are not counted. */
  readonly nodes: number;
}

/** How a file is read. */
export interface ReadYamlOptions {
  /** Path inside the source, for messages. */
  readonly file: string;
  readonly dialect: YamlDialect;
  readonly budget: YamlBudget;
  /** kustomize drops what stands behind a line `...`; it is refused unless said otherwise. */
  readonly afterEnd?: AfterEnd;
}

/**
 * Reads the documents of a YAML or JSON file as kustomize would; empty ones are left out.
 * Stricter than it where data would be lost: duplicate keys (accepted in kustomizations, the last one wins), unknown tags,
 * numbers that JSON cannot hold and content after `...` are errors.
 *
 * Throws BUILD_FAILED (`data.diagnostics`: file, line, column, what was expected; never the text of a value) and LIMIT_EXCEEDED.
 */
export function readYaml(bytes: Uint8Array, options: ReadYamlOptions): readonly YamlDocument[] {
  const { file, budget } = options;
  if (bytes.length > budget.fileBytes) throw beyondLimit("fileBytes", `${file}: larger than ${budget.fileBytes} bytes`, { path: file });
  return readYamlText(decodeYamlText(bytes, file), options);
}

/** As {@link readYaml}, from text, such as a patch that stands inside a kustomization. */
export function readYamlText(text: string, options: ReadYamlOptions): readonly YamlDocument[] {
  const { file, dialect, budget } = options;
  // As kustomize does before anything else.
  const unix = text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text;
  // Directives stand before the first line of dashes: what is behind it is the document that they are for.
  const isDirected = dialect === "kustomization" && unix.startsWith("%");
  const parts = isDirected ? [{ file, text: unix, firstLine: 1 }] : splitDocuments(file, unix, budget.documents);
  if (parts.length > budget.documents) throw beyondLimit("documents", `${file}: more than ${budget.documents} documents`, { path: file });
  const nodes: NodeBudget = { depth: budget.depth, nodes: budget.nodes, nodesLeft: budget.nodes };
  const documents: YamlDocument[] = [];
  for (const part of parts) {
    refuseDense(part, budget.nodes);
    const { source, events } = parseText(part, budget.depth);
    const start = contentStart(source, events, options.afterEnd ?? "refused");
    if (start === undefined) continue;
    const value = constructValue(source, events, start, dialect, nodes);
    if (value !== null) documents.push({ value, line: part.firstLine + lineBreaks(source.text.slice(0, eventOffset(events, start))) });
  }
  return documents;
}

// Events of the parser take about 120 bytes each: a text that is nothing but separators is refused before they are made.
const DENSE_TEXT = 1 << 20;
const SEPARATORS_FOR_EACH_NODE = 4;

function refuseDense(part: YamlText, nodes: number): void {
  if (part.text.length < DENSE_TEXT) return;
  let separators = 0;
  for (let at = 0; at < part.text.length; at++) {
    const code = part.text.charCodeAt(at);
    // line feed , - : ? [ {
    if (code === 0x0a || code === 0x2c || code === 0x2d || code === 0x3a || code === 0x3f || code === 0x5b || code === 0x7b) separators++;
  }
  const { file } = part;
  if (separators > nodes * SEPARATORS_FOR_EACH_NODE)
    throw beyondLimit("nodes", `${file}: more than ${nodes} values in one document`, { path: file });
}
