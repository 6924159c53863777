import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { main, type Host } from "../../src/cli/main.ts";
import { collectingStream } from "./streams.ts";

/** What a process that runs one command line is seen to do. */
export interface Run {
  readonly exitStatus: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process without a terminal, whose signals the test sends. */
export function newHost(environment: NodeJS.ProcessEnv = {}) {
  const stdout = collectingStream();
  const stderr = collectingStream();
  const exits: number[] = [];
  const process = Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) }) as unknown as NodeJS.Process;
  const host: Host = {
    version: "1.2.3",
    environment: { KUBECONFIG: "/nonexistent", ...environment },
    streams: { stdin: new PassThrough(), stdout: stdout.stream, stderr: stderr.stream },
    process,
  };
  return { host, stdout, stderr, process, exits };
}

/** Runs a command line in this process, without a terminal. */
export async function runMain(argv: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Run> {
  const { host, stdout, stderr } = newHost(environment);
  const exitStatus = await main(argv, host);
  return { exitStatus, stdout: stdout.text(), stderr: stderr.text() };
}
