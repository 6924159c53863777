import { defineCommand } from "../command.ts";

export const treeCommand = defineCommand({
  name: "tree",
  summary: "show a delivery as a tree: what it owns, and what was made for that",
  description:
    "Shows the objects of a delivery with those that controllers made for them (Deployment, ReplicaSet, Pod), and the deliveries among " +
    "them with their own objects, each with its health.",
  arguments: { name: { description: "[KIND/]NAME of the delivery", required: true } },
  options: {
    compact: { type: "boolean", description: "deliveries and sources only" },
    output: { type: "choice", short: "o", choices: ["json", "yaml"], description: "a document in place of lines" },
    headers: { type: "boolean", default: true, description: "print the header line" },
  },
  access: "read",
  exitStatus: "0 whatever the health; 5 more than one of that name, 12 no such delivery",
  examples: [
    { command: "gitops tree ks/apps", explains: "everything below a Kustomization" },
    { command: "gitops tree flux-system --compact", explains: "which deliveries deliver which" },
  ],
  async run(input, session) {
    const [{ readTree }, { findDelivery }, { parseAddress }, { openProgress }, { renderTree }] = await Promise.all([
      session.engine(),
      import("../find-delivery.ts"),
      import("../get-target.ts"),
      import("../output/progress.ts"),
      import("../output/tree.ts"),
    ]);
    const target = parseAddress(input.name);
    const progress = await openProgress(session);
    const context = session.listen(progress.emit);
    const ports = await session.readers({});
    const root = await readTree(await findDelivery(target, session, ports, context), ports, context);
    const { unicode } = session.terminal;
    return { text: renderTree(root, { ...input, unicode, now: ports.clock.now() }), exitStatus: 0 };
  },
});
