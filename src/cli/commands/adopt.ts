import { defineCommand } from "../command.ts";
import {
  BUILD_OPTIONS,
  DELIVERY_ARGUMENTS,
  POLICY_OPTIONS,
  RUN_OPTIONS,
  SOURCE_OPTIONS,
  SURROUNDINGS_OPTIONS,
} from "./delivery-options.ts";

export const adoptCommand = defineCommand({
  name: "adopt",
  summary: "take over objects that Flux, Argo CD, Helm or kubectl applied, without recreating any",
  arguments: DELIVERY_ARGUMENTS,
  options: {
    from: { type: "choice", choices: ["flux", "argocd", "helm", "kubectl"], description: "who owns the objects until now" },
    ...SOURCE_OPTIONS,
    ...SURROUNDINGS_OPTIONS,
    ...POLICY_OPTIONS,
    ...BUILD_OPTIONS,
    ...RUN_OPTIONS,
  },
  access: "write",
  exitStatus: "as sync",
  examples: [{ command: "gitops adopt shop k8s/overlays/prod -n shop --from flux --dry-run", explains: "what an adoption would do" }],
  async run(input, session) {
    const { from } = input;
    if (from === undefined) {
      const { UsageError } = await import("../usage-error.ts");
      throw new UsageError("adopt needs --from", "--from is one of flux, argocd, helm, kubectl");
    }
    const [{ prepareAdoption, executePlan }, { deliveryRequest, sourceFlags }, { runPlan }] = await Promise.all([
      session.engine(),
      import("../delivery-request.ts"),
      import("../run-plan.ts"),
    ]);
    const flags = sourceFlags(input);
    return runPlan(session, input, {
      question: `Adopt from ${from}?`,
      prepare: async (context) => {
        const ports = await session.readers(flags);
        return prepareAdoption(await deliveryRequest(input, session, ports), from, ports, context);
      },
      execute: async (prepared, context) => executePlan(prepared, await session.writers(flags), context),
    });
  },
});
