import { defineCommand } from "../command.ts";
import { RUN_OPTIONS } from "./delivery-options.ts";
import { UsageError } from "../usage-error.ts";

export const installCommand = defineCommand({
  name: "install",
  summary: "make a cluster know the kinds of Flux's objects, where it does not",
  description:
    "Syncing files needs no CustomResourceDefinitions and installs none. With --crds-only those of GitRepository and Kustomization are installed, " +
    "so that deliveries can be kept in the cluster; one that is installed already is left alone. With --crds those of your files, such as " +
    "the ones that Flux publishes, are installed or brought up to date. Waits until their kinds are served.",
  arguments: {},
  options: {
    crdsOnly: { type: "boolean", description: "install CustomResourceDefinitions, and nothing else" },
    crds: { type: "list", placeholder: "PATH", description: "file or folder with those to install instead of our own; may be repeated" },
    dryRun: RUN_OPTIONS.dryRun,
    output: { type: "choice", short: "o", choices: ["yaml", "json"], description: "print them, and install nothing; needs no cluster" },
    timeout: { type: "duration", default: 60_000, description: "how long to wait until their kinds are served; 0 for no limit" },
  },
  access: "write",
  exitStatus: "0 done, 2 usage, 7 not accepted by the server, 9 not served in time, 11 no definition in the files, 13 not allowed",
  examples: [
    { command: "gitops install --crds-only", explains: "the kinds that this program works on" },
    { command: "gitops install --crds-only --crds flux/crds/", explains: "the ones that Flux publishes" },
    { command: "gitops install --crds-only -o yaml > crds.yaml", explains: "for Git" },
  ],
  async run(input, session) {
    if (!input.crdsOnly) throw new UsageError("what is to be installed?", "gitops install --crds-only installs CustomResourceDefinitions");
    const { runInstall } = await import("../run-install.ts");
    return runInstall(input, session);
  },
});
