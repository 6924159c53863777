import type { SyncPolicy } from "../../model/delivery.ts";
import type { Manifest } from "../../model/manifest.ts";
import type { ResourceId } from "../../model/resource-id.ts";
import type { Revision, Source } from "../../model/source.ts";
import type { SyncCounts } from "../../model/event.ts";
import type { DeliveryRequest } from "../request.ts";

/** How the apps of a run are delivered. */
export interface AppsOptions {
  readonly build: DeliveryRequest["build"];
  /** What a person let the run do; prune and force are the apps' own. */
  readonly policy: Pick<SyncPolicy, "forceConflicts" | "preflight" | "createNamespace" | "allowEmpty" | "allowMassPrune" | "confirmPrune">;
  /** Off: nothing waits for health, whatever the apps say. */
  readonly wait: boolean;
  /** For each app, in milliseconds, in place of its own; undefined keeps that. */
  readonly timeoutMs: number | undefined;
  /** Suspend what a living controller delivers, and deliver it here. */
  readonly takeover: boolean;
  /** Whether an app may name sources and dependencies of other namespaces. */
  readonly crossNamespace: boolean;
  /** Undefined variables are errors. */
  readonly strictVariables: boolean;
  readonly expectCluster: string | undefined;
  /** Files to build in place of those of the named app's source: another ref of it, or a folder of this machine. */
  readonly instead: { readonly app: ResourceId; readonly ref: string } | { readonly app: ResourceId; readonly files: Source } | undefined;
}

/** What is to be delivered. */
export interface AppsRequest {
  /** Objects of dialects, apps and sources, as they are declared in files. */
  readonly declared: readonly Manifest[];
  /** Apps that are in the cluster and are named there. */
  readonly named: readonly ResourceId[];
  readonly options: AppsOptions;
}

/** How one app of a run ended. */
export interface AppResult {
  readonly id: ResourceId;
  /** Who acted. */
  readonly by: "controller" | "gitops";
  readonly outcome: "ready" | "failed" | "skipped";
  readonly revision: Revision;
  readonly counts: SyncCounts;
  /** Why it was skipped; "" otherwise. */
  readonly message: string;
  readonly failures: readonly Error[];
}
