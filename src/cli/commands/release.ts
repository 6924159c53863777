import { defineCommand } from "../command.ts";
import { parseDeliveryName } from "../delivery-name.ts";

export const releaseCommand = defineCommand({
  name: "release",
  summary: "stop owning a delivery: its marks and its record go, its objects stay",
  arguments: { name: { description: "[KIND/]NAME of the delivery", required: true, check: parseDeliveryName } },
  options: {
    yes: { type: "boolean", short: "y", description: "do not ask" },
    output: { type: "choice", short: "o", choices: ["json"], description: "one JSON object a line, as things happen" },
  },
  access: "write",
  exitStatus: "0 done, 7 ended badly",
  examples: [{ command: "gitops release shop", explains: "hand the objects to somebody else" }],
  async run(input, session) {
    const [{ releaseDelivery }, { runRelease }] = await Promise.all([session.engine(), import("../run-plan.ts")]);
    return runRelease(session, input, async (context) => {
      const ports = await session.writers({});
      return releaseDelivery(await session.find(input.name, ports), ports, context, await session.expectedCluster());
    });
  },
});
