import { defineCommand } from "../command.ts";
import { MANY_OPTIONS, OBJECT_ARGUMENTS, OUTCOME_OPTIONS, WAIT_OPTIONS } from "./object-options.ts";

export const reconcileCommand = defineCommand({
  name: "reconcile",
  summary: "ask the controller of a delivery or a source to do its work now, and wait for its answer",
  description:
    "Writes a request of its own on the object and waits until the controller has handled this very request. " +
    "Fails at once when the answer is a failure, with the controller's reason and the object at fault.",
  arguments: OBJECT_ARGUMENTS,
  options: {
    withSource: { type: "boolean", description: "the source first" },
    ...MANY_OPTIONS,
    ...WAIT_OPTIONS,
    ...OUTCOME_OPTIONS,
  },
  access: "write",
  exitStatus: "0 ready, 4 suspended, 5 more than one of that name, 7 the controller failed, 9 no answer in time, 12 no such object",
  examples: [
    { command: "gitops reconcile kustomization shop --with-source", explains: "fetch, then apply" },
    { command: "gitops reconcile source git shop -n flux-system", explains: "a source alone" },
    { command: "gitops reconcile --all -l team=shop -A", explains: "all apps of a team" },
  ],
  async run(input, session) {
    const [{ reconcileObjects }, { readSelection, findWanted }, { runOnObjects }] = await Promise.all([
      session.engine(),
      import("../object-words.ts"),
      import("../run-on-objects.ts"),
    ]);
    const wanted = readSelection(input.names, input);
    return runOnObjects(session, { output: input.output, documentKind: "Reconciliation" }, async (context) => {
      const ports = await session.asking();
      const { found, missing } = await findWanted(wanted, session, ports, context);
      const { withSource, wait, timeout: timeoutMs } = input;
      const outcomes = await reconcileObjects(found, { withSource, wait, timeoutMs, skipsSuspended: wanted.isMany }, ports, context);
      return { outcomes, missing };
    });
  },
});
