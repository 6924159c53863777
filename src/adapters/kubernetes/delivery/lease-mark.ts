import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Who writes a delivery at this moment, as it stands in the parent's annotation. */
export interface LeaseMark {
  /** Unique for each run. */
  readonly run: string;
  readonly host: string;
  /** Tells two boots of one host, and two containers of one name, apart. */
  readonly boot: string;
  readonly pid: number;
  /** When the process started, in the system's own count: a pid is used again. */
  readonly started: string;
  /** Grows with every renewal, so that a reader sees life without trusting clocks. */
  readonly beat: number;
}

export const LEASE_ANNOTATION = "gitops/lease";

/** A lease is renewed this often … */
export const RENEW_MS = 5_000;
/** … and taken over when it was not for so long, by the clock of the one who waits. */
export const EXPIRE_MS = 15_000;

/** The mark of a new run of this process. */
export function newLeaseMark(): LeaseMark {
  return { run: randomUUID(), host: hostname(), boot: bootId(), pid: process.pid, started: startTimeOf(process.pid), beat: 0 };
}

/** Reads a mark; undefined for one that no version of this program wrote: it expires as any other. */
export function parseLeaseMark(text: string): LeaseMark | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { run, host, boot, pid, started, beat } = value as Record<string, unknown>;
    if (typeof run !== "string" || typeof host !== "string" || typeof boot !== "string" || typeof started !== "string") return undefined;
    if (typeof pid !== "number" || typeof beat !== "number") return undefined;
    return { run, host, boot, pid, started, beat };
  } catch {
    return undefined;
  }
}

/** Whether the holder is known to be dead: a process of this very boot of this very host that is gone. */
export function isKnownDead(mark: LeaseMark): boolean {
  if (mark.host !== hostname() || mark.boot !== bootId() || mark.boot === "") return false;
  try {
    process.kill(mark.pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
  return startTimeOf(mark.pid) !== mark.started;
}

/** With the space of process ids: containers that share a host's name, such as those on its network, do not see each other's processes. */
function bootId(): string {
  const boot = readOrEmpty("/proc/sys/kernel/random/boot_id").trim();
  return boot === "" ? "" : `${boot} ${linkOrEmpty("/proc/self/ns/pid")}`;
}

/** Field 22 of /proc/PID/stat; the command in field 2 may hold spaces and brackets, so it is cut off first. */
function startTimeOf(pid: number): string {
  const stat = readOrEmpty(`/proc/${String(pid)}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function linkOrEmpty(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
