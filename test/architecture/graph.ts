import type { SourceFile } from "./imports.ts";

/** The file and all that it imports, directly or through others. */
export function reachable(files: readonly SourceFile[], root: string): Set<SourceFile> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const seen = new Set<SourceFile>();
  const waiting = [root];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = byPath.get(path);
    if (file === undefined || seen.has(file)) continue;
    seen.add(file);
    waiting.push(...file.imports.map(({ to }) => to));
  }
  return seen;
}

/** Paths that no entry reaches. */
export function orphans(files: readonly SourceFile[], entries: readonly string[]): string[] {
  const used = new Set(entries.flatMap((entry) => [...reachable(files, entry)]));
  return files.filter((file) => !used.has(file)).map(({ path }) => path);
}

/** One circle of imports for each knot of files, its first file repeated at the end. */
export function cycles(files: readonly SourceFile[]): string[][] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const found: string[][] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push([...trail.slice(start), path]);
    if (start >= 0 || done.has(path)) return;
    for (const { to } of byPath.get(path)?.imports ?? []) if (byPath.has(to)) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}
