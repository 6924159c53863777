import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";

/** One import or re-export. `to` is a path below the repository for our own files, else the package's name or `node:…`. */
export interface Import {
  readonly to: string;
  /** Names as the imported module has them; `*` for a namespace, a re-export of all, or a dynamic import. */
  readonly names: readonly string[];
  readonly line: number;
}

export interface SourceFile {
  /** With forward slashes, below the repository. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** All TypeScript and JavaScript sources of a folder, `.d.ts` left out. */
export function readSources(root: string, folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|mjs|js)$/.test(name) && !name.endsWith(".d.ts"))
    .map((name) =>
      relative(root, join(root, folder, name))
        .split(sep)
        .join("/"),
    )
    .sort()
    .map((path) => sourceFile(path, readFileSync(join(root, path), "utf8")));
}

/** @param path below the repository; decides what relative imports mean. */
export function sourceFile(path: string, text: string): SourceFile {
  return { path, text, imports: importsOf(path, text) };
}

// Statements begin at the start of a line (the format check sees to it). TypeScript 7 has no parser to ask, and
// dependency-cruiser needs one.
const STATIC = /^import\s+(?:type\s+)?([\w$*{},\s]+?)\s+from\s+"([^"]+)"/gm;
const BARE = /^import\s+"([^"]+)"/gm;
const EXPORT = /^export\s+(?:type\s+)?(\*(?:\s+as\s+\w+)?|\{[^}]*\})\s+from\s+"([^"]+)"/gm;
const DYNAMIC = /\bimport\(\s*"([^"]+)"\s*\)/g;

function importsOf(path: string, text: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: string | undefined, clause: string, index: number): void => {
    if (specifier === undefined) return;
    found.push({ to: resolve(path, specifier), names: namesIn(clause), line: text.slice(0, index).split("\n").length });
  };
  for (const pattern of [STATIC, EXPORT]) for (const match of text.matchAll(pattern)) add(match[2], match[1] ?? "*", match.index);
  for (const pattern of [BARE, DYNAMIC]) for (const match of text.matchAll(pattern)) add(match[1], "*", match.index);
  return found;
}

function resolve(path: string, specifier: string): string {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(path), specifier);
  if (specifier.startsWith("node:")) return specifier;
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

function namesIn(clause: string): string[] {
  const braces = /\{([^}]*)\}/.exec(clause)?.[1];
  if (braces === undefined) return ["*"];
  return braces
    .split(",")
    .map(
      (name) =>
        name
          .trim()
          .replace(/^type\s+/, "")
          .split(/\s+as\s+/)[0] ?? "",
    )
    .filter((name) => name !== "");
}
