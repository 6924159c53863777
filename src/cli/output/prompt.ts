import { createInterface } from "node:readline/promises";
import type { Terminal } from "../terminal.ts";

/**
 * Asks on stderr; anything but y or yes is no. Only for an interactive terminal.
 * Rejects with the signal's reason when it is aborted (Ctrl-C at the question).
 */
export async function confirm(terminal: Terminal, question: string, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    // readline swallows Ctrl-C on a terminal in raw mode: hand it on as the signal that it stands for.
    lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
    const answer = await lines.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}
