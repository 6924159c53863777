import type { RE2JS } from "re2js";
import { NotLoaded } from "./not-loaded.ts";

/** A pattern of a user, matched in linear time as Go's regexp does. */
export interface Pattern {
  /** Whether the pattern is found in a text. */
  test(text: string): boolean;
}

let engine: typeof RE2JS | undefined;

async function loadEngine(): Promise<void> {
  ({ RE2JS: engine } = await import("re2js"));
}

/** What most patterns are: the name that is meant, perhaps with a wildcard. None of it needs an engine of 180 kB. */
const LITERAL = /^[\w /@:-]*$/;
const ONE_WILDCARD = /^[\w /@:-]*\.\*[\w /@:-]*$/;

/** A pattern that must fit a whole text; undefined where Go would refuse it (look-around, back references, …). Throws {@link NotLoaded}. */
export function compileWholePattern(source: string): Pattern | undefined {
  if (LITERAL.test(source)) return { test: (text) => text === source };
  if (ONE_WILDCARD.test(source)) return wildcard(source);
  return compilePattern(`^(?:${source})$`);
}

/** As {@link compileWholePattern}, for one that is found anywhere in a text. */
export function compileInnerPattern(source: string): Pattern | undefined {
  return LITERAL.test(source) ? { test: (text) => text.includes(source) } : compilePattern(source);
}

const DOTTED = /^[\w /@:.-]*$/;

/** As {@link compileWholePattern}, for a name with something behind it that a constant pattern describes. */
export function compileNamePattern(source: string, rest: string): Pattern | undefined {
  if (!DOTTED.test(source)) return compilePattern(`^${source}${rest}$`);
  const tail = new RegExp(`^${rest}$`);
  return {
    test(text) {
      const length = dottedLength(source, text);
      return length !== undefined && tail.test(text.slice(length));
    },
  };
}

/** How much of the start of a text is a name whose dots are any character; undefined where it starts with another name. */
function dottedLength(name: string, text: string): number | undefined {
  let at = 0;
  for (const wanted of name) {
    const found = text.codePointAt(at);
    if (found === undefined || (wanted === "." ? found === 0x0a : found !== wanted.codePointAt(0))) return undefined;
    at += found > 0xffff ? 2 : 1;
  }
  return at;
}

function wildcard(source: string): Pattern {
  const [head = "", tail = ""] = source.split(".*");
  return {
    test: (text) =>
      text.length >= head.length + tail.length &&
      text.startsWith(head) &&
      text.endsWith(tail) &&
      !text.slice(head.length, text.length - tail.length).includes("\n"),
  };
}

function compilePattern(source: string): Pattern | undefined {
  if (engine === undefined) throw new NotLoaded(loadEngine);
  try {
    const compiled = engine.compile(source);
    return { test: (text) => compiled.matcher(text).find() };
  } catch {
    return undefined; // why it is refused depends on the engine; callers name the field instead
  }
}
