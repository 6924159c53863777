import { defineCommand } from "../command.ts";

export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "say why a delivery is stuck, or what is wrong with all of them and around them",
  description:
    "Follows a delivery from its source over what it waits for to its objects, their Pods, events and last log lines, and names the one " +
    "cause that blocks it and what to do next; then what else was seen. Without a name it looks at the cluster, your rights, the " +
    "controllers, the repositories with the credentials that would be used, and at every delivery (with -n, of that namespace), grouped by " +
    "cause. It changes nothing.",
  arguments: { name: { description: "[KIND/]NAME of the delivery or source" } },
  options: { output: { type: "choice", short: "o", choices: ["json", "yaml"], description: "a document in place of text" } },
  access: "read",
  exitStatus:
    "0 nothing blocks, 7 something does; 5 more than one of that name, 12 no such delivery, 13 or 14 the cluster does not let you in or does not answer",
  examples: [
    { command: "gitops doctor ks/shop", explains: "why it is stuck, and what to do next" },
    { command: "gitops doctor", explains: "the surroundings, and what holds up which deliveries" },
  ],
  async run(input, session) {
    const [{ diagnoseCluster, diagnoseDelivery }, { findDelivery }, { parseAddress }, { openProgress }, output] = await Promise.all([
      session.engine(),
      import("../find-delivery.ts"),
      import("../get-target.ts"),
      import("../output/progress.ts"),
      import("../output/diagnosis.ts"),
    ]);
    const target = input.name === undefined ? undefined : parseAddress(input.name);
    const progress = await openProgress(session);
    const context = session.listen(progress.emit);
    const ports = await session.doctor();
    const findings =
      target === undefined
        ? await diagnoseCluster({ namespace: session.globals.namespace, defaultNamespace: await session.namespace() }, ports, context)
        : await diagnoseDelivery(await findDelivery(target, session, ports, context), ports, context);
    const { stdoutColor, unicode } = session.terminal;
    const text = output.renderDiagnosis(findings, { name: input.name, output: input.output, color: stdoutColor, unicode });
    return { text, exitStatus: output.isBlocked(findings) ? output.BLOCKED_STATUS : 0 };
  },
});
