/** Splits a path at a delimiter that a backslash escapes. One leading delimiter does not count. */
export function splitPath(path: string, delimiter: string): string[] {
  const parts = path.split(delimiter);
  if (parts.length > 1 && parts[0] === "") parts.shift();
  const steps = [parts[0] ?? ""];
  for (const part of parts.slice(1)) {
    const last = steps.at(-1) ?? "";
    if (last.endsWith("\\")) steps[steps.length - 1] = last.slice(0, -1) + delimiter + part;
    else steps.push(part);
  }
  return steps;
}

/**
 * Splits a dotted path that keeps what brackets hold together: `a.[name=x.y].b` has three steps, and so has `a.[x.y].b`,
 * whose brackets fall away.
 */
export function splitFieldPath(path: string): string[] {
  const parts = splitPath(path, ".");
  const steps: string[] = [];
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] ?? "";
    if (!part.startsWith("[") || part.endsWith("]")) {
      steps.push(part);
      continue;
    }
    const bracketed = [part];
    while (index < parts.length - 1) {
      bracketed.push(parts[++index] ?? "");
      if (bracketed.at(-1)?.endsWith("]")) break;
    }
    const text = bracketed.join(".");
    steps.push(text.includes("=") ? text : text.replace(/^[[\]]+/, "").replace(/[[\]]+$/, ""));
  }
  return steps;
}
