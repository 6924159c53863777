import { defineCommand } from "../command.ts";
import {
  BUILD_OPTIONS,
  DELIVERY_ARGUMENTS,
  POLICY_OPTIONS,
  RUN_OPTIONS,
  SOURCE_OPTIONS,
  SURROUNDINGS_OPTIONS,
} from "./delivery-options.ts";

export const syncCommand = defineCommand({
  name: "sync",
  summary: "bring the cluster to what the source says, and wait until it is healthy",
  description:
    "Fetches the source, builds the manifests, compares them with the cluster, applies what differs in order, waits for health, and prunes with --prune. " +
    "The source is recorded with the delivery, so that later calls need no more than the name.",
  arguments: DELIVERY_ARGUMENTS,
  options: { ...SOURCE_OPTIONS, ...SURROUNDINGS_OPTIONS, ...POLICY_OPTIONS, ...BUILD_OPTIONS, ...RUN_OPTIONS },
  access: "write",
  exitStatus: "0 done, 5 a person must decide, 7 ended badly, 9 timed out; see gitops help exit-codes",
  examples: [
    { command: "gitops sync shop k8s/overlays/dev -n shop --prune", explains: "a local folder" },
    {
      command: "gitops sync shop --repo https://git.example/shop.git --ref main --path k8s/overlays/prod -n shop --prune --yes",
      explains: "a Git repository, without a question",
    },
    { command: "gitops sync shop", explains: "the recorded source again" },
  ],
  async run(input, session) {
    const [{ prepareSync, executePlan }, { deliveryRequest, sourceFlags }, { runPlan }] = await Promise.all([
      session.engine(),
      import("../delivery-request.ts"),
      import("../run-plan.ts"),
    ]);
    const flags = sourceFlags(input);
    return runPlan(session, input, {
      question: "Sync?",
      prepare: async (context) => {
        const ports = await session.readers(flags);
        return prepareSync(await deliveryRequest(input, session, ports), ports, context);
      },
      execute: async (prepared, context) => executePlan(prepared, await session.writers(flags), context),
    });
  },
});
