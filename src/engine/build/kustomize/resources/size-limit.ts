import { GitOpsError } from "../../../model/errors.ts";
import type { JsonValue } from "../../../model/json.ts";

/** No Kubernetes object is deeper; what reads and prints objects goes down level by level. */
const MAX_DEPTH = 200;
const MAX_NODES = 1_000_000;

/** Refuses a value that copies made too large or too deep, before it is put anywhere. Throws LIMIT_EXCEEDED. */
export function checkSize(value: JsonValue): void {
  let nodes = 0;
  let level: JsonValue[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    nodes += level.length;
    if (depth > MAX_DEPTH) throw new GitOpsError("LIMIT_EXCEEDED", `a copied value is deeper than ${MAX_DEPTH} levels`);
    if (nodes > MAX_NODES) throw new GitOpsError("LIMIT_EXCEEDED", `a copied value has more than ${MAX_NODES} parts`);
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
  }
}

/** Refuses a path of more steps than any object has levels. Throws LIMIT_EXCEEDED. */
export function checkPathLength(steps: readonly unknown[]): void {
  if (steps.length > MAX_DEPTH) throw new GitOpsError("LIMIT_EXCEEDED", `a path has more than ${MAX_DEPTH} steps`);
}
