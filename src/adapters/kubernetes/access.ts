import type { JsonValue } from "../../engine/model/json.ts";

/** Bytes that a kubeconfig gives inline, or the absolute path of a file that holds them. */
export type Material = { readonly type: "inline"; readonly text: string } | { readonly type: "file"; readonly path: string };

/** An `exec` entry of a kubeconfig (client.authentication.k8s.io). */
export interface ExecPlugin {
  readonly apiVersion: "client.authentication.k8s.io/v1" | "client.authentication.k8s.io/v1beta1";
  /** A program on the PATH, or an absolute path. */
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly installHint: string;
  readonly provideClusterInfo: boolean;
  readonly interactiveMode: "Never" | "IfAvailable" | "Always";
  /** The cluster's extension of that name, handed to the plugin as it is. */
  readonly clusterConfig: JsonValue | undefined;
}

/** What the Authorization header is made from. */
export type BearerSource =
  | { readonly type: "none" }
  | { readonly type: "token"; readonly token: string }
  /** Read again and again: such tokens rotate. */
  | { readonly type: "tokenFile"; readonly path: string }
  | { readonly type: "basic"; readonly username: string; readonly password: string }
  | { readonly type: "exec"; readonly plugin: ExecPlugin };

/** Everything needed to speak to one API server as one user. Holds secrets: never print it. */
export interface ClusterAccess {
  /** "" where no context was used (in a cluster, or all given by flags). */
  readonly contextName: string;
  /** The current namespace: flag, context, the Pod's own, `default`. */
  readonly namespace: string;
  readonly server: URL;
  readonly certificateAuthority: Material | undefined;
  readonly insecureSkipTlsVerify: boolean;
  readonly tlsServerName: string | undefined;
  /** `proxy-url` of the cluster. */
  readonly proxyUrl: string | undefined;
  readonly disableCompression: boolean;
  readonly clientCertificate: { readonly certificate: Material; readonly key: Material } | undefined;
  readonly bearer: BearerSource;
  readonly impersonate: Impersonation | undefined;
  /** One line each: what a careful person would want to know about this access. */
  readonly warnings: readonly string[];
}

/** Who to act as (`--as`). */
export interface Impersonation {
  readonly user: string;
  readonly uid: string | undefined;
  readonly groups: readonly string[];
  readonly extra: ReadonlyMap<string, readonly string[]>;
}

/** PEM texts. One object per certificate: a new object means new connections. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}
