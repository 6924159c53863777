import { compileGlob, type Glob } from "./glob.ts";

/** One line of an ignore file. */
export interface IgnorePattern {
  /** `!`: what it matches is taken in again. */
  readonly negated: boolean;
  readonly directoriesOnly: boolean;
  /** Path segments from the file's folder on; `**` stands for any number of folders. */
  readonly segments: readonly (Glob | "**")[];
}

/** The patterns of an ignore file, in gitignore syntax (gitignore(5)). */
export function parseIgnoreFile(text: string): readonly IgnorePattern[] {
  return text.split("\n").flatMap((line) => parseIgnoreLine(line.replace(/\r$/, "")) ?? []);
}

/** Whether a pattern matches a path relative to its file's folder. */
export function matchesPattern(pattern: IgnorePattern, path: string, isDirectory: boolean): boolean {
  if (pattern.directoriesOnly && !isDirectory) return false;
  return matchSegments(pattern.segments, path.split("/"));
}

function parseIgnoreLine(line: string): IgnorePattern | undefined {
  if (line.startsWith("#")) return undefined;
  const negated = line.startsWith("!");
  const text = withoutTrailingSpaces(negated ? line.slice(1) : line);
  const directoriesOnly = text.endsWith("/");
  const body = directoriesOnly ? text.slice(0, -1) : text;
  if (body === "") return undefined;
  const anchored = body.includes("/");
  const names = (body.startsWith("/") ? body.slice(1) : body).split("/");
  const segments = names.map((name) => (name === "**" && anchored ? "**" : compileGlob(name)));
  return { negated, directoriesOnly, segments: anchored ? segments : ["**", ...segments] };
}

/** Spaces at the end do not count, unless a backslash stands before them. */
function withoutTrailingSpaces(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === " " && !endsWithOddBackslashes(line.slice(0, end - 1))) end--;
  return line.slice(0, end);
}

function endsWithOddBackslashes(text: string): boolean {
  return (/\\*$/.exec(text)?.[0].length ?? 0) % 2 === 1;
}

/** Goes back to the last `**` only. One at the end needs something below it: `a/**` is not `a`. */
function matchSegments(pattern: readonly (Glob | "**")[], names: readonly string[]): boolean {
  let part = 0;
  let at = 0;
  let starPart = -1;
  let starAt = 0;
  while (at < names.length) {
    const current = pattern[part];
    if (current === "**") {
      if (part === pattern.length - 1) return true;
      starPart = part++;
      starAt = at;
    } else if (current?.matches(names[at] ?? "") === true) {
      part++;
      at++;
    } else if (starPart >= 0) {
      part = starPart + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  return part === pattern.length;
}
