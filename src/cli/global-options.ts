import type { OptionTable, OptionValues } from "./option.ts";

/** Flags of every command, before or after its name. Names and meanings are kubectl's. */
export const GLOBAL_OPTIONS = {
  namespace: {
    type: "string",
    short: "n",
    placeholder: "NAMESPACE",
    description: "namespace of the delivery and of objects that name none; the context's where left out",
  },
  context: { type: "string", placeholder: "NAME", description: "context of the kubeconfig" },
  cluster: { type: "string", placeholder: "NAME", description: "cluster of the kubeconfig" },
  user: { type: "string", placeholder: "NAME", description: "user of the kubeconfig" },
  kubeconfig: { type: "string", placeholder: "FILE", description: "kubeconfig file, in place of KUBECONFIG and ~/.kube/config" },
  server: { type: "string", short: "s", placeholder: "URL", description: "address of the API server" },
  token: { type: "string", placeholder: "TOKEN", description: "bearer token for the API server" },
  as: { type: "string", placeholder: "USER", description: "user to impersonate" },
  asGroup: { type: "list", placeholder: "GROUP", description: "group to impersonate; may be repeated" },
  certificateAuthority: { type: "string", placeholder: "FILE", description: "certificate authority of the API server" },
  insecureSkipTlsVerify: { type: "boolean", description: "do not check the API server's certificate" },
  tlsServerName: { type: "string", placeholder: "NAME", description: "name that the API server's certificate must carry" },
  requestTimeout: { type: "duration", description: "how long one request may take; 0 for no limit" },
  expectCluster: {
    type: "string",
    placeholder: "UID|CONTEXT",
    description: "refuse any other cluster: the uid of its kube-system, or the name of the context",
  },
  verbose: { type: "boolean", short: "v", description: "say more, and show where an error came from" },
  quiet: { type: "boolean", short: "q", description: "no progress, only results and errors" },
  color: { type: "choice", choices: ["auto", "always", "never"], default: "auto", description: "colours in the output" },
  help: { type: "boolean", short: "h", description: "show help" },
} as const satisfies OptionTable;

/** What the global flags say. */
export type GlobalOptions = OptionValues<typeof GLOBAL_OPTIONS>;
