import { parseEvents, YAMLException, type Event } from "js-yaml";
import { tooDeep } from "./construct.ts";
import { DEEPENED_BY, yamlFailure, type YamlProblem, type YamlText } from "./failure.ts";

/** A text and what the parser saw in it. */
export interface ParsedText {
  readonly source: YamlText;
  readonly events: readonly Event[];
}

const TOO_LITTLE_INDENTED = "deficient indentation";
const NEVER_CLOSED = "unexpected end of the stream";
/** Each repair parses the text again: small files may have many, large ones few. */
const MAX_REPAIRED_CHARACTERS = 20_000_000;
const MIN_REPAIRS = 10;
const DEEPER = " ".repeat(DEEPENED_BY);

/**
 * Parses one document. js-yaml counts levels before it goes down one, so no nesting can exhaust the stack.
 *
 * Lines inside quotes and brackets may stand as far left as the key they belong to: go-yaml reads them, the YAML specification and js-yaml
 * do not. Their indentation means nothing, so it is made deeper in the source that is handed back.
 */
export function parseText(source: YamlText, depth: number): ParsedText {
  let text = source.text;
  const deepened = new Set<number>();
  const maxRepairs = Math.max(MIN_REPAIRS, MAX_REPAIRED_CHARACTERS / text.length);
  let firstRepair: number | undefined;
  for (let repairs = 0; ; repairs++) {
    try {
      return { source: { ...source, text, deepened }, events: parseEvents(text, { maxDepth: depth }) };
    } catch (cause) {
      if (!(cause instanceof YAMLException)) throw cause;
      const offset = cause.mark?.position ?? 0;
      const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
      const tab = cause.reason === TOO_LITTLE_INDENTED ? separatingTab(text, lineStart, offset) : -1;
      if (tab >= 0 && repairs < maxRepairs) {
        text = `${text.slice(0, tab)} ${text.slice(tab + 1)}`;
        continue;
      }
      // A line that was made deeper and still is not deep enough never will be.
      if (cause.reason !== TOO_LITTLE_INDENTED || repairs >= maxRepairs || deepened.has(lineStart)) {
        // Quotes or brackets that never close make all lines below look like their content: the first of these is the place.
        const place = cause.reason.startsWith(NEVER_CLOSED) ? (firstRepair ?? offset) : offset;
        throw parseFailure({ ...source, text, deepened }, place, cause.reason, depth);
      }
      firstRepair ??= offset;
      text = deepen(text, lineStart, deepened);
    }
  }
}

const TAB_AFTER_INDICATOR = /[:,[{] *(\t)/g;

/** Where a tab parts an indicator from brackets: go-yaml takes it for a space, js-yaml for indentation. -1 where there is none. */
function separatingTab(text: string, lineStart: number, end: number): number {
  const line = text.slice(lineStart, end);
  for (const match of line.matchAll(TAB_AFTER_INDICATOR)) {
    const before = line.slice(0, match.index);
    const isQuoted = before.split('"').length % 2 === 0 || before.split("'").length % 2 === 0;
    if (!isQuoted) return lineStart + match.index + match[0].length - 1;
  }
  return -1;
}

/** Puts spaces before a line inside quotes or brackets, and before those after it that surely stand inside them too. */
function deepen(text: string, lineStart: number, deepened: Set<number>): string {
  const parts = [text.slice(0, lineStart)];
  let end = lineStart;
  let staysInside = true;
  for (let start = lineStart; staysInside && (start === lineStart || start < text.length); start = end) {
    const lineEnd = text.indexOf("\n", start);
    end = lineEnd < 0 ? text.length : lineEnd + 1;
    const line = text.slice(start, end);
    deepened.add(start + (parts.length - 1) * DEEPENED_BY);
    parts.push(DEEPER + line);
    staysInside = line !== "" && isInnerLine(line.trim());
  }
  return parts.join("") + text.slice(end);
}

/** Whether a line can neither close a bracket nor open or close quotes: it has none of them, or is one text in quotes. */
function isInnerLine(line: string): boolean {
  const item = line.endsWith(",") ? line.slice(0, -1) : line;
  if (!/[\]}'"]/.test(item)) return true;
  const quote = item.charAt(0);
  return (
    (quote === '"' || quote === "'") && item.length > 1 && item.endsWith(quote) && !/["'\\]/.test(item.slice(1, -1)) && !/[\]}]/.test(item)
  );
}

function parseFailure(source: YamlText, offset: number, reason: string, depth: number): Error {
  if (reason.startsWith("nesting exceeded")) return tooDeep(source, depth, offset);
  const reserved = reservedStart(source.text, offset);
  if (reserved !== undefined)
    return yamlFailure(source, reserved, {
      message: "a value that starts with @, ` or %; expected text in quotes",
      hint: "put it in quotes",
    });
  return yamlFailure(source, offset, { hint: LOOK, ...problemOf(reason) });
}

const LOOK = "look at this line, and at the one before it";

const RESERVED = /(?:^|[:\-?,[{]) *([@`%])/gm;

/** The parser stumbles over a reserved character only where the next thing does not fit. */
function reservedStart(text: string, offset: number): number | undefined {
  const before = text.slice(0, offset).trimEnd();
  const lineStart = before.lastIndexOf("\n") + 1;
  const match = [...(text.slice(lineStart, offset + 1) + text.slice(offset + 1).split("\n", 1)[0]).matchAll(RESERVED)].at(0);
  return match === undefined ? undefined : lineStart + match.index + match[0].length - 1;
}

const PROBLEMS: readonly (readonly [string, YamlProblem])[] = [
  ["deficient indentation", { message: "a line that is indented too little; expected it deeper than its key" }],
  [
    "tab characters must not",
    { message: "a tab in the indentation; expected spaces", hint: "replace tabs at the start of lines by spaces" },
  ],
  [
    "bad indentation of a mapping entry",
    { message: "an indentation that fits nothing here; expected a key in the column of the keys before it" },
  ],
  [
    "bad indentation of a sequence entry",
    { message: "an indentation that fits nothing here; expected `- ` in the column of the entries before it" },
  ],
  ["a whitespace character is expected after", { message: "a colon that is followed by text; expected a space after it" }],
  ["expected ':' after a mapping key", { message: "a key without its colon; expected `key: value`" }],
  ["can not read a block mapping entry", { message: "a line that is no `key: value`; expected a colon and a space after the key" }],
  ["unexpected end of the stream within a single", { message: "a text in single quotes that does not end; expected a closing '" }],
  ["unexpected end of the stream within a double", { message: 'a text in double quotes that does not end; expected a closing "' }],
  ["unexpected end of the stream within a flow", { message: "brackets that do not close; expected ] or }" }],
  ["missed comma", { message: "two entries without a comma between them; expected , or the closing bracket" }],
  ["expected the node content", { message: "a comma without an entry before it; expected an entry or the closing bracket" }],
  [
    "unknown escape sequence",
    {
      message: 'an escape that YAML does not know; expected one such as \\n, \\" or \\\\',
      hint: "in single quotes a backslash stands for itself",
    },
  ],
  [
    "the stream contains non-printable",
    { message: "a control character; expected printable text", hint: "write it as an escape in double quotes" },
  ],
  ["null byte is not allowed", { message: "a zero byte; expected text" }],
  ["end of the stream or a document", { message: "text after the end of the value; expected the end of the document or a line with ---" }],
];

function problemOf(reason: string): YamlProblem {
  const known = PROBLEMS.find(([start]) => reason.startsWith(start));
  return known?.[1] ?? { message: `YAML that does not parse: ${withoutNames(reason)}` };
}

/** The parser quotes names (tags, anchors) of the text in some of its reasons. */
function withoutNames(reason: string): string {
  return reason.replace(/ "[^"]*"/g, "").replace(/(cannot contain such characters): .*/s, "$1");
}
