import type { AppDiff, AppsRequest, RunContext } from "../../engine/index.ts";
import { defineCommand, type ReadSession, type Rendered } from "../command.ts";
import type { OptionTable, OptionValues } from "../option.ts";
import { UsageError } from "../usage-error.ts";
import {
  APP_OPTIONS,
  APP_TIMEOUT,
  BUILD_OPTIONS,
  CONTEXTS_OPTION,
  DELIVERY_OR_APP_ARGUMENTS,
  POLICY_OPTIONS,
  SOURCE_OPTIONS,
  SURROUNDINGS_OPTIONS,
} from "./delivery-options.ts";

const { takeover: _, ...COMPARED_APPS } = APP_OPTIONS;

const OPTIONS = {
  ...SOURCE_OPTIONS,
  path: {
    type: "string",
    placeholder: "PATH",
    description: "folder of the repository to build; for a Kustomization a local folder to build in place of its own",
  },
  ...SURROUNDINGS_OPTIONS,
  ...POLICY_OPTIONS,
  prune: { ...POLICY_OPTIONS.prune, description: "show what --prune would delete", default: true },
  ...BUILD_OPTIONS,
  plan: { type: "boolean", description: "show the order of the steps and the reason for each" },
  output: { type: "choice", short: "o", choices: ["json", "yaml"], description: "a document in place of text" },
  timeout: APP_TIMEOUT,
  contexts: CONTEXTS_OPTION,
  ...COMPARED_APPS,
} as const satisfies OptionTable;

export const diffCommand = defineCommand({
  name: "diff",
  summary: "show what a sync would change, and change nothing",
  arguments: DELIVERY_OR_APP_ARGUMENTS,
  options: OPTIONS,
  access: "read",
  exitStatus: "0 no difference, 1 differences, 2 or more an error",
  examples: [
    { command: "gitops diff shop", explains: "the recorded source against the cluster" },
    { command: "gitops diff shop --ref my-branch", explains: "another branch of it" },
    { command: "gitops diff ks/shop --path ./deploy", explains: "a working copy against what the Kustomization delivered" },
    { command: "gitops diff -f clusters/prod/", explains: "every Kustomization of these files" },
    { command: "gitops diff shop k8s/overlays/dev -n shop -o json", explains: "for a program" },
  ],
  async run(input, session) {
    const { contexts, ...own } = input;
    if (contexts === undefined) return compareWanted(own, session);
    const { runInContexts } = await import("../in-contexts.ts");
    const output = own.output === "yaml" ? "json" : own.output;
    return runInContexts(contexts, own.output, session, (inContext) => compareWanted({ ...own, output }, inContext));
  },
});

type DiffInput = Omit<OptionValues<typeof OPTIONS>, "contexts"> & {
  readonly name: string | undefined;
  readonly directory: string | undefined;
};

async function compareWanted(input: DiffInput, session: ReadSession): Promise<Rendered> {
  const { name } = input;
  const [engine, { deliveryRequest, sourceFlags }, { openProgress }, { renderDiff }, apps, { runAppsDiff }] = await Promise.all([
    session.engine(),
    import("../delivery-request.ts"),
    import("../output/progress.ts"),
    import("../output/diff.ts"),
    import("../apps-request.ts"),
    import("../run-apps.ts"),
  ]);
  const flags = sourceFlags(input);
  const wanted = { ...input, takeover: false, wait: false };
  const compare = (request: (context: RunContext) => Promise<AppsRequest>): Promise<Rendered> =>
    runAppsDiff(session, input, async (context): Promise<readonly AppDiff[]> => {
      const asked = await request(context);
      return engine.diffApps(asked, await session.appReaders(flags), context);
    });
  if (input.filename.length > 0) {
    if (name !== undefined)
      throw new UsageError("a name and --filename exclude each other", "gitops diff -f PATH compares all that is there");
    return compare(async (context) => ({
      ...(await apps.declaredApps(wanted, session, await session.appReaders(flags), context)),
      options: await apps.appsOptions(wanted, session),
    }));
  }
  if (name === undefined) throw new UsageError("nothing to compare", "name a delivery, or the files of Flux objects with -f PATH");
  if (!apps.namesSource(input)) {
    const found = await apps.namedDelivery(
      name,
      session,
      await session.readers(flags),
      session.listen(() => undefined),
    );
    if (found.type === "app") return compare(async () => apps.namedApp(found.id, wanted, session));
  }
  const progress = await openProgress(session);
  // For a program stderr holds warnings and the error object, nothing in passing.
  const context = session.listen((event) => {
    if (input.output !== "json" || event.type === "warning") progress.emit(event);
  });
  try {
    const ports = await session.readers(flags);
    const request = await deliveryRequest({ ...wanted, name }, session, ports);
    const prepared = await engine.prepareSync(request, ports, context);
    progress.close();
    return await renderDiff(prepared, input, session.terminal);
  } finally {
    progress.close();
  }
}
