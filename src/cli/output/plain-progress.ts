import type { Terminal } from "../terminal.ts";
import { describeEvent, type EventWords } from "./event-words.ts";
import type { Progress } from "./progress-listener.ts";
import { styleOf, type Style } from "./style.ts";

/** Progress where no live line can be drawn: one line for each event, on stderr. */
export function plainProgress(terminal: Pick<Terminal, "stderr" | "stderrColor" | "unicode">, verbose: boolean): Progress {
  const style = styleOf(terminal.stderrColor, terminal.unicode);
  return {
    emit: (event) => {
      const words = describeEvent(event);
      if (words.tone !== "hidden" || verbose) terminal.stderr.write(`${plainLine(words, style)}\n`);
    },
    pause: () => undefined,
    close: () => undefined,
  };
}

/** One line in the colours and glyphs of its tone. */
export function plainLine({ tone, text }: EventWords, { paint, glyphs }: Style): string {
  switch (tone) {
    case "begin":
      return `${glyphs.wait} ${text}`;
    case "done":
      return `${paint.green(glyphs.done)} ${text}`;
    case "detail":
    case "hidden":
      return `  ${text}`;
    case "warning":
      return `${paint.yellow(glyphs.warning)} ${text}`;
    case "failure":
      return `${paint.red(glyphs.failure)} ${text}`;
  }
}
