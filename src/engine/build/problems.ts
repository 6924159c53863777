import type { Diagnostic } from "../model/diagnostic.ts";
import { GitOpsError } from "../model/errors.ts";

/** Problems in files, collected so that all are shown at once. */
export interface Problems {
  /** Runs a step; a problem that it finds in a file is kept, anything else is thrown on. */
  collect<Result>(step: () => Result): Result | undefined;
  /** Throws BUILD_FAILED when there were any: the first in the message, all in `data.diagnostics`. */
  throwAny(): void;
}

/** No problems yet. */
export function noProblems(): Problems {
  const found: GitOpsError[] = [];
  return {
    collect(step) {
      try {
        return step();
      } catch (error) {
        if (!(error instanceof GitOpsError) || error.code !== "BUILD_FAILED" || diagnosticsOf(error).length === 0) throw error;
        found.push(error);
        return undefined;
      }
    },
    throwAny() {
      const [first, ...others] = found;
      if (first === undefined) return;
      if (others.length === 0) throw first;
      const more = others.length === 1 ? "1 more problem" : `${others.length} more problems`;
      throw new GitOpsError("BUILD_FAILED", `${first.message} (and ${more})`, {
        ...(first.hint === undefined ? {} : { hint: first.hint }),
        data: { ...first.data, diagnostics: found.flatMap(diagnosticsOf) },
      });
    },
  };
}

function diagnosticsOf(error: GitOpsError): readonly Diagnostic[] {
  const { diagnostics } = error.data;
  return Array.isArray(diagnostics) ? diagnostics : [];
}
