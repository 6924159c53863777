import { defineCommand } from "../command.ts";
import { UsageError } from "../usage-error.ts";

/** As `kubectl logs` has it where several Pods are chosen. */
const USUAL_LINES = 10;

export const logsCommand = defineCommand({
  name: "logs",
  summary: "show the last lines that the Pods of a delivery logged",
  description:
    "Shows the logs of all containers of the Pods that were made for a delivery's objects, each line behind its Pod and container.",
  arguments: { name: { description: "[KIND/]NAME of the delivery", required: true } },
  options: {
    tail: { type: "string", placeholder: "LINES", default: String(USUAL_LINES), description: "lines from the end of each log; -1 for all" },
    since: { type: "duration", description: "only lines of this last span of time" },
    follow: { type: "boolean", short: "f", description: "go on with the lines that come" },
    container: { type: "string", short: "c", placeholder: "NAME", description: "only containers of this name" },
    previous: { type: "boolean", short: "p", description: "of the run before the last restart" },
    prefix: { type: "boolean", default: true, description: "print Pod and container before each line" },
  },
  access: "read",
  exitStatus: "0 shown, 5 more than one of that name, 12 no such delivery or no Pod",
  examples: [
    { command: "gitops logs shop --tail 100", explains: "more lines" },
    { command: "gitops logs ks/apps -f -c web", explains: "what the containers web say from now on" },
  ],
  async run(input, session) {
    const [{ readLogs }, { findDelivery }, { parseAddress }, { openProgress }, { escapeControls }, { printWhileRead }] = await Promise.all([
      session.engine(),
      import("../find-delivery.ts"),
      import("../get-target.ts"),
      import("../output/progress.ts"),
      import("../output/escape.ts"),
      import("../output/watch.ts"),
    ]);
    const target = parseAddress(input.name);
    const tailLines = linesOf(input.tail);
    const progress = await openProgress(session);
    const context = session.listen(progress.emit);
    const ports = await session.readers({});
    const found = await findDelivery(target, session, ports, context);
    const selection = {
      tailLines,
      sinceSeconds: input.since === undefined ? undefined : Math.max(1, Math.ceil(input.since / 1000)),
      follow: input.follow,
      previous: input.previous,
      container: input.container,
    };
    await printWhileRead(
      (signal) => readLogs(found, selection, ports, { ...context, signal }),
      ({ pod, container, text }) => `${input.prefix ? `[pod/${pod}/${container}] ` : ""}${escapeControls(text)}\n`,
      session,
    );
    return { text: "", exitStatus: 0 };
  },
});

function linesOf(text: string): number | undefined {
  if (text === "-1") return undefined;
  const lines = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(lines)) return lines;
  throw new UsageError("invalid value for --tail", "it is a number of lines, or -1 for all");
}
