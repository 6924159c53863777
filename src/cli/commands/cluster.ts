import { defineCommand } from "../command.ts";
import { UsageError } from "../usage-error.ts";
import { OUTCOME_OPTIONS } from "./object-options.ts";

export const clusterCommand = defineCommand({
  name: "cluster",
  summary: "the clusters that deliveries can be sent to: add, list, remove",
  description:
    "A cluster is a Secret with a kubeconfig that spec.kubeConfig.secretRef names; its namespace is -n, else flux-system. " +
    "add makes it from a context of your kubeconfig, with nothing but data in it, and tries it before it is stored: --from CTX, or --context CTX, " +
    "which then is the cluster to add, while the Secret goes to that of the kubeconfig's current context.",
  arguments: {
    action: { description: "what to do", required: true, choices: ["add", "list", "remove"] },
    name: { description: "name of the cluster" },
  },
  options: {
    from: { type: "string", placeholder: "CONTEXT", description: "add: context of the cluster to add" },
    serviceAccount: {
      type: "string",
      placeholder: "NAMESPACE/NAME",
      description: "add: use a lasting token of this account of that cluster; it is made where it is missing",
    },
    clusterRole: { type: "string", placeholder: "NAME", description: "add: bind the account to this ClusterRole, such as cluster-admin" },
    allNamespaces: { type: "boolean", short: "A", description: "list: the clusters of all namespaces" },
    yes: { type: "boolean", short: "y", description: "remove: do not ask" },
    ...OUTCOME_OPTIONS,
  },
  access: "write",
  exitStatus:
    "0 done, 5 in use, 6 the context's credentials cannot be passed on, 12 no such cluster or context, 13 not let in, 14 not reachable",
  examples: [
    {
      command: "gitops cluster add prod --from prod --service-account flux-system/deployer --cluster-role cluster-admin",
      explains: "by an account of its own",
    },
    { command: "gitops cluster list -A", explains: "all, and whether they answer" },
  ],
  async run(input, session) {
    const { addTo, listOf, removeFrom } = await import("../run-on-clusters.ts");
    if (input.action === "list") return listOf(input, session);
    if (input.name === undefined || !/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(input.name)) {
      throw new UsageError("no name for the cluster", `gitops cluster ${input.action} NAME; lower-case letters, digits, - and .`);
    }
    return input.action === "add" ? addTo(input.name, input, session) : removeFrom(input.name, input, session);
  },
});
