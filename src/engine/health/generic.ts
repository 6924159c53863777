import { worstHealth } from "../model/health.ts";
import type { Health } from "../model/health.ts";
import { arrayAt, isJsonObject, valueAt } from "../model/json.ts";
import type { JsonObject } from "../model/json.ts";
import { conditionsOf, findCondition, integerAt, isStale, readConditions } from "./conditions.ts";
import type { StatusCondition } from "./conditions.ts";
import { phaseHealth } from "./phase-words.ts";
import { degraded, healthy, progressing, suspended } from "./verdict.ts";

/** What the caller knows about an object beside its text. */
export interface HealthOptions {
  /** Whether the kind's schema has `status.conditions` or `status.observedGeneration`: then somebody is expected to fill them. */
  readonly declaresStatus?: boolean;
  /** Milliseconds since the object was created or last changed by us; left out: long ago. */
  readonly ageMs?: number;
}

/** How long an object whose kind declares a status may be without one before it counts as Healthy, in milliseconds. */
export const NO_STATUS_GRACE_MS = 10_000;

/** Conditions that sum an object up, beside Ready. Gateway API, Crossplane, Tekton, Knative and others use them. */
const SUMMARY_TYPES = ["Available", "Healthy", "Succeeded", "Complete", "Established", "Accepted", "Programmed", "ResolvedRefs", "Synced"];

/** Conditions that are bad news when True, such as Degraded, ReconcileFailed, HasErrors, Invalid. */
const FAILURE_TYPE = /(Degraded|Fail(ed|ure)|Errors?|ErrorOccurred|Invalid|Denied|NotReady)$/;

/** Conditions that say, when True, that a Ready which is not True is on the way (cert-manager, operators). */
const UNDER_WAY_TYPES = ["Issuing", "Progressing", "Creating", "Updating"];

/** A reason, or for want of one a message, of a False condition that says "not yet", in the words that controllers use. */
const NOT_YET = new RegExp(
  [
    "^Wait|^Await|^Dependency|Pending|InProgress|NotReady|NotYet|NotReconciled|NotAvailable|Unavailable|Unknown",
    "(Progress|Reconcil|Creat|Provision|Initiali[sz]|Start|Install|Updat|Upgrad|Schedul|Deploy|Scal|Issu|Bind|Roll|Launch|Runn|Process|Sync)ing",
  ].join("|"),
);

/** A reason that names a failure although a word of {@link NOT_YET} is in it. */
const FAILED = /Fail|Error|Invalid|Denied|Forbidden|Rejected|Unauthorized|Missing|NotFound|Conflict/;

/**
 * Judges an object that no kind rule is for, by the conventions of the API: kstatus's observedGeneration, Reconciling and
 * Stalled, then Ready and its relatives, then the words of `status.phase`. Ready=False is Degraded, as in Argo CD, unless
 * its reason says that it is on the way. Where an object has conditions for each of its parents or ancestors (Gateway API), the
 * worst of all decides.
 */
export function assessGeneric(object: JsonObject, options: HealthOptions): Health {
  if (valueAt(object, "spec", "suspend") === true || valueAt(object, "spec", "paused") === true) {
    return suspended("Suspended", "its controller is told to leave it alone");
  }
  if (!hasStatus(object)) return assessWithoutStatus(options);
  if (isStale(object)) return progressing("GenerationNotObserved", "its controller has not seen the latest change yet");
  const verdicts = conditionLists(object).map((conditions) => standardVerdict(conditions) ?? summaryVerdict(object, conditions));
  // A phase that is worse than what the conditions sum up says more than they do: a paused rollout is Available.
  const known = [...verdicts, phaseHealth(object)].filter((verdict) => verdict !== undefined);
  return known.length > 0 ? worstHealth(known) : healthy();
}

/** The object's own conditions and those for each parent or ancestor, without what is left of parents from before the last change. */
function conditionLists(object: JsonObject): readonly (readonly StatusCondition[])[] {
  const lists = [...arrayAt(object, "status", "parents"), ...arrayAt(object, "status", "ancestors")].map((one) =>
    readConditions(arrayAt(one, "conditions")),
  );
  const generation = integerAt(object, "metadata", "generation") ?? 0;
  const current = lists.filter((list) =>
    list.every(({ observedGeneration }) => observedGeneration === undefined || observedGeneration >= generation),
  );
  return [conditionsOf(object), ...(current.length > 0 ? current : lists)];
}

function hasStatus(object: JsonObject): boolean {
  const status = valueAt(object, "status");
  return isJsonObject(status) && Object.keys(status).length > 0;
}

function assessWithoutStatus({ declaresStatus, ageMs }: HealthOptions): Health {
  if (declaresStatus !== true) return healthy();
  if (ageMs !== undefined && ageMs < NO_STATUS_GRACE_MS) return progressing("NoStatus", "its controller has not written a status yet");
  return healthy("no controller serves this kind here: nobody has written a status", "NoStatus");
}

function standardVerdict(conditions: readonly StatusCondition[]): Health | undefined {
  const first = conditions.find(({ type, status }) => (type === "Reconciling" || type === "Stalled") && status === "True");
  // Flux writes this beside a Ready that is False: the attempt failed, and Ready says how.
  if (first?.reason === "ProgressingWithRetry" && findCondition(conditions, "Ready")?.status === "False") return undefined;
  if (first === undefined) return undefined;
  return first.type === "Stalled"
    ? degraded(first.reason || "Stalled", first.message)
    : progressing(first.reason || "Reconciling", first.message);
}

function summaryVerdict(object: JsonObject, conditions: readonly StatusCondition[]): Health | undefined {
  const failure = conditions.find(({ type, status }) => FAILURE_TYPE.test(type) && status === "True");
  if (failure !== undefined) return degraded(failure.reason || failure.type, failure.message);
  const ready = findCondition(conditions, "Ready");
  // Crossplane's Synced=False stands beside a Ready that is still True.
  const judged =
    ready === undefined ? SUMMARY_TYPES.map((type) => findCondition(conditions, type)) : [findCondition(conditions, "Synced"), ready];
  const generation = integerAt(object, "metadata", "generation") ?? 0;
  let best: Health | undefined;
  for (const condition of judged) {
    if (condition === undefined) continue;
    if (condition.observedGeneration !== undefined && condition.observedGeneration < generation) {
      return progressing("GenerationNotObserved", `its condition ${condition.type} is about an earlier change`);
    }
    if (condition.status !== "True") return conditions.some(isUnderWay) ? underWay(condition) : notTrue(condition);
    best = healthy(condition.message, condition.reason);
  }
  return best;
}

function isUnderWay({ type, status }: StatusCondition): boolean {
  return status === "True" && UNDER_WAY_TYPES.includes(type);
}

function notTrue(condition: StatusCondition): Health {
  const { type, status, reason, message } = condition;
  const said = reason || message;
  const isOnTheWay = status !== "False" || said === "" || (NOT_YET.test(said) && !FAILED.test(said));
  return isOnTheWay ? underWay(condition) : degraded(reason || `Not${type}`, sayOf(condition));
}

function underWay(condition: StatusCondition): Health {
  return progressing(condition.reason || `Not${condition.type}`, sayOf(condition));
}

function sayOf({ type, status, message }: StatusCondition): string {
  return message || `${type} is ${status || "not set"}`;
}
