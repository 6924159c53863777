import { defineCommand } from "../command.ts";
import { parseObjectQuery } from "../object-query.ts";
import { UsageError } from "../usage-error.ts";
import { BUILD_OPTIONS, SOURCE_OPTIONS, SURROUNDINGS_OPTIONS } from "./delivery-options.ts";

export const buildCommand = defineCommand({
  name: "build",
  summary: "print the manifests that would be applied, without a cluster",
  description:
    "Builds a kustomize overlay, renders a Helm chart, or reads a folder of plain YAML, and prints the manifests in kustomize's own format.",
  arguments: { directory: { description: "local folder with a kustomization, a chart or plain YAML" } },
  options: {
    ...SOURCE_OPTIONS,
    ...SURROUNDINGS_OPTIONS,
    ...BUILD_OPTIONS,
    why: {
      type: "string",
      placeholder: "KIND/NAME[:/FIELD]",
      description: "show where this object comes from, or this field (a JSON pointer), and what touched it, in place of the manifests",
    },
    output: { type: "choice", short: "o", choices: ["json", "yaml"], description: "with --why: a document in place of a table" },
  },
  access: "read",
  exitStatus: "0 done, 6 refused by policy, 11 invalid input, 12 not found, 15 a limit was hit",
  examples: [
    { command: "gitops build k8s/overlays/dev", explains: "a local folder" },
    { command: "gitops build k8s/overlays/dev --why Deployment/web:/spec/replicas", explains: "which file and line set a field" },
    { command: "gitops build --repo https://git.example/shop.git --ref v1.2.0 --path k8s/base", explains: "a tag of a repository" },
  ],
  async run(input, session) {
    const query = input.why === undefined ? undefined : parseObjectQuery(input.why);
    if (query === undefined && input.output !== undefined)
      throw new UsageError("-o is for --why", "without it the manifests are printed as YAML");
    const [{ buildSource, explainSource, printManifests }, { buildSettings, requiredSource, sourceFlags }, { openProgress }] =
      await Promise.all([session.engine(), import("../delivery-request.ts"), import("../output/progress.ts")]);
    const source = await requiredSource(input, session);
    const progress = await openProgress(session);
    // A build takes no time worth a line for each step: --verbose shows them, warnings are always shown.
    const context = session.listen((event) => {
      if (session.globals.verbose || event.type === "warning") progress.emit(event);
    });
    try {
      if (query !== undefined) {
        const { renderExplanation } = await import("../output/explanation.ts");
        const found = await explainSource(source, query, buildSettings(input), await session.source(sourceFlags(input)), context);
        return renderExplanation(found, query.field, input.output);
      }
      const { result } = await buildSource(source, buildSettings(input), await session.source(sourceFlags(input)), context);
      return { text: printManifests(result.manifests.map(({ object }) => object)), exitStatus: 0, warnings: result.warnings };
    } finally {
      progress.close();
    }
  },
});
