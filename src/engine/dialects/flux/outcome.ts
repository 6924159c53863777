import type { AppOutcome, FailedStage } from "../../model/app-outcome.ts";
import { arrayAt, isJsonObject, stringAt, valueAt, type JsonObject, type JsonValue } from "../../model/json.ts";
import { KUSTOMIZE_GROUP } from "./kinds.ts";
import { KUSTOMIZATION_RECORD } from "./record.ts";
import { REQUESTED_AT } from "./requests.ts";

/** The controller keeps so many attempts (fluxcd/pkg apis/meta, `HistoryMaxSize`). */
const HISTORY_LENGTH = 5;

const SUCCEEDED = "ReconciliationSucceeded";

/** The reasons that the kustomize-controller gives for what failed. */
const REASONS: Readonly<Record<FailedStage, string>> = {
  source: "ArtifactFailed",
  access: "AccessDenied",
  dependency: "DependencyNotReady",
  expression: "InvalidCELExpression",
  build: "BuildFailed",
  apply: "ReconciliationFailed",
  prune: "PruneFailed",
  health: "HealthCheckFailed",
};

/** The part that a reason of the kustomize-controller speaks of. */
export function stageOfReason(reason: string): FailedStage | undefined {
  return (Object.keys(REASONS) as FailedStage[]).find((stage) => REASONS[stage] === reason);
}

/** Failures that no retry mends: the controller stalls until the spec changes. */
const STALLING: ReadonlySet<FailedStage> = new Set(["access", "expression"]);

/** Failures after something was built: they are part of the history. */
const RECORDED: ReadonlySet<FailedStage> = new Set(["apply", "prune", "health"]);

/**
 * The status of a Kustomization after a run, as its controller leaves it: conditions, revisions, inventory, history, the request that
 * was answered. `observedGeneration` moves on success and when it stalls only.
 */
export function kustomizationStatus(object: JsonObject, outcome: AppOutcome): JsonObject {
  const { failure, revision, inventory } = outcome;
  const generation = valueAt(object, "metadata", "generation") ?? 0;
  const isStalled = failure !== undefined && STALLING.has(failure.stage);
  const isSettled = failure === undefined || isStalled;
  const requested = stringAt(object, "metadata", "annotations", REQUESTED_AT);
  return {
    ...(isSettled ? { observedGeneration: generation } : {}),
    conditions: conditionsAfter(object, outcome, generation),
    ...(inventory === undefined ? {} : KUSTOMIZATION_RECORD.statusOf(inventory)),
    ...(revision === "" || failure?.stage === "source" ? {} : { lastAttemptedRevision: revision }),
    ...(failure === undefined ? { lastAppliedRevision: revision } : {}),
    ...(failure === undefined || RECORDED.has(failure.stage) ? { history: historyAfter(object, outcome) } : {}),
    ...(requested === "" ? {} : { lastHandledReconcileAt: requested }),
  };
}

/** What the controller's Event about a run carries: the reason of its Ready condition, and the revision that it was about. */
export function kustomizationEvent({ failure, revision }: AppOutcome): {
  readonly reason: string;
  readonly annotations: Readonly<Record<string, string>>;
} {
  const annotations = revision === "" ? {} : { [`${KUSTOMIZE_GROUP}/revision`]: revision };
  return { reason: failure === undefined ? SUCCEEDED : REASONS[failure.stage], annotations };
}

interface Wanted {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

function conditionsAfter(object: JsonObject, outcome: AppOutcome, generation: JsonValue): JsonObject[] {
  const { failure, revision, isHealthChecked } = outcome;
  const ready: Wanted =
    failure === undefined
      ? { type: "Ready", status: "True", reason: SUCCEEDED, message: `Applied revision: ${revision}` }
      : { type: "Ready", status: "False", reason: REASONS[failure.stage], message: failure.message };
  const healthy = healthyCondition(outcome);
  const stalled: Wanted[] =
    failure !== undefined && STALLING.has(failure.stage)
      ? [{ type: "Stalled", status: "True", reason: REASONS[failure.stage], message: failure.message }]
      : [];
  const wanted = [ready, ...stalled, ...(healthy === undefined ? [] : [healthy])];
  const replaced = new Set(["Ready", "Reconciling", "Stalled", ...(isHealthChecked || failure === undefined ? ["Healthy"] : [])]);
  const kept = arrayAt(object, "status", "conditions").filter((entry) => !replaced.has(stringAt(entry, "type")) && isJsonObject(entry));
  const at = new Date(outcome.endedAt).toISOString().replace(/\.\d+Z$/, "Z");
  return [...wanted.map((one) => conditionOf(one, object, { generation, at })), ...kept.filter(isJsonObject)];
}

function healthyCondition({ failure, isHealthChecked, startedAt, endedAt }: AppOutcome): Wanted | undefined {
  if (!isHealthChecked) return undefined;
  if (failure?.stage === "health") return { type: "Healthy", status: "False", reason: REASONS.health, message: failure.message };
  if (failure !== undefined) return undefined;
  const message = `Health check passed in ${formatDuration(endedAt - startedAt)}`;
  return { type: "Healthy", status: "True", reason: "Succeeded", message };
}

/** The time of a condition is when it last changed, in whatever part of it (fluxcd/pkg runtime/conditions, `Set`). */
function conditionOf(
  wanted: Wanted,
  object: JsonObject,
  { generation, at }: { readonly generation: JsonValue; readonly at: string },
): JsonObject {
  const old = arrayAt(object, "status", "conditions").find((entry) => stringAt(entry, "type") === wanted.type);
  const isSame = (["status", "reason", "message"] as const).every((field) => stringAt(old, field) === wanted[field]);
  const since = isSame ? stringAt(old, "lastTransitionTime") : "";
  return { ...wanted, observedGeneration: generation, lastTransitionTime: since === "" ? at : since };
}

function historyAfter(object: JsonObject, { failure, revision, digest, startedAt, endedAt }: AppOutcome): JsonValue[] {
  const status = failure === undefined ? SUCCEEDED : REASONS[failure.stage];
  const all = arrayAt(object, "status", "history");
  const old = all.find((entry) => stringAt(entry, "digest") === digest && stringAt(entry, "lastReconciledStatus") === status);
  const at = new Date(endedAt).toISOString().replace(/\.\d+Z$/, "Z");
  const times = valueAt(old, "totalReconciliations");
  const entry: JsonObject = {
    digest,
    firstReconciled: stringAt(old, "firstReconciled") || at,
    lastReconciled: at,
    lastReconciledDuration: formatDuration(endedAt - startedAt),
    lastReconciledStatus: status,
    totalReconciliations: typeof times === "number" ? times + 1 : 1,
    metadata: { revision },
  };
  return [entry, ...all.filter((other) => other !== old)].slice(0, HISTORY_LENGTH);
}

/** As Go prints a duration, in milliseconds: "1.234s", "12ms". */
function formatDuration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${String(Math.max(0, Math.round(milliseconds)))}ms`;
  const seconds = milliseconds / 1_000;
  const minutes = Math.floor(seconds / 60);
  const rest = `${String(Number((seconds - minutes * 60).toFixed(3)))}s`;
  return minutes === 0 ? rest : `${String(minutes)}m${rest}`;
}
