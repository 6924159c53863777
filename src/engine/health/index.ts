/** Health: from a live object to one of six words, why, and what that means for the one who waits. */
export { assessHealth, MISSING } from "./assess-health.ts";
export { compileHealthExpressions, compileReadyExpression } from "./cel.ts";
export type { ExpressionJudge, FluxVerdict, ReadinessJudge } from "./cel.ts";
export { declaresStatus } from "./declared-status.ts";
export { explain } from "./explain.ts";
export { fluxVerdict } from "./flux-verdict.ts";
export { gateVerdict } from "./gates.ts";
export type { Gate, GateFacts } from "./gates.ts";
export { NO_STATUS_GRACE_MS } from "./generic.ts";
export type { HealthOptions } from "./generic.ts";
export { toKstatus } from "./kstatus.ts";
export { newestEvent } from "./object-events.ts";
export { isPodOf, podSelectorOf } from "./pod-selector.ts";
