/** Whether an entry that may be a path or YAML is YAML: a map is never without a colon followed by space or a line break. */
export function isInline(entry: string): boolean {
  return entry.includes("\n") || /:\s/.test(entry) || entry.startsWith("{");
}
