import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { workTreeStatus } from "./git-command.ts";
import { formatConfig, gitEnvironment } from "./git-environment.ts";
import type { WorkTree } from "./work-tree.ts";

/** A path of a work tree that differs from HEAD. Relative to the top; a folder ends with a slash. */
export interface Difference {
  readonly path: string;
  readonly isTracked: boolean;
}

/**
 * What differs from the commit, by git's own view of the index, so that unchanged files are not read.
 * Git runs in a folder of ours that borrows index and objects: the work tree's own configuration, which may name
 * programs to run (core.fsmonitor, filters), is never read, nor is the user's. Submodules are not entered.
 *
 * @returns undefined where git cannot tell (a kind of index that it does not understand from outside).
 */
export async function differences(
  workTree: WorkTree,
  commit: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<readonly Difference[] | undefined> {
  const gitDirectory = await mkdtemp(join(tmpdir(), "gitops-status-"));
  try {
    await mkdir(join(gitDirectory, "objects", "info"), { recursive: true });
    await mkdir(join(gitDirectory, "refs"));
    await writeFile(join(gitDirectory, "HEAD"), `${commit}\n`);
    await writeFile(
      join(gitDirectory, "config"),
      formatConfig([
        { key: "core.repositoryFormatVersion", value: "0" },
        { key: "core.hooksPath", value: "/dev/null" },
      ]),
    );
    await writeFile(join(gitDirectory, "objects", "info", "alternates"), `${join(workTree.commonDirectory, "objects")}\n`);
    const own = {
      ...gitEnvironment(environment),
      HOME: gitDirectory,
      XDG_CONFIG_HOME: gitDirectory,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_INDEX_FILE: join(workTree.gitDirectory, "index"),
    };
    const text = await workTreeStatus({ gitDirectory, environment: own, signal }, workTree.top).catch(() => undefined);
    signal.throwIfAborted();
    return text?.split("\0").flatMap((line) => (line === "" ? [] : [{ path: line.slice(3), isTracked: !/^(?:\?\?|!!)/.test(line) }]));
  } finally {
    await rm(gitDirectory, { recursive: true, force: true });
  }
}
