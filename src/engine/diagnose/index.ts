/** Diagnosis: from the facts about a delivery, or about the surroundings, to findings. */
export { diagnose, sortFindings } from "./diagnose.ts";
export type {
  DeliveryFacts,
  DependencyFacts,
  FailureFacts,
  Life,
  MemberFacts,
  ObjectFacts,
  ParentFacts,
  ReferenceFacts,
  SourceFacts,
} from "./facts.ts";
export { groupByCause, type Suspect } from "./group.ts";
export { changedAt } from "./rules/controller.ts";
export { sourceFindings } from "./rules/source.ts";
export { surroundingFindings, type RightFacts, type SurroundingFacts } from "./surroundings.ts";
