export { scopeManifests } from "./scope-manifests.ts";
export { deferredReasons } from "./deferred-reasons.ts";
export { carriesMark } from "./ownership.ts";
export type { LeftObject, PlanInput } from "./plan-input.ts";
export { ADOPTION_SOURCES, type AdoptionSource, marksToDrop } from "./adoption.ts";
export { makePlan } from "./make-plan.ts";
export { planDeletion } from "./plan-deletion.ts";
export { recreationRefusal } from "./recreation.ts";
export { countsAsOccupant, pruneCandidates, wasAppliedBy } from "./prune.ts";
