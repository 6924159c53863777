import { scalarStyle } from "./scalar-style.ts";

const BEST_WIDTH = 80;
const INDENT = 2;
const ESCAPES: Readonly<Record<string, string>> = {
  "\0": "0",
  "\x07": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  "\x1b": "e",
  '"': '"',
  "\\": "\\",
  "\x85": "N",
  "\xa0": "_",
  "\u2028": "L",
  "\u2029": "P",
};
// eslint-disable-next-line no-control-regex
const NEEDS_ESCAPE = /[^\x20\x21\x23-\x5b\x5d-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u;
const BREAKS = "\r\n\u0085\u2028\u2029";

/** Text that is being written, with what the layout rules ask for: the column, and what stands before it. */
export interface Emitter {
  readonly parts: string[];
  column: number;
  /** The line so far is white space, or an indicator that needs none after it. */
  whitespace: boolean;
  /** The line so far is indentation and indicators that count as such (`-`, `?`). */
  indention: boolean;
}

/** An emitter at the start of a document. */
export function startDocument(): Emitter {
  return { parts: [], column: 0, whitespace: true, indention: true };
}

/** Goes to the indentation of a node, on a new line unless this one is still empty. */
export function writeIndent(out: Emitter, indent: number): void {
  if (!out.indention || out.column > indent || (out.column === indent && !out.whitespace)) writeBreak(out);
  if (out.column < indent) {
    out.parts.push(" ".repeat(indent - out.column));
    out.column = indent;
  }
  out.whitespace = true;
  out.indention = true;
}

/** Writes a mark such as `-`, `:`, `{}`. */
export function writeIndicator(out: Emitter, text: string, needWhitespace: boolean, isWhitespace: boolean, isIndention: boolean): void {
  if (needWhitespace && !out.whitespace) put(out, " ");
  put(out, text);
  out.whitespace = isWhitespace;
  out.indention = out.indention && isIndention;
}

/**
 * Writes a text in the style that it needs, folding it after column 80 where it is no key.
 *
 * @param indent of the node that it belongs to; continuation lines stand two deeper.
 */
export function writeText(out: Emitter, text: string, indent: number, isKey: boolean): void {
  const inner = indent + INDENT;
  switch (scalarStyle(text)) {
    case "plain":
      return writePlain(out, text, inner, !isKey);
    case "single":
      return writeSingleQuoted(out, text, inner, !isKey);
    case "double":
      return writeDoubleQuoted(out, text, inner, !isKey);
    case "literal":
      return writeLiteral(out, text, inner);
  }
}

/** Writes a number, boolean or null. */
export function writeWord(out: Emitter, word: string): void {
  if (!out.whitespace) put(out, " ");
  put(out, word);
  out.whitespace = false;
  out.indention = false;
}

function writePlain(out: Emitter, text: string, indent: number, mayFold: boolean): void {
  if (!mayFold || out.column + text.length < BEST_WIDTH) return writeWord(out, text);
  if (!out.whitespace) put(out, " ");
  let afterSpace = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === " ") {
      if (!afterSpace && out.column > BEST_WIDTH && text.charAt(at + 1) !== " ") writeIndent(out, indent);
      else put(out, char);
      afterSpace = true;
    } else {
      put(out, char);
      out.indention = false;
      afterSpace = false;
    }
  }
  out.whitespace = false;
  out.indention = false;
}

function writeSingleQuoted(out: Emitter, text: string, indent: number, mayFold: boolean): void {
  writeIndicator(out, "'", true, false, false);
  let afterSpace = false;
  let afterBreak = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === " ") {
      const folds = mayFold && !afterSpace && out.column > BEST_WIDTH && at > 0 && at < text.length - 1 && text.charAt(at + 1) !== " ";
      if (folds) writeIndent(out, indent);
      else put(out, char);
      afterSpace = true;
    } else if (BREAKS.includes(char)) {
      putBreak(out, char);
      out.indention = true;
      afterBreak = true;
    } else {
      if (afterBreak) writeIndent(out, indent);
      put(out, char === "'" ? "''" : char);
      out.indention = false;
      afterSpace = false;
      afterBreak = false;
    }
  }
  writeIndicator(out, "'", false, false, false);
  out.whitespace = false;
  out.indention = false;
}

function writeDoubleQuoted(out: Emitter, text: string, indent: number, mayFold: boolean): void {
  writeIndicator(out, '"', true, false, false);
  // go-yaml looks for the byte order mark at the start of the text whichever character it writes, so one there escapes them all.
  const escapeAll = text.startsWith("\ufeff");
  const last = text.length - 1;
  let afterSpace = false;
  let at = 0;
  for (const char of text) {
    if (escapeAll || NEEDS_ESCAPE.test(char)) {
      put(out, escaped(char));
      afterSpace = false;
    } else if (char === " ") {
      if (mayFold && !afterSpace && out.column > BEST_WIDTH && at > 0 && at < last) {
        writeIndent(out, indent);
        if (text.charAt(at + 1) === " ") put(out, "\\");
      } else {
        put(out, char);
      }
      afterSpace = true;
    } else {
      put(out, char);
      afterSpace = false;
    }
    at += char.length;
  }
  writeIndicator(out, '"', false, false, false);
  out.whitespace = false;
  out.indention = false;
}

function writeLiteral(out: Emitter, text: string, indent: number): void {
  writeIndicator(out, "|", true, false, false);
  const first = text.charAt(0);
  const hint = first === " " || BREAKS.includes(first) ? String(INDENT) : "";
  put(out, hint + chomping(text));
  writeBreak(out);
  out.indention = true;
  out.whitespace = true;
  let afterBreak = true;
  for (const run of text.split(/([\r\n\u0085\u2028\u2029])/)) {
    if (run === "") continue;
    if (BREAKS.includes(run)) {
      putBreak(out, run);
      out.indention = true;
      afterBreak = true;
    } else {
      if (afterBreak) writeIndent(out, indent);
      put(out, run);
      out.indention = false;
      afterBreak = false;
    }
  }
}

function chomping(text: string): string {
  const last = text.length - 1;
  if (!BREAKS.includes(text.charAt(last))) return "-";
  return last === 0 || BREAKS.includes(text.charAt(last - 1)) ? "+" : "";
}

function escaped(char: string): string {
  const short = ESCAPES[char];
  if (short !== undefined) return `\\${short}`;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

function put(out: Emitter, text: string): void {
  out.parts.push(text);
  out.column += text.length;
}

function writeBreak(out: Emitter): void {
  out.parts.push("\n");
  out.column = 0;
}

function putBreak(out: Emitter, text: string): void {
  out.parts.push(text);
  out.column = 0;
}
