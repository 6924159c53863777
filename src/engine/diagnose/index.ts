/** Diagnosis: from the facts about a delivery, or about the surroundings, to findings. */
export { diagnose, sortFindings } from "./diagnose.ts";
export type { DeliveryFacts, DependencyFacts, Life, MemberFacts, ObjectFacts, ParentFacts, ReferenceFacts, SourceFacts } from "./facts.ts";
export { groupByCause, type Suspect } from "./group.ts";
export { redact } from "./redact.ts";
export { sourceFindings } from "./rules/source.ts";
export { surroundingFindings, type RightFacts, type SurroundingFacts } from "./surroundings.ts";
