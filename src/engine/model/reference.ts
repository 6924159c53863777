import type { ResourceId } from "./resource-id.ts";

/** What an object of a dialect needs another object for. */
export type ReferencePurpose =
  | "credentials"
  | "certificate"
  | "verification"
  | "proxy"
  | "kubeconfig"
  | "decryption"
  | "variables"
  | "values"
  | "account"
  | "target";

/** Another object that one of a dialect names and cannot do without. */
export interface Reference {
  readonly id: ResourceId;
  readonly purpose: ReferencePurpose;
  /** Where the name stands, such as spec.secretRef. */
  readonly field: string;
  /** Sets of keys of which one must be there in full; empty where any content will do. */
  readonly keys: readonly (readonly string[])[];
  readonly isOptional: boolean;
}

/** What stands around an object of a dialect, as it says itself. */
export interface ObjectSurroundings {
  readonly references: readonly Reference[];
  /** The shard of controllers that it is put into; "" for none. */
  readonly shard: string;
}
