import { GitOpsError } from "../../model/errors.ts";

/** What one substitution may still do. A few characters of hostile input could otherwise take hours or fill the memory. */
export interface Work {
  /** Comparisons of patterns with values. */
  stepsLeft: number;
  /** Of the result. */
  bytesLeft: number;
}

/** About a second. */
const MOST_STEPS = 50_000_000;

/** Work for a result of at most so many bytes. */
export function workFor(bytes: number): Work {
  return { stepsLeft: MOST_STEPS, bytesLeft: bytes };
}

/** Throws LIMIT_EXCEEDED. */
export function spendSteps(work: Work, steps: number): void {
  work.stepsLeft -= steps;
  if (work.stepsLeft < 0) throw new GitOpsError("LIMIT_EXCEEDED", "a substitution pattern takes too long on the value of its variable");
}

/** Throws LIMIT_EXCEEDED. */
export function spendBytes(work: Work, bytes: number): void {
  work.bytesLeft -= bytes;
  if (work.bytesLeft < 0) throw new GitOpsError("LIMIT_EXCEEDED", "the object becomes too large by the substitution of its variables");
}
