import { EVENT_ID, getScalarValue, SCALAR_STYLE, type Event, type ScalarEvent } from "js-yaml";
import { GitOpsError } from "../model/errors.ts";
import { eventOffset } from "./construct.ts";
import { contentStart } from "./content-start.ts";
import { splitDocuments } from "./documents.ts";
import { placeAt, type TextPlace, type YamlText } from "./failure.ts";
import { parseText } from "./parse.ts";

/** What is looked for in a text. */
export interface FieldQuery {
  /** JSON pointer (RFC 6901) of the field; a list's elements by their index. "" is the document itself. */
  readonly pointer: string;
  /** A line of the document that has the field; the first one with content where it is left out. */
  readonly documentLine?: number | undefined;
  /** A place inside the text that the field holds, such as a patch that stands in a kustomization. Both count from 1. */
  readonly inner?: TextPlace | undefined;
}

/** How deep the text may be, and how many documents it may have: it was read before, within tighter limits. */
const DEPTH = 1000;
const DOCUMENTS = 1_000_000;

/**
 * Where a field stands in YAML or JSON: its key, or the value where it is an element of a list. For a field that is not there,
 * the nearest one around it. Keys are matched without case where none matches exactly. For messages: the text is parsed once more.
 *
 * @returns undefined for a text that does not parse.
 */
export function placeOfField(text: string, query: FieldQuery): TextPlace | undefined {
  try {
    return find(text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text, query);
  } catch (error) {
    if (error instanceof GitOpsError) return undefined;
    throw error;
  }
}

function find(text: string, { pointer, documentLine, inner }: FieldQuery): TextPlace | undefined {
  for (const part of partsFrom(splitDocuments("", text, DOCUMENTS), documentLine)) {
    const { source, events } = parseText(part, DEPTH);
    const start = contentStart(source, events, "dropped");
    if (start === undefined) continue;
    const steps = pointer.split("/").slice(1).map(unescape);
    const found = follow({ source, events }, { name: start, value: start }, steps);
    return (
      (inner === undefined ? undefined : placeInside({ source, events }, found.value, inner)) ??
      placeAt(source, eventOffset(events, found.name))
    );
  }
  return undefined;
}

function partsFrom(parts: readonly YamlText[], line: number | undefined): readonly YamlText[] {
  if (line === undefined) return parts;
  return parts.filter(({ firstLine }, index) => firstLine <= line && (parts[index + 1]?.firstLine ?? Infinity) > line);
}

function unescape(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}

interface Parsed {
  readonly source: YamlText;
  readonly events: readonly Event[];
}

/** A node of the text: the event of its value, and the one that people look for. */
interface Found {
  readonly name: number;
  readonly value: number;
}

function follow(parsed: Parsed, from: Found, steps: readonly string[]): Found {
  let found = from;
  for (const step of steps) {
    const next = childOf(parsed, found.value, step);
    if (next === undefined) return found;
    found = next;
  }
  return found;
}

function childOf(parsed: Parsed, at: number, step: string): Found | undefined {
  const { events } = parsed;
  const event = events[at];
  if (event?.type === EVENT_ID.SEQUENCE) {
    const item = children(events, at)[Number(step)];
    return item === undefined ? undefined : { name: item, value: item };
  }
  if (event?.type !== EVENT_ID.MAPPING) return undefined;
  const nodes = children(events, at);
  const keys = nodes.filter((_, index) => index % 2 === 0).map((key) => ({ key, text: textOf(parsed, key) }));
  const match = keys.findLast(({ text }) => text === step) ?? keys.findLast(({ text }) => text.toLowerCase() === step.toLowerCase());
  return match === undefined ? undefined : { name: match.key, value: nodes[nodes.indexOf(match.key) + 1] ?? match.key };
}

/** The events that start what stands directly in a collection. */
function children(events: readonly Event[], at: number): readonly number[] {
  const found: number[] = [];
  let depth = 1;
  for (let index = at + 1; index < events.length; index++) {
    const type = events[index]?.type;
    if (type === EVENT_ID.POP) {
      if (--depth === 0) return found;
      continue;
    }
    if (depth === 1) found.push(index);
    if (type === EVENT_ID.SEQUENCE || type === EVENT_ID.MAPPING) depth++;
  }
  return found;
}

function textOf({ source, events }: Parsed, at: number): string {
  const event = events[at];
  return event?.type === EVENT_ID.SCALAR && event.valueStart >= 0 ? getScalarValue(source.text, event) : "";
}

/** Lines of a literal block are lines of the file; in any other style the text starts somewhere on the way. */
function placeInside({ source, events }: Parsed, at: number, { line, column }: TextPlace): TextPlace | undefined {
  const event = events[at];
  if (event?.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.LITERAL_BLOCK) return undefined;
  return { line: placeAt(source, event.valueStart).line + blankLines(source, event) + line - 1, column: event.indent + column };
}

/** Patches are trimmed before they are read. */
function blankLines({ text }: YamlText, { valueStart, valueEnd }: ScalarEvent): number {
  return (/^\s*\n/.exec(text.slice(valueStart, valueEnd))?.[0].split("\n").length ?? 1) - 1;
}
