import type { Spot } from "../fail.ts";

/** Who names a path: the kustomization file and its entry, for messages. */
export interface Naming {
  readonly file: string;
  /** As messages name it. */
  readonly field: string;
  readonly spot: Spot;
}
