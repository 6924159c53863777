import { beyondLimit, limitHint } from "../model/limit.ts";
import { COLLECTION_STYLE, EVENT_ID, getScalarValue, SCALAR_STYLE, type Event, type ScalarEvent } from "js-yaml";
import type { GitOpsError } from "../model/errors.ts";
import { isJsonObject, setKey, type JsonObject, type JsonValue } from "../model/json.ts";
import { yamlFailure, type YamlProblem, type YamlText } from "./failure.ts";
import { resolvePlain, type YamlDialect } from "./scalar.ts";
import { copySourceTexts, NOTHING_IN_FLOW, rememberBrackets, rememberText, sourceText } from "./source-text.ts";
import { coreTag, isResolvable, resolveTagged } from "./tags.ts";

/** What a file may still take. `nodes` is counted down, every value once for each place where an alias puts it. */
export interface NodeBudget {
  readonly depth: number;
  readonly nodes: number;
  nodesLeft: number;
}

/** A finished value, with what it costs to repeat it. */
interface Built {
  readonly value: JsonValue;
  /** How a scalar was written, where its value does not tell. */
  readonly text?: string;
  readonly nodes: number;
  readonly height: number;
}

interface Reader {
  readonly dialect: YamlDialect;
  readonly source: YamlText;
  readonly budget: NodeBudget;
  readonly events: readonly Event[];
  /** undefined while the anchored node is being read: an alias to it would be endless. */
  readonly anchors: Map<string, { readonly start: number; readonly built: Built | undefined }>;
  at: number;
  /** How many flow collections (brackets) the reader stands in. */
  flow: number;
  /** The keys that lead to the mapping being read; those of lists are empty. */
  readonly trail: string[];
}

const MERGE_KEY = "<<";
/** Root, metadata, annotations. */
const ANNOTATIONS_DEPTH = 3;
const NO_TAG_HINT = "remove the tag; Kubernetes objects have plain YAML types only";

/**
 * The value that starts at an event. Anchors, aliases and merge keys are resolved, each alias to a copy of its own.
 * Throws BUILD_FAILED with the place, LIMIT_EXCEEDED for too many nodes or levels after aliases are expanded.
 */
export function constructValue(
  source: YamlText,
  events: readonly Event[],
  at: number,
  dialect: YamlDialect,
  budget: NodeBudget,
): JsonValue {
  return build({ source, dialect, budget, events, anchors: new Map(), at, flow: 0, trail: [] }, 1).value;
}

/** Where an event's node starts in the text. An empty node has no place of its own: the end of what came before. */
export function eventOffset(events: readonly Event[], index: number): number {
  for (let at = index; at >= 0; at--) {
    const event = events[at];
    if (event === undefined || event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) continue;
    const starts = [
      event.anchorStart,
      "tagStart" in event ? event.tagStart : -1,
      "start" in event ? event.start : -1,
      "valueStart" in event ? event.valueStart - (isQuoted(event) ? 1 : 0) : -1,
    ];
    const known = starts.filter((start) => start >= 0);
    if (known.length > 0) return Math.min(...known);
  }
  return 0;
}

function isQuoted({ style }: ScalarEvent): boolean {
  return style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;
}

function build(reader: Reader, depth: number): Built {
  const event = reader.events[reader.at];
  const start = reader.at++;
  if (event === undefined) return { value: null, nodes: 1, height: 0 };
  switch (event.type) {
    case EVENT_ID.SCALAR:
      return anchored(reader, event, scalarBuilt(reader, event, start));
    case EVENT_ID.ALIAS:
      return alias(reader, reader.source.text.slice(event.anchorStart, event.anchorEnd), start, depth);
    case EVENT_ID.SEQUENCE:
      refuseTag(reader, event, start, ["seq", "omap"]);
      reserve(reader, event);
      return anchored(reader, event, collection(reader, event, depth, sequence));
    case EVENT_ID.MAPPING:
      refuseTag(reader, event, start, ["map"]);
      reserve(reader, event);
      return anchored(reader, event, collection(reader, event, depth, mapping));
    default:
      return { value: null, nodes: 1, height: 0 };
  }
}

function collection(
  reader: Reader,
  event: { readonly style: number },
  depth: number,
  read: (reader: Reader, depth: number) => Built,
): Built {
  const brackets = event.style === COLLECTION_STYLE.FLOW ? 1 : 0;
  reader.flow += brackets;
  const built = read(reader, depth);
  reader.flow -= brackets;
  if (brackets > 0 && typeof built.value === "object" && built.value !== null) rememberBrackets(built.value);
  return built;
}

function scalarBuilt(reader: Reader, event: ScalarEvent, at: number): Built {
  const value = scalar(reader, event, at);
  const nodes = charge(reader, 1);
  if (typeof value === "string" && reader.dialect !== "resource") return { value, nodes, height: 0 };
  if (typeof value === "string" && event.style !== SCALAR_STYLE.PLAIN) return { value, text: value, nodes, height: 0 };
  if (typeof value === "string" && event.tagStart >= 0) return { value, nodes, height: 0 };
  if (event.valueStart < 0 && event.tagStart < 0 && reader.flow > 0) return { value, text: NOTHING_IN_FLOW, nodes, height: 0 };
  const text = event.valueStart < 0 ? "" : getScalarValue(reader.source.text, event);
  return String(value) === text ? { value, nodes, height: 0 } : { value, text, nodes, height: 0 };
}

function scalar(reader: Reader, event: ScalarEvent, at: number): JsonValue {
  const text = event.valueStart < 0 ? "" : getScalarValue(reader.source.text, event);
  if (event.style === SCALAR_STYLE.DOUBLE_QUOTED && hasSurrogate(reader.source.text.slice(event.valueStart, event.valueEnd)))
    throw problem(reader, at, { message: "an escape that stands for no character; expected a Unicode scalar value" });
  let value: JsonValue | undefined;
  if (event.tagStart >= 0) {
    const tag = coreTag(reader.source.text.slice(event.tagStart, event.tagEnd));
    value = isResolvable(tag) ? resolveTagged(tag, text, reader.dialect) : text;
    if (value === undefined)
      throw problem(reader, at, { message: "a value that is not of the type of its tag; expected a text of that type", hint: NO_TAG_HINT });
  } else {
    // kustomize prints what it read once more before it looks at types, and puts quotes around what has a colon between brackets.
    const isText = event.style !== SCALAR_STYLE.PLAIN || (reader.flow > 0 && text.includes(":"));
    value = isText ? text : resolvePlain(text, reader.dialect);
  }
  if (typeof value === "number" && !Number.isFinite(value))
    throw problem(reader, at, {
      message: "a number that JSON cannot hold (.inf or .nan); expected a finite number",
      hint: "put it in quotes if it is text",
    });
  return value;
}

/** Half a character as an escape. JSON writes pairs of them; go-yaml takes neither. */
function hasSurrogate(source: string): boolean {
  return source.includes("\\") && /(?<!\\)(?:\\\\)*\\(?:u|U0000)[dD][89a-fA-F]/.test(source);
}

function sequence(reader: Reader, depth: number): Built {
  const value: JsonValue[] = [];
  let nodes = charge(reader, 1);
  let height = 0;
  while (!atEnd(reader)) {
    const item = build(reader, depth + 1);
    value.push(item.value);
    if (item.text !== undefined) rememberText(value, value.length - 1, item.value, item.text);
    nodes += item.nodes;
    height = Math.max(height, item.height + 1);
  }
  return { value, nodes, height };
}

function mapping(reader: Reader, depth: number): Built {
  const value: JsonObject = {};
  const merges: { readonly built: Built; readonly at: number }[] = [];
  const isResource = reader.dialect === "resource";
  const mayRepeat = !isResource || isAnnotations(reader, depth);
  let nodes = charge(reader, 1);
  let height = 0;
  while (!atEnd(reader)) {
    const keyAt = reader.at;
    const key = mappingKey(reader, depth);
    reader.trail[depth] = typeof key === "string" ? key : "";
    const built = build(reader, depth + 1);
    nodes += built.nodes;
    height = Math.max(height, built.height + 1);
    if (key === FORGOTTEN) continue;
    if (key === MERGE) {
      if (!isResource) mergeInto(reader, value, built.value, keyAt, "over");
      else merges.push({ built, at: keyAt });
      continue;
    }
    if (!mayRepeat && Object.hasOwn(value, key))
      throw problem(reader, keyAt, {
        message: "a key that this mapping already has; expected each key once",
        hint: "remove one of the two",
      });
    setKey(value, key, built.value);
    if (built.text !== undefined) rememberText(value, key, built.value, built.text);
  }
  const [merge, another] = merges;
  if (another !== undefined)
    throw problem(reader, another.at, {
      message: "a second merge key in one mapping; expected one, with a list of aliases",
      hint: "write <<: [*a, *b]",
    });
  if (merge !== undefined) mergeInto(reader, value, merge.built.value, merge.at, "under");
  return { value, nodes, height };
}

/** kustomize makes the annotations of every object anew, so that keys may repeat there: the last one stays. */
function isAnnotations({ trail }: Reader, depth: number): boolean {
  if (depth !== ANNOTATIONS_DEPTH && !(depth === ANNOTATIONS_DEPTH + 2 && trail[1] === "items")) return false;
  return trail[depth - 1] === "annotations" && trail[depth - 2] === "metadata";
}

/** What stands for the merge key `<<`, and for a text `<<` in a resource, which kustomize drops with its value. */
const MERGE = Symbol("merge key");
const FORGOTTEN = Symbol("text that looks like a merge key");

function mappingKey(reader: Reader, depth: number): string | typeof MERGE | typeof FORGOTTEN {
  const event = reader.events[reader.at];
  const at = reader.at;
  if (event?.type !== EVENT_ID.SCALAR) return keyText(reader, build(reader, depth + 1).value, at);
  reader.at++;
  const { text } = reader.source;
  const written = event.valueStart < 0 ? "" : getScalarValue(text, event);
  if (written === MERGE_KEY) {
    const tag = event.tagStart < 0 ? undefined : coreTag(text.slice(event.tagStart, event.tagEnd));
    const isPlain = event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0;
    if (isPlain || tag === "merge" || (tag === "" && event.style === SCALAR_STYLE.PLAIN)) return MERGE;
    if (reader.dialect === "resource") return FORGOTTEN;
  }
  if (depth === 1 && reader.dialect === "resource" && event.tagStart < 0 && event.style === SCALAR_STYLE.PLAIN) {
    // The fields of an object itself are read as texts, whatever they look like; only a null is none.
    const isText = resolvePlain(written, "resource") !== null;
    if (isText) return keyText(reader, anchored(reader, event, { value: written, nodes: 1, height: 0 }).value, at);
  }
  return keyText(reader, anchored(reader, event, { value: scalar(reader, event, at), nodes: 1, height: 0 }).value, at);
}

function keyText(reader: Reader, key: JsonValue, at: number): string {
  if (typeof key === "string") return key;
  // sigs.k8s.io/yaml makes texts of such keys before it asks for JSON; kustomize's resource reader does not.
  if (reader.dialect === "kustomization" && (typeof key === "number" || typeof key === "bigint" || typeof key === "boolean"))
    return String(key);
  throw problem(reader, at, { message: "a key that is not a string; expected a string", hint: "put the key in quotes" });
}

/**
 * Merges mappings into one. In resources its own keys stand `over` what is merged `under` them; in kustomizations whatever is read
 * later stands over the earlier. Of a list, the first counts most.
 */
function mergeInto(reader: Reader, target: JsonObject, merged: JsonValue, at: number, where: "under" | "over"): void {
  const isList = Array.isArray(merged) && reader.events[at + 1]?.type === EVENT_ID.SEQUENCE;
  const mappings = isList ? merged : [merged];
  for (const from of where === "under" ? mappings : mappings.toReversed()) {
    if (!isJsonObject(from))
      throw problem(reader, at, {
        message: "a merge key with something else than mappings; expected an alias of a mapping, or a list of them",
      });
    for (const [key, value] of Object.entries(from)) {
      if (where !== "over" && Object.hasOwn(target, key)) continue;
      setKey(target, key, value);
      const text = sourceText(from, key);
      if (text !== undefined) rememberText(target, key, value, text);
    }
  }
}

function alias(reader: Reader, name: string, at: number, depth: number): Built {
  if (!reader.anchors.has(name))
    throw problem(reader, at, { message: "an alias whose anchor is not there; expected the anchor before it" });
  const target = reader.anchors.get(name)?.built;
  if (target === undefined) throw problem(reader, at, { message: "an alias inside its own anchor; expected one that ends" });
  if (depth + target.height > reader.budget.depth) throw tooDeep(reader.source, reader.budget.depth, eventOffset(reader.events, at));
  charge(reader, target.nodes);
  return { ...target, value: copyOf(target.value) };
}

function anchored(reader: Reader, event: { readonly anchorStart: number; readonly anchorEnd: number }, built: Built): Built {
  if (event.anchorStart < 0) return built;
  const name = anchorName(reader, event);
  // A later anchor of this name, inside of this node, has taken its place.
  const start = reader.anchors.get(name)?.start ?? -1;
  if (start <= event.anchorStart) reader.anchors.set(name, { start: event.anchorStart, built });
  return built;
}

function reserve(reader: Reader, event: { readonly anchorStart: number; readonly anchorEnd: number }): void {
  if (event.anchorStart >= 0) reader.anchors.set(anchorName(reader, event), { start: event.anchorStart, built: undefined });
}

function anchorName(reader: Reader, event: { readonly anchorStart: number; readonly anchorEnd: number }): string {
  return reader.source.text.slice(event.anchorStart, event.anchorEnd);
}

function refuseTag(
  reader: Reader,
  event: { readonly tagStart: number; readonly tagEnd: number },
  at: number,
  allowed: readonly string[],
): void {
  if (event.tagStart < 0) return;
  const tag = coreTag(reader.source.text.slice(event.tagStart, event.tagEnd));
  if (isResolvable(tag) && tag !== "" && !allowed.includes(tag))
    throw problem(reader, at, { message: "a tag that is not known here; expected none", hint: NO_TAG_HINT });
}

function atEnd(reader: Reader): boolean {
  const event = reader.events[reader.at];
  if (event !== undefined && event.type !== EVENT_ID.POP) return false;
  reader.at++;
  return true;
}

function charge(reader: Reader, nodes: number): number {
  reader.budget.nodesLeft -= nodes;
  if (reader.budget.nodesLeft < 0) {
    const { file } = reader.source;
    throw beyondLimit("nodes", `${file}: more than ${reader.budget.nodes} values after aliases are expanded`, { path: file });
  }
  return nodes;
}

/** The error for nesting beyond the budget. */
export function tooDeep(source: YamlText, depth: number, offset: number): GitOpsError {
  return yamlFailure(source, offset, { message: `nested deeper than ${depth} levels`, hint: limitHint("depth") }, "LIMIT_EXCEEDED");
}

function copyOf(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    const copy = value.map(copyOf);
    copySourceTexts(value, copy);
    return copy;
  }
  if (!isJsonObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, each] of Object.entries(value)) setKey(copy, key, copyOf(each));
  copySourceTexts(value, copy);
  return copy;
}

function problem(reader: Reader, at: number, what: YamlProblem): GitOpsError {
  return yamlFailure(reader.source, eventOffset(reader.events, at), what);
}
