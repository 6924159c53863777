import { resolve as resolvePath } from "node:path";
import { GitOpsError } from "../../../engine/model/errors.ts";
import type { BearerSource, ClusterAccess, Impersonation } from "../access.ts";
import type { ClusterEntry, ContextEntry, Kubeconfig, UserEntry } from "./document.ts";
import { nearestNames } from "./nearest.ts";

/** What flags say over the kubeconfig; kubectl's names and meanings. */
export interface AccessOverrides {
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
  readonly server?: string;
  readonly token?: string;
  readonly as?: string;
  readonly asUid?: string;
  readonly asGroups?: readonly string[];
  /** Path of a PEM file. */
  readonly certificateAuthority?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly tlsServerName?: string;
}

const NO_CLUSTER: ClusterEntry = {
  server: "",
  certificateAuthority: undefined,
  insecureSkipTlsVerify: false,
  tlsServerName: undefined,
  proxyUrl: undefined,
  disableCompression: false,
  execConfig: undefined,
};
const NO_USER: UserEntry = {
  clientCertificate: undefined,
  clientKey: undefined,
  token: undefined,
  tokenFile: undefined,
  username: undefined,
  password: "",
  exec: undefined,
  authProvider: undefined,
  impersonate: undefined,
};

/**
 * One server and one user out of a kubeconfig. Throws CONTEXT_NOT_FOUND (data: the nearest names), INVALID_KUBECONFIG,
 * KUBECONFIG_FORBIDDEN (an auth-provider that runs a command).
 */
export function resolveAccess(config: Kubeconfig, overrides: AccessOverrides): ClusterAccess {
  const contextName = overrides.context || config.currentContext;
  const context = chooseContext(config, contextName, overrides);
  const cluster = chooseCluster(config, overrides.cluster || context.cluster, contextName, overrides);
  const user = chooseUser(config, overrides.user || context.user, contextName, overrides);
  const server = parseServer(overrides.server || cluster.server);
  const insecure = overrides.insecureSkipTlsVerify ?? (cluster.insecureSkipTlsVerify && overrides.certificateAuthority === undefined);
  const authority =
    overrides.certificateAuthority === undefined
      ? cluster.certificateAuthority
      : { type: "file" as const, path: resolvePath(overrides.certificateAuthority) };
  if (insecure && authority !== undefined && overrides.insecureSkipTlsVerify !== true) {
    throw problem("certificate-authority and insecure-skip-tls-verify exclude each other", "remove one of them from the cluster's entry");
  }
  return {
    contextName,
    namespace: overrides.namespace || context.namespace || "default",
    server,
    certificateAuthority: insecure ? undefined : authority,
    insecureSkipTlsVerify: insecure,
    tlsServerName: overrides.tlsServerName || cluster.tlsServerName,
    proxyUrl: parseProxy(cluster.proxyUrl),
    disableCompression: cluster.disableCompression,
    clientCertificate: overrides.token === undefined ? certificateOf(user) : undefined,
    bearer: overrides.token === undefined ? bearerOf(user, cluster) : { type: "token", token: headerText(overrides.token, "--token") },
    impersonate: impersonation(user, overrides),
    warnings: warningsFor(server, insecure),
  };
}

function chooseContext(config: Kubeconfig, name: string, overrides: AccessOverrides): ContextEntry {
  const context = config.contexts.get(name);
  if (context !== undefined) return context;
  if (name !== "") {
    const nearest = nearestNames(name, config.contexts.keys());
    throw new GitOpsError("CONTEXT_NOT_FOUND", `the kubeconfig has no context ${name}`, {
      hint: nearest.length === 0 ? "it has no contexts at all: is KUBECONFIG right?" : `contexts are: ${nearest.join(", ")}`,
      data: { context: name, nearest },
    });
  }
  if (overrides.server !== undefined || overrides.cluster !== undefined) return { cluster: "", user: "", namespace: "" };
  throw new GitOpsError("CONTEXT_NOT_FOUND", "the kubeconfig has no current context", {
    hint: "choose one: --context NAME, or `kubectl config use-context NAME`",
    data: { nearest: nearestNames("", config.contexts.keys()) },
  });
}

function chooseCluster(config: Kubeconfig, name: string, context: string, overrides: AccessOverrides): ClusterEntry {
  const cluster = config.clusters.get(name);
  if (cluster !== undefined) return cluster;
  if (name === "" && overrides.server !== undefined) return NO_CLUSTER;
  if (overrides.cluster) throw notThere("cluster", name, config.clusters.keys());
  throw problem(
    `context ${context} names the cluster ${name || '""'}, which the kubeconfig has not`,
    "add the cluster, or choose one with --cluster",
  );
}

function chooseUser(config: Kubeconfig, name: string, context: string, overrides: AccessOverrides): UserEntry {
  if (name === "") return NO_USER;
  const user = config.users.get(name);
  if (user !== undefined) return user;
  if (overrides.user) throw notThere("user", name, config.users.keys());
  throw problem(`context ${context} names the user ${name}, which the kubeconfig has not`, "add the user, or choose one with --user");
}

/** The error for a name that a flag gave. */
function notThere(what: "cluster" | "user", name: string, names: Iterable<string>): GitOpsError {
  const nearest = nearestNames(name, names);
  return problem(
    `--${what}: the kubeconfig has no ${what} ${name}`,
    nearest.length === 0 ? `it has no ${what}s at all` : `${what}s are: ${nearest.join(", ")}`,
  );
}

function parseServer(text: string): URL {
  const address = text.includes("://") ? text : `https://${text}`;
  const server = URL.canParse(address) ? new URL(address) : undefined;
  if (text === "" || server === undefined || !/^https?:$/.test(server.protocol) || server.hostname === "") {
    throw problem("the cluster's server is no http or https URL", "write it as https://HOST:PORT");
  }
  if (server.username !== "" || server.password !== "")
    throw problem("the cluster's server carries a user name", "put credentials into the user's entry");
  return server;
}

function parseProxy(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const known = URL.canParse(text) && /^(https?|socks5h?):$/.test(new URL(text).protocol);
  if (!known) throw problem("proxy-url is no http, https or socks5 URL", "write it as http://HOST:PORT");
  return text;
}

function certificateOf(user: UserEntry): ClusterAccess["clientCertificate"] {
  const { clientCertificate: certificate, clientKey: key } = user;
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined)
    throw problem("the user has a client certificate without its key, or a key alone", "give both");
  return { certificate, key };
}

function bearerOf(user: UserEntry, cluster: ClusterEntry): BearerSource {
  if (user.authProvider !== undefined) throw refuseAuthProvider(user.authProvider);
  if (user.exec !== undefined) return { type: "exec", plugin: { ...user.exec, clusterConfig: cluster.execConfig } };
  // The file first: client-go reads it again and again, and uses the token only until then.
  if (user.tokenFile !== undefined) return { type: "tokenFile", path: user.tokenFile };
  if (user.token !== undefined) return { type: "token", token: headerText(user.token, "the user's token") };
  if (user.username !== undefined) return { type: "basic", username: user.username, password: user.password };
  return { type: "none" };
}

function refuseAuthProvider({ name, runsCommand }: { readonly name: string; readonly runsCommand: boolean }): GitOpsError {
  const code = runsCommand ? "KUBECONFIG_FORBIDDEN" : "INVALID_KUBECONFIG";
  const what = runsCommand ? "runs a command through the auth-provider" : "uses the auth-provider";
  return new GitOpsError(code, `the user of the kubeconfig ${what} ${name}, which Kubernetes 1.26 removed`, {
    hint: "replace it by the exec plugin of your provider, such as gke-gcloud-auth-plugin or kubelogin",
  });
}

function impersonation(user: UserEntry, overrides: AccessOverrides): Impersonation | undefined {
  if (overrides.as === undefined) {
    if ((overrides.asGroups ?? []).length > 0 || overrides.asUid !== undefined) {
      throw new GitOpsError("USAGE", "--as-group and --as-uid need --as", { hint: "say which user to act as: --as NAME" });
    }
    return user.impersonate;
  }
  return { user: overrides.as, uid: overrides.asUid, groups: overrides.asGroups ?? [], extra: new Map() };
}

function headerText(text: string, what: string): string {
  if (/[^\x20-\x7e]/.test(text)) throw problem(`${what} has characters that no HTTP header may have`, "copy it again, without line breaks");
  return text;
}

function warningsFor(server: URL, insecure: boolean): readonly string[] {
  if (server.protocol === "http:") return [`${server.host} is spoken to without encryption (http)`];
  return insecure ? [`the certificate of ${server.host} is not checked (insecure-skip-tls-verify)`] : [];
}

function problem(message: string, hint: string): GitOpsError {
  return new GitOpsError("INVALID_KUBECONFIG", message, { hint });
}
