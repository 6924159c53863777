import type { CallOptions, ClusterReader } from "./cluster-reader.ts";
import type { DeliveryObjects } from "./delivery-objects.ts";

/** Another cluster than the one at hand. */
export interface RemoteCluster {
  readonly cluster: ClusterReader;
  readonly objects: DeliveryObjects;
  /** `host:port` of its API server. */
  readonly server: string;
  /** Of its API server, such as v1.36.1. Throws CLUSTER_UNREACHABLE, CERTIFICATE_INVALID, TIMED_OUT. */
  version(options: CallOptions): Promise<string>;
  close(): void;
}

/** Credentials of a service account: secrets. */
export interface AccountCredentials {
  readonly token: string;
  /** PEM; "" for none. */
  readonly authority: string;
}

/** Ways to other clusters, and what a kubeconfig for a controller is made from. */
export interface RemoteClusters {
  /** By a context of the person's own kubeconfig. Throws CONTEXT_NOT_FOUND, INVALID_KUBECONFIG. */
  ofContext(context: string): Promise<RemoteCluster>;
  /** By a kubeconfig alone, tried once and not for long. It may run no program and read no file: KUBECONFIG_FORBIDDEN. */
  ofKubeconfig(text: string, name: string): Promise<RemoteCluster>;
  /**
   * A kubeconfig that holds all that it needs, for the server of a context: with the account's credentials where they are given, else
   * with the context's own. Throws KUBECONFIG_FORBIDDEN where these are made anew by a program or read from a file that changes.
   */
  kubeconfigOf(context: string, account: AccountCredentials | undefined): Promise<string>;
}
