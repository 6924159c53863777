import { beyondLimit } from "../model/limit.ts";
import type { FileTree } from "../model/artifact.ts";
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
      throw beyondLimit("milliseconds", `the build took longer than ${budget.milliseconds / 1000} s`);
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
      if (content.length > budget.fileBytes) throw beyondLimit("fileBytes", `${path}: larger than ${budget.fileBytes} bytes`, { path });
      bytes += content.length;
      if (bytes > budget.totalBytes)
        throw beyondLimit("totalBytes", `the files of the build are larger than ${budget.totalBytes} bytes together`, { path });
      return content;
    },
  };
}
