import type { Health } from "../model/health.ts";
import { objectAt, stringAt, valueAt } from "../model/json.ts";
import type { JsonObject } from "../model/json.ts";
import { integerAt } from "./conditions.ts";
import { groupKindOf } from "./kind.ts";
import { toKstatus } from "./kstatus.ts";
import { newestEvent } from "./object-events.ts";

/**
 * Who waits: `wave` between two waves or phases, for objects that are no hooks; `hook` for a hook;
 * `final` when everything is applied and the run only has to say how it ended.
 */
export type Gate = "wave" | "hook" | "final";

/** What a verdict means for the one who waits. */
type GateVerdict = "passed" | "waiting" | "failed";

/** What may be known around an object that is waited for. */
export interface GateFacts {
  /** Events about the object; others may be among them. */
  readonly events?: readonly JsonObject[];
  /** The StorageClasses of the cluster. */
  readonly storageClasses?: readonly JsonObject[];
}

/** Kinds whose answer comes from a controller or a metrics API that a cluster need not have. kstatus calls them Current at once. */
const MAY_NEVER_SETTLE = new Set(["/Service", "autoscaling/HorizontalPodAutoscaler", "extensions/Ingress", "networking.k8s.io/Ingress"]);

/**
 * Whether a gate opens for an object, stays closed, or the run has failed.
 *
 * | health | wave | hook | final |
 * |---|---|---|---|
 * | Healthy | passed | passed | passed |
 * | Suspended | waiting | waiting | passed |
 * | Progressing, Missing | waiting | waiting | waiting |
 * | Unknown | waiting | failed | waiting |
 * | Degraded | failed | failed | failed |
 *
 * `wave` and `hook` are Argo CD's. In the `final` wait a suspended object passes, as kstatus and Flux have it: nobody may ever resume
 * it, and what a later wave needs is not at stake. Exceptions, each for a wait that would be for nothing:
 * - a claim that is bound to its first consumer passes every gate: the consumer may stand in a later wave (argo-cd#12840);
 * - an Ingress, LoadBalancer or autoscaler passes the `final` wait as it is: its controller need not exist (kstatus: Current);
 * - an autoscaler that has no metrics yet keeps a wave waiting and does not fail it: new Pods have none for some seconds;
 * - what kstatus calls InProgress although it is Degraded (Ready=False, a quota, an image) waits in the `final` one, until the
 *   deadline: controllers try again. A run whose deadline finds it still Degraded ended badly, it did not time out;
 * - a Job with a time to live that is gone in the `final` wait has passed: it was removed because it was done.
 *
 * @param object the live object, or the desired one where it is Missing; without it the exceptions can't be seen.
 */
export function gateVerdict(health: Health, gate: Gate, object: JsonObject | undefined, facts: GateFacts = {}): GateVerdict {
  return (object === undefined ? undefined : exception(health, gate, object, facts)) ?? plainVerdict(health, gate);
}

function exception(health: Health, gate: Gate, object: JsonObject, facts: GateFacts): GateVerdict | undefined {
  if (health.status === "Healthy" || waitsForConsumer(object, facts)) return "passed";
  const groupKind = groupKindOf(object);
  if (gate === "final") {
    if (MAY_NEVER_SETTLE.has(groupKind) && toKstatus(health, object) === "Current") return "passed";
    if (health.status === "Missing" && groupKind === "batch/Job" && integerAt(object, "spec", "ttlSecondsAfterFinished") !== undefined)
      return "passed";
  }
  return health.status === "Degraded" && mayHeal(gate, groupKind, health, object) ? "waiting" : undefined;
}

function plainVerdict({ status }: Health, gate: Gate): GateVerdict {
  switch (status) {
    case "Healthy":
      return "passed";
    case "Suspended":
      return gate === "final" ? "passed" : "waiting";
    case "Unknown":
      return gate === "hook" ? "failed" : "waiting";
    case "Degraded":
      return "failed";
    case "Progressing":
    case "Missing":
      return "waiting";
  }
}

function mayHeal(gate: Gate, groupKind: string, health: Health, object: JsonObject): boolean {
  if (gate === "wave")
    return groupKind === "autoscaling/HorizontalPodAutoscaler" && /^FailedGet.*Metric$|^FailedComputeMetricsReplicas$/.test(health.reason);
  if (gate === "hook" || groupKind === "/PersistentVolumeClaim") return false;
  return groupKind === "policy/PodDisruptionBudget" || toKstatus(health, object) === "InProgress";
}

/**
 * Whether a claim is unbound because its storage class binds it to the first Pod that uses it, and no Pod does yet.
 * Known from its events, or from the storage class that it names or gets by default.
 */
function waitsForConsumer(claim: JsonObject, facts: GateFacts): boolean {
  if (groupKindOf(claim) !== "/PersistentVolumeClaim" || stringAt(claim, "status", "phase") !== "Pending") return false;
  // Set by the scheduler as soon as there is a consumer: from then on the volume is being made.
  if (valueAt(claim, "metadata", "annotations", "volume.kubernetes.io/selected-node") !== undefined) return false;
  if (newestEvent(facts.events ?? [], claim, new Set(["WaitForFirstConsumer", "WaitForPodScheduled"])) !== undefined) return true;
  const named = valueAt(claim, "spec", "storageClassName");
  const chosen = (facts.storageClasses ?? []).find((one) =>
    typeof named === "string" ? stringAt(one, "metadata", "name") === named : isDefaultClass(one),
  );
  return chosen !== undefined && stringAt(chosen, "volumeBindingMode") === "WaitForFirstConsumer";
}

function isDefaultClass(storageClass: JsonObject): boolean {
  return stringAt(objectAt(storageClass, "metadata", "annotations"), "storageclass.kubernetes.io/is-default-class") === "true";
}
