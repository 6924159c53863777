import type { JsonValue } from "../../../engine/model/json.ts";
import type { ExecPlugin, Impersonation, Material } from "../access.ts";

/** One `cluster` entry. */
export interface ClusterEntry {
  readonly server: string;
  readonly certificateAuthority: Material | undefined;
  readonly insecureSkipTlsVerify: boolean;
  readonly tlsServerName: string | undefined;
  readonly proxyUrl: string | undefined;
  readonly disableCompression: boolean;
  /** The extension `client.authentication.k8s.io/exec`, for plugins. */
  readonly execConfig: JsonValue | undefined;
}

/** One `user` entry. */
export interface UserEntry {
  readonly clientCertificate: Material | undefined;
  readonly clientKey: Material | undefined;
  readonly token: string | undefined;
  /** Absolute. */
  readonly tokenFile: string | undefined;
  readonly username: string | undefined;
  readonly password: string;
  readonly exec: Omit<ExecPlugin, "clusterConfig"> | undefined;
  /** client-go dropped these; kept only to say so. */
  readonly authProvider: { readonly name: string; readonly runsCommand: boolean } | undefined;
  readonly impersonate: Impersonation | undefined;
}

/** One `context` entry; "" for a part that it leaves out. */
export interface ContextEntry {
  readonly cluster: string;
  readonly user: string;
  readonly namespace: string;
}

/** One kubeconfig, or several merged. Maps, since a name may be any text, `__proto__` too. */
export interface Kubeconfig {
  readonly currentContext: string;
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
}

/** Merges by kubectl's rule: of two entries with one name, and of two current contexts, the first counts. */
export function mergeKubeconfigs(files: readonly Kubeconfig[]): Kubeconfig {
  return {
    currentContext: files.find((file) => file.currentContext !== "")?.currentContext ?? "",
    clusters: firstOfEach(files.map((file) => file.clusters)),
    users: firstOfEach(files.map((file) => file.users)),
    contexts: firstOfEach(files.map((file) => file.contexts)),
  };
}

function firstOfEach<T>(maps: readonly ReadonlyMap<string, T>[]): ReadonlyMap<string, T> {
  return new Map(maps.toReversed().flatMap((map) => [...map]));
}
