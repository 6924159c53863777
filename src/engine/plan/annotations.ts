import type { Manifest } from "../model/manifest.ts";
import type { HookDeletePolicy, SyncPhase } from "../model/plan.ts";

/** `skip` is the reason why a sync never applies the object (`hook: Skip`, PreDelete, Helm's test hooks); then phases is empty. */
export interface Hook {
  readonly phases: readonly SyncPhase[];
  readonly deletePolicies: readonly HookDeletePolicy[];
  readonly skip: string | undefined;
}
export interface SyncOptions {
  readonly prune: "yes" | "no" | "confirm";
  readonly delete: "yes" | "no" | "confirm";
  readonly pruneLast: boolean;
  readonly replace: boolean;
  readonly force: boolean;
  readonly validate: boolean;
  readonly skipDryRunOnMissingResource: boolean;
  readonly warnings: readonly string[];
}
/** Undefined for an object that is no hook. Throws INVALID_MANIFEST for an unknown hook word. */
export declare function hookOf(manifest: Manifest): Hook | undefined;
export declare function syncOptionsOf(manifest: Manifest): SyncOptions;
export declare function waveOf(manifest: Manifest): number;
