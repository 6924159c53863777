export { type Hook, hookOf, type SyncOptions, syncOptionsOf, waveOf } from "./annotations.ts";
export { type RunIdentity, scopeManifests } from "./scope-manifests.ts";
export { deferredReasons } from "./deferred-reasons.ts";
export type { DeletionInput, PlanInput, PruneEvidence } from "./plan-input.ts";
export { makePlan } from "./make-plan.ts";
export { planDeletion } from "./plan-deletion.ts";
export { countsAsOccupant, pruneCandidates } from "./prune.ts";
