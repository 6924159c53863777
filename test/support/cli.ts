import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built program, as it is published. */
export const gitopsProgram = fileURLToPath(new URL("../../bin/gitops.js", import.meta.url));

/** Seconds after which a command is killed: a hang must fail its test, not the whole run. */
const LIMIT = 180;

export interface CommandOptions {
  readonly cwd?: string;
  /** On top of a small environment of our own; `undefined` takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** By path; without it the command finds no kubeconfig at all. */
  readonly kubeconfig?: string;
  /** A person of their own, with their own caches and state; made by `newHome()`. */
  readonly home?: string;
  /** Called when the command has written so much on stderr or stdout; may signal it. */
  readonly onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
  /** Called when the command was started, with what signals it: a fault of a server may be the moment to do so. */
  readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout where it is NDJSON, as with `sync -o json`; else undefined. */
  readonly events: readonly StreamEvent[] | undefined;
}

interface StreamEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

const homes: string[] = [];
process.on("exit", () => homes.forEach((home) => rmSync(home, { recursive: true, force: true })));

/** A home folder that is removed when the test file ends. */
export function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), "gitops-home-"));
  homes.push(home);
  mkdirSync(join(home, "tmp"));
  return home;
}

let ownHome: string | undefined;

/**
 * Runs `gitops` as a person would: the built program in a process of its own, no terminal, no CI, private folders.
 * A test file is one person, unless `home` says otherwise.
 */
export function gitops(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  ownHome ??= newHome();
  const home = options.home ?? ownHome;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [gitopsProgram, ...args], {
      cwd: options.cwd ?? home,
      env: environment(home, options),
      stdio: "pipe",
    });
    const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT * 1000);
    const kill = (signal: NodeJS.Signals): void => void child.kill(signal);
    options.onStart?.(kill);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      options.onOutput?.(text, kill);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      options.onOutput?.(text, kill);
    });
    child.on("error", reject);
    child.stdin.on("error", () => {}); // a command that never reads may end first: EPIPE says nothing about it
    child.on("close", (code, signal) => {
      clearTimeout(limit);
      if (signal === "SIGKILL" && !options.onOutput && !options.onStart)
        reject(new Error(`gitops ${args.join(" ")} did not end within ${LIMIT} s\n${stdout}${stderr}`));
      else resolve({ code: code ?? 128, stdout, stderr, events: streamEvents(stdout) });
    });
    child.stdin.end(options.input ?? "");
  });
}

function environment(home: string, { env, kubeconfig }: CommandOptions): NodeJS.ProcessEnv {
  const own: Record<string, string | undefined> = {
    PATH: process.env["PATH"],
    LANG: "C.UTF-8",
    HOME: home,
    TMPDIR: join(home, "tmp"),
    XDG_CACHE_HOME: join(home, "cache"),
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_STATE_HOME: join(home, "state"),
    XDG_DATA_HOME: join(home, "data"),
    GIT_CONFIG_NOSYSTEM: "1",
    KUBECONFIG: kubeconfig ?? join(home, "no-kubeconfig"),
    ...env,
  };
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
}

function streamEvents(stdout: string): StreamEvent[] | undefined {
  const lines = stdout.split("\n").filter((line) => line !== "");
  if (lines.length === 0 || !lines.every((line) => line.startsWith('{"') && line.endsWith("}"))) return undefined;
  return lines.map((line) => JSON.parse(line) as StreamEvent);
}
