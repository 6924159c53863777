import { defineCommand } from "../command.ts";

export const historyCommand = defineCommand({
  name: "history",
  summary: "show the revisions that a delivery was brought to, the newest first",
  description:
    "Shows what the delivery's own status records: of a Kustomization its last five snapshots, of a HelmRelease its releases, " +
    "of a bare delivery the last sync.",
  arguments: { name: { description: "[KIND/]NAME of the delivery", required: true } },
  options: {
    output: { type: "choice", short: "o", choices: ["json", "yaml"], description: "a document in place of a table" },
    headers: { type: "boolean", default: true, description: "print the header line" },
  },
  access: "read",
  exitStatus: "0 shown, 5 more than one of that name, 12 no such delivery",
  examples: [{ command: "gitops history ks/apps", explains: "what was applied, how often and how it ended" }],
  async run(input, session) {
    const [{ readHistory }, { findDelivery }, { parseAddress }, { openProgress }, { renderHistory }] = await Promise.all([
      session.engine(),
      import("../find-delivery.ts"),
      import("../get-target.ts"),
      import("../output/progress.ts"),
      import("../output/history.ts"),
    ]);
    const target = parseAddress(input.name);
    const progress = await openProgress(session);
    const context = session.listen(progress.emit);
    const ports = await session.readers({});
    const history = await readHistory(await findDelivery(target, session, ports, context), ports, context);
    const text = renderHistory(history, input, ports.clock.now());
    return text === "" ? { text, note: `${history.name} was never applied`, exitStatus: 0 } : { text, exitStatus: 0 };
  },
});
