import { defineCommand } from "../command.ts";
import { BUILD_OPTIONS, DELIVERY_ARGUMENTS, POLICY_OPTIONS, SOURCE_OPTIONS, SURROUNDINGS_OPTIONS } from "./delivery-options.ts";

export const diffCommand = defineCommand({
  name: "diff",
  summary: "show what a sync would change, and change nothing",
  arguments: DELIVERY_ARGUMENTS,
  options: {
    ...SOURCE_OPTIONS,
    ...SURROUNDINGS_OPTIONS,
    ...POLICY_OPTIONS,
    prune: { ...POLICY_OPTIONS.prune, description: "show what --prune would delete", default: true },
    ...BUILD_OPTIONS,
    plan: { type: "boolean", description: "show the order of the steps and the reason for each" },
    output: { type: "choice", short: "o", choices: ["json", "yaml"], description: "a document in place of text" },
    timeout: { type: "duration", default: 300_000, description: "how long the whole run may take; 0 for no limit" },
  },
  access: "read",
  exitStatus: "0 no difference, 1 differences, 2 or more an error",
  examples: [
    { command: "gitops diff shop", explains: "the recorded source against the cluster" },
    { command: "gitops diff shop --ref my-branch", explains: "another branch of it" },
    { command: "gitops diff shop k8s/overlays/dev -n shop -o json", explains: "for a program" },
  ],
  async run(input, session) {
    const [{ prepareSync }, { deliveryRequest, sourceFlags }, { openProgress }, { renderDiff }] = await Promise.all([
      session.engine(),
      import("../delivery-request.ts"),
      import("../output/progress.ts"),
      import("../output/diff.ts"),
    ]);
    const progress = await openProgress(session);
    // For a program stderr holds warnings and the error object, nothing in passing.
    const context = session.listen((event) => {
      if (input.output !== "json" || event.type === "warning") progress.emit(event);
    });
    try {
      const ports = await session.readers(sourceFlags(input));
      const request = await deliveryRequest({ ...input, wait: false }, session, ports);
      const prepared = await prepareSync(request, ports, context);
      progress.close();
      return await renderDiff(prepared, input, session.terminal);
    } finally {
      progress.close();
    }
  },
});
