import { RE2JS } from "re2js";

/** A pattern of a user, matched in linear time as Go's regexp does. */
export interface Pattern {
  /** Whether the pattern is found anywhere in a text. */
  test(text: string): boolean;
}

/** Compiles a pattern in RE2 syntax; undefined where Go would refuse it (look-around, back references, …). */
export function compilePattern(source: string): Pattern | undefined {
  try {
    const compiled = RE2JS.compile(source);
    return { test: (text) => compiled.matcher(text).find() };
  } catch {
    return undefined; // why it is refused depends on the engine; callers name the field instead
  }
}
