import { isPlainString } from "./scalar.ts";

/** How a text is written. */
export type ScalarStyle = "plain" | "single" | "double" | "literal";

// Outside of these the emitter escapes: control characters, tab, DEL, C1, the byte order mark, surrogates (astral characters).
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[^\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const BREAK = /[\r\n\u0085\u2028\u2029]/;
const BREAK_THEN_SPACE = /[\r\n\u0085\u2028\u2029] /;
const SPACE_THEN_BREAK = / [\r\n\u0085\u2028\u2029]/;
const EDGE_SPACE = /^[ \r\n\u0085\u2028\u2029]|[ \r\n\u0085\u2028\u2029]$/;
const INDICATOR_FIRST = /^(?:[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \t]|$)|---|\.\.\.)/;
const INDICATOR_INSIDE = /.:(?:[ \t]|$)|[ \t\r\n\u0085\u2028\u2029]#/s;
/** Texts for which none of the rules below matters. */
const SURELY_PLAIN = /^[A-Za-z][A-Za-z0-9_./-]*$/;
const LONGEST_WORD = 5;
const LONGEST_SIMPLE_KEY = 128;

/**
 * How go-yaml v2 writes a text: a literal block where it has line breaks, plain where a YAML 1.1 reader takes it back for a string,
 * else quoted (`yaml_emitter_analyze_scalar` and `yaml_emitter_select_scalar_style`).
 */
export function scalarStyle(text: string): ScalarStyle {
  if (text.length > LONGEST_WORD && SURELY_PLAIN.test(text)) return "plain";
  if (text === "") return "double";
  const special = UNPRINTABLE.test(text) || SPACE_THEN_BREAK.test(text);
  const multiline = BREAK.test(text);
  if (text.includes("\n")) return special || text.endsWith(" ") ? "double" : "literal";
  if (!isPlainString(text)) return "double";
  if (special || BREAK_THEN_SPACE.test(text)) return "double";
  if (multiline || EDGE_SPACE.test(text) || INDICATOR_FIRST.test(text) || INDICATOR_INSIDE.test(text)) return "single";
  return "plain";
}

/** Whether a key may stand on the line of its value: one line, and at most 128 bytes of UTF-8. */
export function isSimpleKey(key: string): boolean {
  if (BREAK.test(key)) return false;
  if (key.length * 3 <= LONGEST_SIMPLE_KEY) return true;
  return new TextEncoder().encode(key).length <= LONGEST_SIMPLE_KEY;
}
