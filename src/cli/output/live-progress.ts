import ora from "ora";
import type { Terminal } from "../terminal.ts";
import { describeEvent } from "./event-words.ts";
import { plainLine } from "./plain-progress.ts";
import type { Progress } from "./progress-listener.ts";
import { styleOf } from "./style.ts";

/** Progress on a terminal: one live line for the phase that runs, which becomes a ticked line when it ends. */
export function liveProgress(terminal: Pick<Terminal, "stderr" | "stderrColor" | "unicode" | "stdin">, verbose: boolean): Progress {
  const style = styleOf(terminal.stderrColor, terminal.unicode);
  const spinner = ora({ stream: terminal.stderr as NodeJS.WriteStream, discardStdin: false, hideCursor: true });
  let phase = "";
  let applied = 0;
  const lasting = (line: string): void => {
    const wasSpinning = spinner.isSpinning;
    if (wasSpinning) spinner.clear();
    terminal.stderr.write(`${line}\n`);
    if (wasSpinning) spinner.render();
  };
  const endPhase = (tone: "done" | "failure"): void => {
    if (spinner.isSpinning) spinner.stop();
    if (phase !== "") terminal.stderr.write(`${plainLine({ tone, text: phase }, style)}\n`);
    phase = "";
  };
  return {
    emit: (event) => {
      const words = describeEvent(event);
      if (event.type === "object.applied") applied += 1;
      if (event.type === "sync.finished") endPhase(event.exitCode === 0 ? "done" : "failure");
      switch (words.tone) {
        case "begin":
          endPhase("done");
          phase = words.text;
          applied = 0;
          spinner.start(words.text);
          return;
        case "done":
          phase = "";
          if (spinner.isSpinning) spinner.stop();
          terminal.stderr.write(`${plainLine(words, style)}\n`);
          return;
        case "detail":
        case "hidden":
          if (verbose) lasting(plainLine(words, style));
          if (spinner.isSpinning)
            spinner.text = fitted(`${phase}${applied > 0 ? `, ${applied} done` : ""}: ${words.text}`, terminal.stderr.columns);
          return;
        case "warning":
        case "failure":
          lasting(plainLine(words, style));
      }
    },
    pause: () => endPhase("done"),
    // A phase that is still open then was cut off by an error.
    close: () => endPhase("failure"),
  };
}

/** Cut to the width of the terminal, with room for the spinner: a live line that wraps cannot be redrawn. */
function fitted(text: string, columns = 80): string {
  const room = Math.max(columns - 4, 10);
  return text.length <= room ? text : `${text.slice(0, room - 3)}...`;
}
