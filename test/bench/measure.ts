import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

/** What one whole process took. */
export interface Figures {
  readonly wallSeconds: number;
  /** User and system time of the process and its children. */
  readonly cpuSeconds: number;
  /** The most memory that one of the processes held. */
  readonly peakMegabytes: number;
  readonly exitStatus: number;
}

const SAMPLE_MS = 10;

/**
 * Runs a command and takes its figures: time from the shell's own accounting, memory from the kernel's high-water mark, read while it runs.
 * The command's output is thrown away.
 */
export function measure(command: readonly string[], env: NodeJS.ProcessEnv): Promise<Figures> {
  const script = 'TIMEFORMAT="%R %U %S"; { time "$@" >/dev/null 2>/dev/null; } 2>&1; echo "$?" >&2';
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-c", script, "bash", ...command], { env, stdio: ["ignore", "pipe", "pipe"] });
    let times = "";
    let status = "";
    let peak = 0;
    child.stdout.setEncoding("utf8").on("data", (part: string) => (times += part));
    child.stderr.setEncoding("utf8").on("data", (part: string) => (status += part));
    const sampler = setInterval(() => (peak = Math.max(peak, peakBelow(child.pid ?? 0))), SAMPLE_MS);
    child.on("error", reject);
    child.on("close", () => {
      clearInterval(sampler);
      const [wall, user, system] = times.trim().split(" ").map(Number);
      resolve({
        wallSeconds: wall ?? NaN,
        cpuSeconds: (user ?? NaN) + (system ?? NaN),
        peakMegabytes: peak / 1024,
        exitStatus: Number(status.trim()),
      });
    });
  });
}

/** The largest VmHWM, in KiB, of the processes below one. */
function peakBelow(parent: number): number {
  return Math.max(0, ...childrenOf(parent).map((pid) => Math.max(highWaterMark(pid), peakBelow(pid))));
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return []; // it ended meanwhile
  }
}

function highWaterMark(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0; // it ended meanwhile
  }
}

/** The middle one; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? (sorted[Math.floor(middle)] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}
