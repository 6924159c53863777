import type { HookDeletePolicy, SyncPhase } from "./plan.ts";

/** How an object takes part in a sync as a hook. */
export interface Hook {
  readonly phases: readonly SyncPhase[];
  readonly deletePolicies: readonly HookDeletePolicy[];
  /** Why no sync ever applies the object (`Skip`, PreDelete, Helm's test hooks); then there are no phases. */
  readonly skip: string | undefined;
}

/** What one object asks of a sync, whatever the words that its dialect has for it. */
export interface ObjectOptions {
  /** Undefined for a plain object. */
  readonly hook: Hook | undefined;
  readonly wave: number;
  readonly prune: "yes" | "no" | "confirm";
  readonly delete: "yes" | "no" | "confirm";
  readonly pruneLast: boolean;
  /** Whether it is sent at all: `if-absent` only where there is none yet, `never` leaves it as it is and owned. */
  readonly apply: "always" | "if-absent" | "never";
  /** Whether what kubectl and older entries of ours manage moves into our entry; off: their fields stay (Flux's `ssa: Merge`). */
  readonly migrate: boolean;
  /** Sent as a whole (PUT, or POST where it is new) instead of applied. */
  readonly replace: boolean;
  /** Deleted and made again where the server refuses the change of an immutable field, and on every replace. */
  readonly force: boolean;
  /** Whether the server refuses unknown fields. */
  readonly validate: boolean;
  readonly skipDryRunOnMissingResource: boolean;
  readonly warnings: readonly string[];
}
