import type { ApplyChange, Change } from "./change.ts";
import type { ErrorCode } from "./errors.ts";
import type { Inventory } from "./inventory.ts";
import type { ResourceId } from "./resource-id.ts";

/** The phases of a sync, in the order they run; SyncFail only after a failure (Argo CD's hooks). */
export const SYNC_PHASES = ["PreSync", "Sync", "PostSync", "SyncFail"] as const;

/** A word of {@link SYNC_PHASES}. */
export type SyncPhase = (typeof SYNC_PHASES)[number];

/** When a hook's object is removed (Argo CD's `hook-delete-policy`). */
export type HookDeletePolicy = "HookSucceeded" | "HookFailed" | "BeforeHookCreation";

/** How a desired object reaches the server. `recreate` deletes first; only where a person allowed it. */
export type ApplyMethod = "apply" | "replace" | "recreate";

/** What another tool left on an object that is taken over from it. */
export interface AdoptedMarks {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
  /** Field managers whose entries move into ours. */
  readonly managers: readonly string[];
}

/** One object of the plan. */
export interface PlanStep {
  readonly change: ApplyChange;
  readonly method: ApplyMethod;
  /** Why it stands where it is, such as "wave 3, after its Namespace". */
  readonly reason: string;
  /** The step that the dry-run had to wait for, such as "needs CustomResourceDefinition widgets.example.com". */
  readonly deferred?: string;
  /** The server has no strict field validation for it (`Validate=false`). */
  readonly validate: boolean;
  /** Present where the object is taken over from another tool: dropped before the apply. */
  readonly adopts?: AdoptedMarks;
  /** Present on hooks, which are awaited, and are not part of the inventory. */
  readonly hook?: { readonly deletePolicies: readonly HookDeletePolicy[] };
}

/** Steps that are sent at once. The next stage starts when all of these are accepted (and, for CRDs, Established). */
export interface PlanStage {
  readonly reason: string;
  readonly steps: readonly PlanStep[];
}

/** A wave of a phase. The next wave starts when every object of this one is healthy, where `gate` says so. */
export interface PlanWave {
  readonly phase: SyncPhase;
  readonly wave: number;
  readonly stages: readonly PlanStage[];
  readonly gate: "healthy" | "accepted";
}

/** One object to delete. */
export interface PruneStep {
  readonly change: Extract<Change, { action: "prune" }>;
  readonly reason: string;
  readonly propagation: "Foreground" | "Background" | "Orphan";
}

/** Why a person must decide before anything is written. */
export interface Guard {
  readonly code: ErrorCode;
  readonly message: string;
  /** The flag that lifts it. */
  readonly hint: string;
  readonly objects: readonly ResourceId[];
}

/** Everything that a run would do, in order. Plain data: it prints, stores and replays. */
export interface Plan {
  readonly waves: readonly PlanWave[];
  /** In the order of deletion, grouped: a group starts when the objects of the former are gone. */
  readonly prune: readonly (readonly PruneStep[])[];
  /** What stays although Git no longer declares it, and why. */
  readonly skipped: readonly Extract<Change, { action: "skip" }>[];
  readonly guards: readonly Guard[];
  /** One line each, for stderr. */
  readonly warnings: readonly string[];
  /** Written before the first write: what the delivery owned and will own. */
  readonly intent: Inventory;
  /** Written at the end, uids filled in. */
  readonly after: Inventory;
}
