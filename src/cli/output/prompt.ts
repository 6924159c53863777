import { createInterface } from "node:readline";
import type { Terminal } from "../terminal.ts";

/**
 * Asks on stderr; anything but y or yes is no, the end of the input (Ctrl-D) too. Only for an interactive terminal.
 * Rejects with the signal's reason when it is aborted (Ctrl-C at the question).
 */
export async function confirm(terminal: Pick<Terminal, "stdin" | "stderr">, question: string, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr, signal });
  // readline swallows Ctrl-C on a terminal in raw mode: hand it on as the signal that it stands for.
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  lines.setPrompt(`${question} [y/N] `);
  lines.prompt();
  const answer = await new Promise<string | undefined>((resolve) => {
    lines.once("line", resolve).once("close", () => resolve(undefined));
  });
  lines.close();
  if (answer === undefined) terminal.stderr.write("\n");
  signal.throwIfAborted();
  return /^y(es)?$/i.test(answer?.trim() ?? "");
}
