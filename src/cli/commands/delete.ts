import { defineCommand } from "../command.ts";
import { POLICY_OPTIONS, RUN_OPTIONS } from "./delivery-options.ts";
import { UsageError } from "../usage-error.ts";
import { parseDeliveryName } from "../delivery-name.ts";

export const deleteCommand = defineCommand({
  name: "delete",
  summary: "remove everything that a delivery owns, in reverse order, after asking",
  arguments: { name: { description: "[KIND/]NAME of the delivery", required: true, check: parseDeliveryName } },
  options: { allowMassPrune: POLICY_OPTIONS.allowMassPrune, confirmPrune: POLICY_OPTIONS.confirmPrune, ...RUN_OPTIONS },
  access: "write",
  exitStatus: "0 done, 2 off a terminal without --yes, 5 a person must decide, 7 ended badly, 9 timed out",
  examples: [{ command: "gitops delete shop --yes", explains: "without a question" }],
  async run(input, session) {
    if (!input.yes && input.dryRun === "none" && !session.terminal.interactive) {
      throw new UsageError(
        "delete asks before it removes anything, and there is no terminal to ask on",
        "give --yes to go on without a question",
      );
    }
    const [{ prepareDelete, executeDelete }, { deletePolicy }, { runPlan }] = await Promise.all([
      session.engine(),
      import("../delivery-request.ts"),
      import("../run-plan.ts"),
    ]);
    return runPlan(session, input, {
      question: "Delete?",
      prepare: async (context) => {
        const ports = await session.readers({});
        return prepareDelete(await session.find(input.name, ports), deletePolicy(input), ports, context, await session.expectedCluster());
      },
      execute: async (prepared, context) => executeDelete(prepared, await session.writers({}), context),
    });
  },
});
