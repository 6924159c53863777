import { createHash } from "node:crypto";
import { isAbsolute, join } from "node:path";
import type { Emit } from "../../engine/model/event.ts";
import { GitOpsError } from "../../engine/model/errors.ts";
import type { ClusterProbe } from "../../engine/ports/cluster-probe.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import type { ClusterWriter } from "../../engine/ports/cluster-writer.ts";
import type { DeliveryObjects } from "../../engine/ports/delivery-objects.ts";
import type { ClusterAccess } from "./access.ts";
import { createConnection } from "./connection.ts";
import { createCredentialSource } from "./credentials/credentials.ts";
import { createDeliveryObjects } from "./delivery-objects.ts";
import { findKubeconfig } from "./kubeconfig/find.ts";
import { inClusterAccess } from "./kubeconfig/in-cluster.ts";
import { parseKubeconfig } from "./kubeconfig/parse.ts";
import { resolveAccess, type AccessOverrides } from "./kubeconfig/resolve.ts";
import { refuseUntrusted } from "./kubeconfig/untrusted.ts";
import { createClusterProbe } from "./probe.ts";
import { createReader } from "./reader.ts";
import { createApiClient } from "./transport/client.ts";
import { createDialer } from "./transport/dialer.ts";
import { DEFAULT_LIMITS, type TransportLimits } from "./transport/limits.ts";
import { createWriter } from "./writer.ts";

/** Which cluster, as whom, and with what. Only `clock` and `environment` are needed. */
export interface ClusterConnectionOptions extends AccessOverrides {
  /** `--kubeconfig`. */
  readonly kubeconfig?: string;
  /** A kubeconfig out of a Secret or a repository: it may not run programs, read files or lower the guard. */
  readonly untrustedKubeconfig?: { readonly text: string; readonly name: string };
  /** `--request-timeout` in milliseconds; 0 for none. */
  readonly requestTimeoutMs?: number;
  /** The process's environment: KUBECONFIG, HOME, proxies, XDG_CACHE_HOME. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Told of retries and of the server's warnings. */
  readonly emit?: Emit;
  /** Whether a credential plugin may ask questions: stdin is a terminal. */
  readonly interactive?: boolean;
  readonly execTimeoutMs?: number;
  readonly userAgent?: string;
  readonly limits?: Partial<TransportLimits>;
}

/** One cluster, reached as one user. */
export interface KubernetesCluster extends ClusterWriter {
  /** "" where no context was used. */
  readonly contextName: string;
  /** Where objects and deliveries go that name no namespace. */
  readonly defaultNamespace: string;
  /** `host:port` of the API server. */
  readonly serverHost: string;
  /** Writes the objects of dialects. */
  readonly objects: DeliveryObjects;
  /** Asks about the cluster itself, and about this user. */
  readonly probe: ClusterProbe;
  /** The API server's version, such as v1.36.1. */
  version(signal: AbortSignal): Promise<string>;
  /** Write requests that the server accepted; dry-runs do not count. */
  writeCount(): number;
  /** Ends all connections. Calls under way fail; watches must be aborted before. */
  close(): void;
}

/**
 * Finds and checks the access, and prepares the connection; nothing is sent yet.
 * Throws INVALID_KUBECONFIG, CONTEXT_NOT_FOUND, PATH_NOT_FOUND, KUBECONFIG_FORBIDDEN, USAGE.
 */
export async function connectCluster(options: ClusterConnectionOptions): Promise<KubernetesCluster> {
  const { clock, environment } = options;
  const emit: Emit = options.emit ?? (() => undefined);
  const access = await findAccess(options);
  for (const message of access.warnings) emit({ type: "warning", message });
  const limits = limitsOf(options);
  const dialer = await createDialer(access, limits.connections, environment);
  const host = {
    environment: withoutOwnSecrets(environment),
    interactive: options.interactive ?? false,
    execTimeoutMs: options.execTimeoutMs ?? 30_000,
  };
  const credentials = createCredentialSource(access, clock, host);
  const client = createApiClient({ access, dialer, credentials, clock, limits, emit, userAgent: options.userAgent ?? "gitops" });
  const connection = createConnection(client);
  const reader = createReader({ connection, clock, limits, emit, cacheFolder: cacheFolder(access, environment) });
  let writes = 0;
  const parts = { connection, onWrite: () => void writes++ };
  const probe = createClusterProbe(connection);
  return {
    ...createWriter(parts, reader),
    objects: createDeliveryObjects(parts, reader),
    contextName: access.contextName,
    defaultNamespace: access.namespace,
    serverHost: client.server,
    probe,
    version: (signal) => probe.version({ signal }),
    writeCount: () => writes,
    close: () => client.close(),
  };
}

/** The access that these options mean. Throws as {@link connectCluster}. */
export async function findAccess(options: ClusterConnectionOptions): Promise<ClusterAccess> {
  const { untrustedKubeconfig: untrusted, environment } = options;
  if (untrusted !== undefined) {
    const config = await parseKubeconfig(untrusted.text, { name: untrusted.name, folder: "/" });
    refuseUntrusted(config, untrusted.name);
    return resolveAccess(config, options);
  }
  const config = await findKubeconfig(options.kubeconfig, environment);
  if (config !== undefined) return resolveAccess(config, options);
  const pod = await inClusterAccess(environment);
  if (pod !== undefined && options.context === undefined) return { ...pod, namespace: options.namespace ?? pod.namespace };
  if (options.server !== undefined)
    return resolveAccess({ currentContext: "", clusters: new Map(), users: new Map(), contexts: new Map() }, options);
  throw new GitOpsError("CONTEXT_NOT_FOUND", "there is no kubeconfig", {
    hint: "write ~/.kube/config, set KUBECONFIG, or give --kubeconfig FILE",
    data: { nearest: [] },
  });
}

function limitsOf({ limits, requestTimeoutMs }: ClusterConnectionOptions): TransportLimits {
  const callMs = requestTimeoutMs === 0 ? Infinity : requestTimeoutMs;
  return { ...DEFAULT_LIMITS, ...(callMs === undefined ? {} : { callMs }), ...limits };
}

/** What a credential plugin sees: kubectl would hand it everything, but these are for this program alone. */
function withoutOwnSecrets(environment: ClusterConnectionOptions["environment"]): ClusterConnectionOptions["environment"] {
  const { GITOPS_TOKEN: _token, GITOPS_GIT_TOKEN: _gitToken, ...others } = environment;
  return others;
}

/** Below the XDG cache folder (kubectl's `~/.kube/cache` is another program's), one folder for each server; undefined without a home. */
function cacheFolder(access: ClusterAccess, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { XDG_CACHE_HOME: xdg = "", HOME: home = "" } = environment;
  // The XDG specification says that a relative path is to be ignored.
  const base = isAbsolute(xdg) ? xdg : isAbsolute(home) ? join(home, ".cache") : undefined;
  if (base === undefined) return undefined;
  const server = createHash("sha256").update(access.server.href).digest("hex").slice(0, 16);
  return join(base, "gitops", "discovery", server);
}
