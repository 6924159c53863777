import type { CallOptions } from "./cluster-reader.ts";

/** One thing that a user may do or not. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  /** The plural, with a subresource behind a slash: `pods/log`. */
  readonly resource: string;
  /** "" for all namespaces, and for kinds of cluster scope. */
  readonly namespace: string;
}

/** Asks a cluster about itself and about who asks. Nothing is stored by it. Throws as ClusterReader does. */
export interface ClusterProbe {
  /** `host:port` of the API server. */
  readonly server: string;
  /** Of the API server, such as v1.36.1. */
  version(options: CallOptions): Promise<string>;
  /** The user that the server sees (SelfSubjectReview); "" where it is too old to say. */
  whoAmI(options: CallOptions): Promise<string>;
  /** SelfSubjectAccessReview. */
  mayI(right: Right, options: CallOptions): Promise<boolean>;
}
