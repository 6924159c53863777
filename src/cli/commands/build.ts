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
    const { requiredSource } = await import("../delivery-request.ts");
    const source = await requiredSource(input, session);
    if (query === undefined) {
      const { runBuild } = await import("../run-build.ts");
      return runBuild(source, input, session);
    }
    const { runExplanation } = await import("../run-explanation.ts");
    return runExplanation(source, query, input, session);
  },
});
