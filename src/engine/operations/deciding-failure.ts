import { ERROR_EXIT, GitOpsError } from "../model/errors.ts";

/** Of several failures the first class that applies decides the exit status: interruption, policy, a person's decision, permission, reach, failure, time. */
const DECIDING_STATUS: readonly number[] = [130, 6, 5, 13, 14, 7, 9];

/** Failures with the deciding one first; the order of the others is kept. */
export function decidingFirst(failures: readonly GitOpsError[]): readonly GitOpsError[] {
  return [...failures].sort((a, b) => rank(a) - rank(b));
}

/** The exit status of a run that met these failures; 0 of none. */
export function exitStatusOf(failures: readonly GitOpsError[]): number {
  const [first] = decidingFirst(failures);
  return first === undefined ? 0 : ERROR_EXIT[first.code];
}

function rank(error: GitOpsError): number {
  const index = DECIDING_STATUS.indexOf(ERROR_EXIT[error.code]);
  return index < 0 ? DECIDING_STATUS.length : index;
}
