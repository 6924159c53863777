import { defineCommand } from "../command.ts";
import { MANY_OPTIONS, OBJECT_ARGUMENTS, OUTCOME_OPTIONS, WAIT_OPTIONS } from "./object-options.ts";

export const resumeCommand = defineCommand({
  name: "resume",
  summary: "end a suspension, and wait until the controller has caught up",
  arguments: OBJECT_ARGUMENTS,
  options: { ...MANY_OPTIONS, ...WAIT_OPTIONS, ...OUTCOME_OPTIONS },
  access: "write",
  exitStatus: "0 ready, 5 more than one of that name, 7 the controller failed, 9 no answer in time, 12 no such object",
  examples: [
    { command: "gitops resume ks shop", explains: "and wait until it is ready" },
    { command: "gitops resume --all -A --no-wait", explains: "all apps, without waiting" },
  ],
  async run(input, session) {
    const [{ resumeObjects }, { readSelection, findWanted }, { runOnObjects }] = await Promise.all([
      session.engine(),
      import("../object-words.ts"),
      import("../run-on-objects.ts"),
    ]);
    const wanted = readSelection(input.names, input);
    return runOnObjects(session, { output: input.output, documentKind: "Resumption" }, async (context) => {
      const ports = await session.asking();
      const { found, missing } = await findWanted(wanted, session, ports, context);
      return { outcomes: await resumeObjects(found, { wait: input.wait, timeoutMs: input.timeout }, ports, context), missing };
    });
  },
});
