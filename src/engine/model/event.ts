import type { Diagnostic } from "./diagnostic.ts";
import type { ErrorCode } from "./errors.ts";
import type { Health } from "./health.ts";
import type { SyncPhase } from "./plan.ts";
import type { ResourceId } from "./resource-id.ts";
import type { Revision } from "./source.ts";

/** kubectl's words for what was done to an object. */
export type AppliedAction = "created" | "configured" | "unchanged" | "pruned" | "skipped" | "recreated";

/** How many objects met which end. `writes` counts every write request that the server accepted, inventory included. */
export interface SyncCounts {
  readonly created: number;
  readonly configured: number;
  readonly unchanged: number;
  readonly pruned: number;
  readonly skipped: number;
  readonly failed: number;
  readonly writes: number;
}

/** What a run has done that did nothing. */
export const NO_COUNTS: SyncCounts = { created: 0, configured: 0, unchanged: 0, pruned: 0, skipped: 0, failed: 0, writes: 0 };

/** One app of a run that is over. */
export interface FinishedApp extends ResourceId {
  readonly by: "controller" | "gitops";
  readonly outcome: "ready" | "failed" | "skipped";
  readonly revision: Revision;
  readonly message: string;
}

/** What happens in a run, as it happens. Progress, logs, NDJSON and the agent are listeners of this one stream. */
export type EngineEvent = (
  | { readonly type: "source.fetching"; readonly source: string }
  | { readonly type: "source.fetched"; readonly source: string; readonly revision: Revision }
  | { readonly type: "build.finished"; readonly objects: number }
  | { readonly type: "compare.started"; readonly objects: number }
  | {
      readonly type: "plan.ready";
      readonly create: number;
      readonly configure: number;
      readonly unchanged: number;
      readonly prune: number;
      readonly skip: number;
    }
  | { readonly type: "wave.started"; readonly phase: SyncPhase; readonly wave: number; readonly objects: number }
  | { readonly type: "object.applied"; readonly id: ResourceId; readonly action: AppliedAction; readonly dryRun?: true }
  | { readonly type: "object.failed"; readonly id: ResourceId; readonly code: ErrorCode; readonly message: string }
  | { readonly type: "object.health"; readonly id: ResourceId; readonly health: Health }
  | { readonly type: "health.waiting"; readonly objects: number }
  | { readonly type: "prune.started"; readonly objects: number }
  | { readonly type: "prune.withheld"; readonly objects: number; readonly reason: string }
  | { readonly type: "inventory.written"; readonly entries: number }
  | { readonly type: "request.retried"; readonly what: string; readonly reason: string; readonly attempt: number; readonly delayMs: number }
  | { readonly type: "request.sent"; readonly id: ResourceId; readonly controller: string }
  | { readonly type: "request.answered"; readonly id: ResourceId; readonly revision: Revision }
  | { readonly type: "object.deleting"; readonly id: ResourceId; readonly finalizers: readonly string[] }
  /** `diagnostic` where a file of the source is what is warned about. */
  | { readonly type: "warning"; readonly message: string; readonly id?: ResourceId; readonly diagnostic?: Diagnostic }
  | ({
      readonly type: "sync.finished";
      readonly revision: Revision;
      readonly exitCode: number;
      readonly apps?: readonly FinishedApp[];
    } & SyncCounts)
  | { readonly type: "app.started"; readonly id: ResourceId; readonly by: "controller" | "gitops" }
  | { readonly type: "app.waiting"; readonly id: ResourceId; readonly reason: string }
  | {
      readonly type: "app.finished";
      readonly id: ResourceId;
      readonly by: "controller" | "gitops";
      readonly outcome: "ready" | "failed" | "skipped";
      readonly revision: Revision;
      readonly message: string;
    }
) & {
  /** The app that the event is about, in a run of several. */
  readonly app?: ResourceId;
};

/** Receives events. Must not throw and must not wait. */
export type Emit = (event: EngineEvent) => void;
