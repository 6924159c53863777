import { spawn } from "node:child_process";
import { GitFailed, gitMissing } from "./git-failure.ts";

/** Where and how a git runs. */
export interface GitCall {
  readonly gitDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** More than any list of refs needs; a server that sends without end is stopped here. */
const MAX_OUTPUT_BYTES = 256 << 20;
const MAX_ERROR_BYTES = 1 << 20;

/**
 * Runs a git that talks to a server, in a process group of its own. Cancelling ends the whole group: git leaves its
 * helper (git-remote-https, ssh) behind when it is killed alone, which is all that simple-git can do.
 * Nothing is lost by killing at once: the repository it works in is thrown away.
 *
 * @throws GitFailed with what git said; the signal's reason where it was aborted.
 */
export async function runNetworkGit(call: GitCall, args: readonly string[], input: string | Uint8Array = ""): Promise<string> {
  const { gitDirectory, environment, signal } = call;
  signal.throwIfAborted();
  const child = spawn("git", [...args], {
    cwd: gitDirectory,
    env: { ...environment, GIT_DIR: gitDirectory },
    detached: true,
    stdio: "pipe",
  });
  const killGroup = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, "SIGKILL");
  };
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let received = 0;
  let said = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    received += chunk.length;
    if (received > MAX_OUTPUT_BYTES) killGroup();
    else stdout.push(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.length;
    if (said <= MAX_ERROR_BYTES) stderr.push(chunk);
  });
  // A git that ends early closes its input; why it ended is in its status.
  child.stdin.on("error", () => child.stdin.destroy());
  child.stdin.end(input);
  signal.addEventListener("abort", killGroup, { once: true });
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on("error", (error: NodeJS.ErrnoException) => reject(error.code === "ENOENT" ? gitMissing(error) : error));
      child.on("close", resolve);
    });
    signal.throwIfAborted();
    if (status !== 0) throw new GitFailed(stderr.length === 0 ? `git ended with status ${status}` : Buffer.concat(stderr).toString("utf8"));
    return Buffer.concat(stdout).toString("utf8");
  } finally {
    signal.removeEventListener("abort", killGroup);
  }
}
