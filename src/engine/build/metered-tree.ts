import type { FileTree } from "../model/artifact.ts";
import { GitOpsError } from "../model/errors.ts";
import type { BuildOptions } from "./build-options.ts";

/**
 * A tree that stops the build that reads it: LIMIT_EXCEEDED for a file or all files together beyond the budget, or too much time;
 * the signal's reason when it is aborted.
 */
export function meteredTree(tree: FileTree, options: BuildOptions): FileTree {
  const { budget, monotonic, signal } = options;
  const started = monotonic();
  let bytes = 0;

  function checkTime(): void {
    signal.throwIfAborted();
    if (monotonic() - started > budget.milliseconds) {
      throw new GitOpsError("LIMIT_EXCEEDED", `the build took longer than ${budget.milliseconds} ms`);
    }
  }

  return {
    async typeOf(path) {
      checkTime();
      return await tree.typeOf(path);
    },
    async list(path) {
      checkTime();
      return await tree.list(path);
    },
    async resolve(path) {
      checkTime();
      return await tree.resolve(path);
    },
    async read(path) {
      checkTime();
      const content = await tree.read(path);
      if (content.length > budget.fileBytes) throw tooLarge(path, `${path}: larger than ${budget.fileBytes} bytes`);
      bytes += content.length;
      if (bytes > budget.totalBytes) throw tooLarge(path, `the files of the build are larger than ${budget.totalBytes} bytes together`);
      return content;
    },
  };
}

function tooLarge(path: string, message: string): GitOpsError {
  return new GitOpsError("LIMIT_EXCEEDED", message, { data: { path } });
}
