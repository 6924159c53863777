import { defineCommand } from "../command.ts";
import { POLICY_OPTIONS, RUN_OPTIONS } from "./delivery-options.ts";
import { UsageError } from "../usage-error.ts";

export const deleteCommand = defineCommand({
  name: "delete",
  summary: "remove a delivery and everything that it owns, after asking",
  description:
    "A bare delivery is removed by this program, in reverse order of applying. A Kustomization or another object is deleted, and its controller " +
    "removes what it delivered, as its deletionPolicy says; --keep leaves that in place. A source goes alone.",
  arguments: {
    names: { description: "[KIND/]NAME of the delivery, or KIND NAME; source git NAME", required: true, many: true },
  },
  options: {
    keep: { type: "boolean", description: "of a controller's delivery: leave what it delivered" },
    allowMassPrune: POLICY_OPTIONS.allowMassPrune,
    confirmPrune: POLICY_OPTIONS.confirmPrune,
    ...RUN_OPTIONS,
  },
  access: "write",
  exitStatus: "0 done, 2 off a terminal without --yes, 4 no controller would finish it, 5 a person must decide, 7 ended badly, 9 timed out",
  examples: [
    { command: "gitops delete shop --yes", explains: "without a question" },
    { command: "gitops delete ks/shop --keep", explains: "a Kustomization, and not what it delivered" },
  ],
  async run(input, session) {
    if (!input.yes && input.dryRun === "none" && !session.terminal.interactive) {
      throw new UsageError(
        "delete asks before it removes anything, and there is no terminal to ask on",
        "give --yes to go on without a question",
      );
    }
    const { findDeletable } = await import("../deletable.ts");
    const target = await findDeletable(input.names, session);
    if (target.type === "object") {
      const { runObjectDeletion } = await import("../run-object-deletion.ts");
      return runObjectDeletion(target.found, input, session);
    }
    if (input.keep && target.type === "bare")
      throw new UsageError("--keep says nothing of a bare delivery", `gitops release ${target.ref.name} keeps its objects`);
    const [{ prepareDelete, executeDelete }, { deletePolicy }, { runPlan }] = await Promise.all([
      session.engine(),
      import("../delivery-request.ts"),
      import("../run-plan.ts"),
    ]);
    return runPlan(session, input, {
      question: "Delete?",
      prepare: async (context) => {
        if (target.type === "missing") throw target.error;
        const ports = await session.readers({});
        return prepareDelete(target.ref, deletePolicy(input), ports, context, await session.expectedCluster());
      },
      execute: async (prepared, context) => executeDelete(prepared, await session.writers({}), context),
    });
  },
});
