/** One character's place in a glob: `*` stands for any run, everything else for one character. */
type GlobPart = "star" | ((char: string) => boolean);

/** A glob of one path segment, ready to match. Matching takes at most pattern × name steps: no text can make it slow. */
export interface Glob {
  matches(name: string): boolean;
}

const POSIX_CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /^[A-Za-z0-9]$/,
  alpha: /^[A-Za-z]$/,
  blank: /^[ \t]$/,
  digit: /^[0-9]$/,
  lower: /^[a-z]$/,
  punct: /^[!-/:-@[-`{-~]$/,
  space: /^[ \t-\r]$/,
  upper: /^[A-Z]$/,
  xdigit: /^[0-9A-Fa-f]$/,
};

/** Compiles a glob as Git's wildmatch reads it; one that is malformed matches nothing. */
export function compileGlob(pattern: string): Glob {
  const parts = parse([...pattern]);
  if (parts === undefined) return { matches: () => false };
  return { matches: (name) => matchParts(parts, [...name]) };
}

function parse(chars: readonly string[]): readonly GlobPart[] | undefined {
  const parts: GlobPart[] = [];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] ?? "";
    if (char === "*") {
      if (parts.at(-1) !== "star") parts.push("star");
    } else if (char === "?") {
      parts.push(() => true);
    } else if (char === "[") {
      const parsed = parseClass(chars, at + 1);
      if (parsed === undefined) return undefined;
      parts.push(parsed.test);
      at = parsed.end;
    } else {
      const literal = char === "\\" ? chars[++at] : char;
      if (literal === undefined) return undefined;
      parts.push((other) => other === literal);
    }
  }
  return parts;
}

function parseClass(
  chars: readonly string[],
  start: number,
): { readonly test: (char: string) => boolean; readonly end: number } | undefined {
  const negated = chars[start] === "!" || chars[start] === "^";
  const first = negated ? start + 1 : start;
  const tests: ((char: string) => boolean)[] = [];
  for (let at = first; at < chars.length; at++) {
    if (chars[at] === "]" && at > first) return { test: (char) => tests.some((test) => test(char)) !== negated, end: at };
    if (chars[at] === "[" && chars[at + 1] === ":") {
      const end = chars.indexOf("]", at + 2);
      const name = end < 0 ? "" : chars.slice(at + 2, end - 1).join("");
      const posix = Object.hasOwn(POSIX_CLASSES, name) && chars[end - 1] === ":" ? POSIX_CLASSES[name] : undefined;
      if (posix === undefined) return undefined;
      tests.push((char) => posix.test(char));
      at = end;
      continue;
    }
    const low = literalAt(chars, at);
    if (low === undefined) return undefined;
    at = low.end;
    const high = chars[at + 1] === "-" && chars[at + 2] !== "]" ? literalAt(chars, at + 2) : undefined;
    if (high !== undefined) at = high.end;
    tests.push((char) => char >= low.char && char <= (high ?? low).char);
  }
  return undefined;
}

function literalAt(chars: readonly string[], at: number): { readonly char: string; readonly end: number } | undefined {
  const end = chars[at] === "\\" ? at + 1 : at;
  const char = chars[end];
  return char === undefined ? undefined : { char, end };
}

/** Goes back to the last star only, which is enough: an earlier one could not match more. */
function matchParts(parts: readonly GlobPart[], chars: readonly string[]): boolean {
  let part = 0;
  let at = 0;
  let starPart = -1;
  let starAt = 0;
  while (at < chars.length) {
    const current = parts[part];
    if (current === "star") {
      starPart = part++;
      starAt = at;
    } else if (current?.(chars[at] ?? "") === true) {
      part++;
      at++;
    } else if (starPart >= 0) {
      part = starPart + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (parts[part] === "star") part++;
  return part === parts.length;
}
