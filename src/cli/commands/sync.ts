import { resolve } from "node:path";
import type { AppsRequest, RunContext } from "../../engine/index.ts";
import type { Rendered } from "../command.ts";
import { defineCommand } from "../command.ts";
import { UsageError } from "../usage-error.ts";
import {
  APP_OPTIONS,
  APP_TIMEOUT,
  BUILD_OPTIONS,
  DELIVERY_OR_APP_ARGUMENTS,
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
  arguments: DELIVERY_OR_APP_ARGUMENTS,
  options: {
    ...SOURCE_OPTIONS,
    ...SURROUNDINGS_OPTIONS,
    ...POLICY_OPTIONS,
    ...BUILD_OPTIONS,
    ...RUN_OPTIONS,
    timeout: APP_TIMEOUT,
    ...APP_OPTIONS,
  },
  access: "write",
  exitStatus: "0 done, 5 a person must decide, 7 ended badly, 9 timed out; see gitops help exit-codes",
  examples: [
    { command: "gitops sync shop k8s/overlays/dev -n shop --prune", explains: "a local folder" },
    {
      command: "gitops sync shop --repo https://git.example/shop.git --ref main --path k8s/overlays/prod -n shop --prune --yes",
      explains: "a Git repository, without a question",
    },
    { command: "gitops sync shop", explains: "the recorded source again, or the Kustomization of that name" },
    { command: "gitops sync -f clusters/prod/", explains: "every Kustomization of these files, in the order of their dependencies" },
  ],
  async run(input, session) {
    const { name } = input;
    const [engine, { deliveryRequest, sourceFlags }, { runPlan }, apps, { runApps }] = await Promise.all([
      session.engine(),
      import("../delivery-request.ts"),
      import("../run-plan.ts"),
      import("../apps-request.ts"),
      import("../run-apps.ts"),
    ]);
    const flags = sourceFlags(input);
    const deliver = (request: (context: RunContext) => Promise<AppsRequest>): Promise<Rendered> =>
      runApps(session, input, {
        request,
        sync: async (wanted, context) => {
          const ports = await session.appWriters(flags);
          const paths = input.filename.map((path) => resolve(path));
          const remember = await engine.checkFilesCluster(paths, wanted.options.expectCluster, ports, context);
          const result = await engine.syncApps(wanted, ports, context);
          if (result.apps.some(({ outcome }) => outcome === "ready")) await remember();
          return result;
        },
        diff: async (wanted, context) => engine.diffApps(wanted, await session.appReaders(flags), context),
      });
    if (input.filename.length > 0) {
      if (name !== undefined)
        throw new UsageError("a name and --filename exclude each other", "gitops sync -f PATH delivers all that is there");
      return deliver(async (context) => ({
        ...(await apps.declaredApps(input, session, await session.appReaders(flags), context)),
        options: await apps.appsOptions(input, session),
      }));
    }
    if (name === undefined) throw new UsageError("nothing to sync", "name a delivery, or the files of Flux objects with -f PATH");
    if (!apps.namesSource(input)) {
      const context = session.listen(() => undefined);
      const found = await apps.namedDelivery(name, session, await session.readers(flags), context);
      if (found.type === "app")
        return deliver(async () => ({ declared: [], named: [found.id], options: await apps.appsOptions(input, session) }));
    }
    return runPlan(session, input, {
      question: "Sync?",
      prepare: async (context) => {
        const ports = await session.readers(flags);
        return engine.prepareSync(await deliveryRequest({ ...input, name }, session, ports), ports, context);
      },
      execute: async (prepared, context) => engine.executePlan(prepared, await session.writers(flags), context),
    });
  },
});
