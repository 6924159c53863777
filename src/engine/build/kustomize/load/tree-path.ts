/** Joins a path onto a folder, both inside a tree. Undefined where it leaves the tree. The slash that an absolute folder starts with stays. */
export function joinPath(folder: string, path: string): string | undefined {
  const parts: string[] = folder === "" ? [] : folder.split("/");
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}

/** Whether a path is a folder or lies below it; everything lies below "". */
export function isWithin(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

/** The folder that a path lies in. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

/** Whether an entry is the URL of a file, or of a repository behind one. */
export function isUrl(entry: string): boolean {
  return /^https?:\/\//i.test(entry);
}

/** A URL for messages: what stands before its host, and its query, may be a token. */
export function withoutCredentials(entry: string): string {
  return entry
    .replace(/^([a-z][a-z0-9+.:-]*\/\/)[^/]*@/i, "$1***@")
    .replace(/([?&][^=&]*(?:token|password|secret|key)[^=&]*=)[^&]*/gi, "$1***");
}

/** A segment such as `a..b`, which kustomize refuses as ambiguous. */
export function hasAmbiguousSegment(path: string): boolean {
  return path.split("/").some((part) => part !== ".." && part.includes(".."));
}

/** Joins relative paths as Go's filepath.Join does: `..` that go beyond the start stay. */
export function joinRelative(base: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${base}/${path}`.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}
