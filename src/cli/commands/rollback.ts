import { defineCommand } from "../command.ts";
import { UsageError } from "../usage-error.ts";
import { APP_OPTIONS, BUILD_OPTIONS, POLICY_OPTIONS, RUN_OPTIONS, SOURCE_OPTIONS, SURROUNDINGS_OPTIONS } from "./delivery-options.ts";

const { filename: _, takeover: _never, ...HOW_APPS_ARE_BUILT } = APP_OPTIONS;

export const rollbackCommand = defineCommand({
  name: "rollback",
  summary: "bring a delivery's files in Git back to an earlier revision, and deliver them",
  description:
    "Makes one commit on the branch that the delivery comes from, so that it stays rolled back: no later reconciliation undoes it. The commit brings " +
    "the files of the delivery's folder, and those outside of it that its build reads, to what they were. It is built before it is pushed and must " +
    "build what that revision built, and nothing may change for other deliveries of the cluster. Pushes with your own Git credentials.",
  arguments: {
    name: { description: "[KIND/]NAME of the delivery: set/NAME, ks/NAME, or a NAME that only one has", required: true },
    revision: {
      description:
        "commit, branch or tag, or a revision as gitops history shows it; the last one that was applied well and differs where left out",
    },
  },
  options: {
    allowOthers: { type: "boolean", description: "go on where builds of other deliveries change, too" },
    branchOnly: {
      type: "string",
      placeholder: "BRANCH",
      description: "push to this new branch in place of the delivery's own, for a request; deliver nothing",
    },
    gitTokenFile: SOURCE_OPTIONS.gitTokenFile,
    ...RUN_OPTIONS,
    wait: { ...RUN_OPTIONS.wait, description: "deliver the commit, and wait until everything is healthy; off: push, and no more" },
    output: { ...RUN_OPTIONS.output, description: "a document in place of lines for people" },
    ...POLICY_OPTIONS,
    ...HOW_APPS_ARE_BUILT,
    ...BUILD_OPTIONS,
    ...SURROUNDINGS_OPTIONS,
  },
  access: "write",
  exitStatus:
    "0 done or nothing to do, 2 off a terminal without --yes, 4 suspended or the branch moved, 5 pinned, or more would change than was asked, " +
    "6 refused by the Git server, 7 not healthy afterwards, 12 no such revision",
  examples: [
    { command: "gitops rollback ks/shop --dry-run", explains: "what would change: files and objects" },
    { command: "gitops rollback ks/shop --yes", explains: "to the last revision that was applied well" },
    { command: "gitops rollback set/shop 3f2a91c --branch-only rollback/shop --yes", explains: "a branch to open a request from" },
  ],
  async run(input, session) {
    if (!input.yes && input.dryRun === "none" && !session.terminal.interactive)
      throw new UsageError("rollback asks before it pushes, and there is no terminal to ask on", "give --yes to go on without a question");
    const { runRollback } = await import("../run-rollback.ts");
    return runRollback(session, input);
  },
});
