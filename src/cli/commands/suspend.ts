import { defineCommand } from "../command.ts";
import { MANY_OPTIONS, OBJECT_ARGUMENTS, OUTCOME_OPTIONS } from "./object-options.ts";

export const suspendCommand = defineCommand({
  name: "suspend",
  summary: "tell the controller of a delivery or a source to leave it alone",
  description:
    "Sets spec.suspend, and notes why and until when in annotations that gitops get shows. Nothing ends a suspension by itself: " +
    "--until is a note for people. Warns where a parent would undo it.",
  arguments: OBJECT_ARGUMENTS,
  options: {
    reason: { type: "string", placeholder: "TEXT", description: "why, for those who come after" },
    until: { type: "string", placeholder: "TIME", description: "until when, as 2h30m from now or 2030-01-31T08:00:00Z" },
    ...MANY_OPTIONS,
    ...OUTCOME_OPTIONS,
  },
  access: "write",
  exitStatus: "0 done, 5 more than one of that name, 12 no such object",
  examples: [
    { command: 'gitops suspend ks shop --reason "incident 4711" --until 4h', explains: "with a note" },
    { command: "gitops suspend shop billing -n flux-system", explains: "several" },
  ],
  async run(input, session) {
    const [{ suspendObjects }, { readSelection, findWanted }, { runOnObjects }, { parseUntil }] = await Promise.all([
      session.engine(),
      import("../object-words.ts"),
      import("../run-on-objects.ts"),
      import("../until.ts"),
    ]);
    const until = input.until === undefined ? "" : parseUntil(input.until, "--until", Date.now());
    const wanted = readSelection(input.names, input);
    return runOnObjects(session, { output: input.output, documentKind: "Suspension" }, async (context) => {
      const ports = await session.asking();
      const { found, missing } = await findWanted(wanted, session, ports, context);
      return { outcomes: await suspendObjects(found, { reason: input.reason ?? "", until }, ports, context), missing };
    });
  },
});
