import { spawn } from "node:child_process";
import { GitOpsError } from "../../engine/model/errors.ts";

/** One run of helm. */
export interface HelmCall {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The most that is read from its output. */
  readonly maximumBytes: number;
  /** How long it may run. */
  readonly milliseconds: number;
  readonly signal: AbortSignal;
}

/** How a run of helm ended. */
export type HelmOutcome =
  | { readonly type: "done"; readonly output: string }
  | { readonly type: "failed"; readonly says: string }
  | { readonly type: "too long" }
  | { readonly type: "too large" };

const MAX_ERROR_BYTES = 1 << 20;

/**
 * Runs helm in a process group of its own, without a shell and without input; cancelling, the end of its time and too much output kill
 * the whole group.
 *
 * @throws HELM_MISSING where the program cannot be started; the signal's reason where it was aborted.
 */
export async function runHelm(call: HelmCall): Promise<HelmOutcome> {
  const { command, args, folder, environment, maximumBytes, milliseconds, signal } = call;
  signal.throwIfAborted();
  const child = spawn(command, [...args], { cwd: folder, env: environment, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let stopped: "too long" | "too large" | undefined;
  // The group may outlive its first process, and hold the output open.
  const killGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  };
  const stop = (why: "too long" | "too large") => {
    stopped ??= why;
    killGroup();
  };
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let received = 0;
  let said = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    received += chunk.length;
    if (received > maximumBytes) stop("too large");
    else stdout.push(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.length;
    if (said <= MAX_ERROR_BYTES) stderr.push(chunk);
  });
  const timer = setTimeout(() => stop("too long"), milliseconds);
  signal.addEventListener("abort", killGroup, { once: true });
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on("error", (error) => reject(cannotStart(command, error)));
      child.on("close", resolve);
    });
    signal.throwIfAborted();
    if (stopped !== undefined) return { type: stopped };
    if (status === 0) return { type: "done", output: Buffer.concat(stdout).toString("utf8") };
    return { type: "failed", says: Buffer.concat(stderr).toString("utf8") };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", killGroup);
  }
}

function cannotStart(command: string, cause: NodeJS.ErrnoException): GitOpsError {
  const why = cause.code === "ENOENT" ? "there is none" : `it cannot be started (${cause.code ?? "unknown"})`;
  return new GitOpsError("HELM_MISSING", `the program ${command} is needed, and ${why}`, {
    hint: "install Helm 3 or 4 from https://helm.sh, or name the program with --helm-command",
    cause,
  });
}
