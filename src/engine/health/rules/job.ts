import type { Health } from "../../model/health.ts";
import { arrayAt, stringAt, valueAt } from "../../model/json.ts";
import type { JsonObject } from "../../model/json.ts";
import { conditionsOf, countAt } from "../conditions.ts";
import type { StatusCondition } from "../conditions.ts";
import { degraded, healthy, progressing, suspended } from "../verdict.ts";

/**
 * A Job is done when it says Complete or Failed.
 * One that was resumed (Suspended is False) runs again: here it is Progressing, where Argo CD calls it Healthy.
 */
export function assessJob(object: JsonObject): Health {
  const holds = conditionsOf(object).filter(({ status }) => status === "True");
  const find = (type: string): StatusCondition | undefined => holds.find((condition) => condition.type === type);
  const failed = find("Failed");
  if (failed !== undefined) return degraded(failed.reason || "Failed", failed.message || "the job failed");
  const complete = find("Complete");
  if (complete !== undefined) return healthy(complete.message);
  const paused = find("Suspended");
  if (paused !== undefined) return suspended(paused.reason || "Suspended", paused.message || "the job is suspended");
  const failing = find("FailureTarget");
  if (failing !== undefined) return progressing(failing.reason || "FailureTarget", `about to fail: ${failing.message}`);
  const counts = (["active", "succeeded", "failed"] as const).map((word) => `${countAt(object, "status", word)} ${word}`);
  return progressing("Running", `pods: ${counts.join(", ")}`);
}

/** A CronJob is Degraded when its last finished run was no success; before and while it runs nobody can know. */
export function assessCronJob(object: JsonObject): Health {
  if (valueAt(object, "spec", "suspend") === true) return suspended("Suspended", "the schedule is suspended");
  if (valueAt(object, "status") === undefined) return progressing("NotObserved", "the cron job controller has not seen it yet");
  const scheduled = stringAt(object, "status", "lastScheduleTime");
  const succeeded = stringAt(object, "status", "lastSuccessfulTime");
  if (scheduled === "") return healthy("not scheduled yet");
  if (succeeded === "") return healthy("no run has succeeded yet");
  if (arrayAt(object, "status", "active").length > 0) return healthy("a run is active");
  // Both are RFC 3339 in UTC with whole seconds, so they sort as texts.
  if (succeeded < scheduled)
    return degraded("LastRunFailed", `the run of ${scheduled} did not succeed; the last that did ended ${succeeded}`);
  return healthy("the last run succeeded");
}
