import type { Emit } from "../../engine/index.ts";
import type { Session } from "../command.ts";
import { eventLine } from "./event-json.ts";
import { plainProgress } from "./plain-progress.ts";
import type { Progress } from "./progress-listener.ts";

/**
 * JSON lines on stdout with `-o json`, otherwise for people on stderr: a live line on a terminal, plain lines elsewhere, nothing with --quiet.
 * The live one, and the library behind it, is loaded only where it can be drawn.
 */
export async function openProgress(session: Pick<Session, "terminal" | "globals">, output?: "json"): Promise<Progress> {
  const { terminal, globals } = session;
  if (output === "json") return jsonProgress(terminal.stdout);
  if (globals.quiet) return { emit: () => undefined, pause: () => undefined, close: () => undefined };
  if (!terminal.live) return plainProgress(terminal, globals.verbose);
  const { liveProgress } = await import("./live-progress.ts");
  return liveProgress(terminal, globals.verbose);
}

/** The engine's own `sync.finished` is left out: the command writes it, with the exit status that the process really ends with. */
function jsonProgress(stdout: Session["terminal"]["stdout"]): Progress {
  const emit: Emit = (event) => {
    if (event.type !== "sync.finished") stdout.write(eventLine(event, Date.now()));
  };
  return { emit, pause: () => undefined, close: () => undefined };
}
