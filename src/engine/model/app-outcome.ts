import type { Inventory } from "./inventory.ts";
import type { Revision } from "./source.ts";

/** The part of a run that failed. */
export type FailedStage = "source" | "access" | "dependency" | "expression" | "build" | "apply" | "prune" | "health";

/** How one delivery of an app went, for its status. */
export interface AppOutcome {
  /** "" where the source gave none. */
  readonly revision: Revision;
  /** Undefined where all went well. */
  readonly failure: { readonly stage: FailedStage; readonly message: string } | undefined;
  /** Whether the run waited for the health of what it applied. */
  readonly isHealthChecked: boolean;
  /** What the app owns now; undefined where the run did not come so far. */
  readonly inventory: Inventory | undefined;
  /** Digest of the built objects, `sha256:<hex>`; "" where nothing was built. */
  readonly digest: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
}
