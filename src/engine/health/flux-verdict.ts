import { valueAt, type JsonObject } from "../model/json.ts";
import { assessHealth } from "./assess-health.ts";
import type { ExpressionJudge, FluxVerdict } from "./cel.ts";
import { conditionsOf, countAt, integerAt } from "./conditions.ts";
import type { HealthOptions } from "./generic.ts";
import { groupKindOf } from "./kind.ts";
import { toKstatus } from "./kstatus.ts";

/**
 * The state of an object as kustomize-controller v1.9.4 waits for it: its own rule for Jobs, then the delivery's expressions, then
 * kstatus. It waits for Current and gives up at Failed. Total, as all of health.
 *
 * @param live undefined where the cluster has no such object; a Job that removes itself when it is done counts as Current then.
 */
export function fluxVerdict(
  live: JsonObject | undefined,
  desired: JsonObject,
  expressions: ExpressionJudge,
  options: HealthOptions = {},
): FluxVerdict {
  if (live === undefined) return missingVerdict(desired);
  if (groupKindOf(live) === JOB) return jobVerdict(live);
  const judged = expressions(live);
  if (judged !== undefined) return judged;
  const health = assessHealth(live, options);
  return { status: toKstatus(health, live), message: health.message };
}

const JOB = "batch/Job";

function missingVerdict(desired: JsonObject): FluxVerdict {
  const removesItself = groupKindOf(desired) === JOB && (valueAt(desired, "spec", "ttlSecondsAfterFinished") ?? null) !== null;
  return removesItself
    ? { status: "Current", message: "the Job is gone: it removes itself when it is done" }
    : { status: "NotFound", message: "the object does not exist" };
}

/** Unlike kstatus, a Job that has started is still in progress; a suspended one is Current. */
function jobVerdict(job: JsonObject): FluxVerdict {
  if (valueAt(job, "spec", "suspend") === true) return { status: "Current", message: "the Job is suspended" };
  const wanted = integerAt(job, "spec", "completions") ?? integerAt(job, "spec", "parallelism") ?? 1;
  for (const { type, status, message } of conditionsOf(job)) {
    if (status !== "True") continue;
    if (type === "Complete")
      return { status: "Current", message: `the Job is complete: ${countAt(job, "status", "succeeded")} of ${wanted}` };
    if (type === "Failed") return { status: "Failed", message: `the Job failed${message === "" ? "" : `: ${message}`}` };
  }
  const [active, failed] = [countAt(job, "status", "active"), countAt(job, "status", "failed")];
  return { status: "InProgress", message: `the Job is not done: ${active} active, ${failed} failed` };
}
