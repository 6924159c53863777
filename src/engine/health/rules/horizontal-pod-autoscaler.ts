import type { Health } from "../../model/health.ts";
import { stringAt } from "../../model/json.ts";
import type { JsonObject, JsonValue } from "../../model/json.ts";
import { conditionsOf, readConditions } from "../conditions.ts";
import type { StatusCondition } from "../conditions.ts";
import { degraded, healthy, progressing, unknown } from "../verdict.ts";

/** autoscaling/v1 keeps its conditions as JSON in this annotation. */
const CONDITIONS_ANNOTATION = "autoscaling.alpha.kubernetes.io/conditions";

/** The reasons, by condition type, with which the controller says that it can't scale. */
const CANNOT_SCALE: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["AbleToScale", new Set(["FailedGetScale", "FailedUpdateScale"])],
  [
    "ScalingActive",
    new Set([
      "FailedGetResourceMetric",
      "FailedGetContainerResourceMetric",
      "FailedGetPodsMetric",
      "FailedGetObjectMetric",
      "FailedGetExternalMetric",
      "FailedComputeMetricsReplicas",
      "InvalidSelector",
    ]),
  ],
]);

/** A failure among the conditions decides, wherever it stands: AbleToScale is True also while no metric can be read. */
export function assessHorizontalPodAutoscaler(object: JsonObject): Health {
  const conditions = stringAt(object, "apiVersion") === "autoscaling/v1" ? annotatedConditions(object) : conditionsOf(object);
  if (conditions === undefined) return unknown("UnreadableConditions", `the annotation ${CONDITIONS_ANNOTATION} is no JSON list`);
  const failure = conditions.find(({ type, reason }) => CANNOT_SCALE.get(type)?.has(reason) === true);
  if (failure !== undefined) return degraded(failure.reason, failure.message);
  const able = conditions.find(({ type, status }) => (type === "AbleToScale" || type === "ScalingLimited") && status === "True");
  return able === undefined
    ? progressing("Waiting", "the autoscaler has not looked at its target yet")
    : healthy(able.message, able.reason);
}

function annotatedConditions(object: JsonObject): readonly StatusCondition[] | undefined {
  const text = stringAt(object, "metadata", "annotations", CONDITIONS_ANNOTATION);
  if (text === "") return [];
  let parsed: JsonValue;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  return Array.isArray(parsed) ? readConditions(parsed) : undefined;
}
