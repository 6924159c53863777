import { arrayAt, isJsonObject, stringAt } from "../model/json.ts";
import type { JsonObject } from "../model/json.ts";
import { conditionsOf, countAt, findCondition, integerAt } from "./conditions.ts";
import type { StatusCondition } from "./conditions.ts";
import type { Kstatus } from "./kstatus-word.ts";

/** Stands for "no deadline" in a Deployment, as in its controller: the condition Progressing is then not written. */
const NO_DEADLINE = 2_147_483_647;

/** kstatus's rule of each kind that has one (cli-utils `pkg/kstatus/status/core.go`), by `group/Kind`. */
export const KSTATUS_RULES: ReadonlyMap<string, (object: JsonObject) => Kstatus> = new Map<string, (object: JsonObject) => Kstatus>([
  ["/ConfigMap", always],
  ["/PersistentVolumeClaim", (object) => currentWhen(stringAt(object, "status", "phase") === "Bound")],
  ["/Pod", podStatus],
  ["/Secret", always],
  [
    "/Service",
    (object) => currentWhen(stringAt(object, "spec", "type") !== "LoadBalancer" || stringAt(object, "spec", "clusterIP") !== ""),
  ],
  ["apiextensions.k8s.io/CustomResourceDefinition", definitionStatus],
  ["apps/DaemonSet", daemonSetStatus],
  ["apps/Deployment", deploymentStatus],
  ["apps/ReplicaSet", replicaSetStatus],
  ["apps/StatefulSet", statefulSetStatus],
  ["batch/CronJob", always],
  ["batch/Job", jobStatus],
  ["extensions/DaemonSet", daemonSetStatus],
  ["extensions/Deployment", deploymentStatus],
  ["extensions/ReplicaSet", replicaSetStatus],
  ["policy/PodDisruptionBudget", always],
]);

function always(): Kstatus {
  return "Current";
}

function currentWhen(settled: boolean): Kstatus {
  return settled ? "Current" : "InProgress";
}

function holds(conditions: readonly StatusCondition[], type: string): boolean {
  return findCondition(conditions, type)?.status === "True";
}

function podStatus(pod: JsonObject): Kstatus {
  const conditions = conditionsOf(pod);
  const scheduled = findCondition(conditions, "PodScheduled");
  switch (stringAt(pod, "status", "phase")) {
    case "Succeeded":
    case "Failed":
      return "Current";
    case "Running":
      if (holds(conditions, "Ready")) return "Current";
      return arrayAt(pod, "status", "containerStatuses").filter(isJsonObject).some(isCrashLooping) ? "Failed" : "InProgress";
    case "Pending":
      // kstatus gives the scheduler 15 seconds first; without a clock the scheduler's word counts.
      return scheduled?.status === "False" && scheduled.reason === "Unschedulable" ? "Failed" : "InProgress";
    case "":
      return "InProgress";
    default:
      return "Unknown";
  }
}

function isCrashLooping(status: JsonObject): boolean {
  return stringAt(status, "state", "waiting", "reason") === "CrashLoopBackOff";
}

function deploymentStatus(object: JsonObject): Kstatus {
  const conditions = conditionsOf(object);
  const rollout = findCondition(conditions, "Progressing");
  if (rollout?.reason === "ProgressDeadlineExceeded") return "Failed";
  const noDeadline = (integerAt(object, "spec", "progressDeadlineSeconds") ?? NO_DEADLINE) === NO_DEADLINE;
  const rolledOut = noDeadline || (rollout?.status === "True" && rollout.reason === "NewReplicaSetAvailable");
  const wanted = integerAt(object, "spec", "replicas") ?? 1;
  const all = countAt(object, "status", "replicas");
  const updated = countAt(object, "status", "updatedReplicas");
  const complete =
    all === wanted &&
    updated >= wanted &&
    countAt(object, "status", "availableReplicas") >= updated &&
    countAt(object, "status", "readyReplicas") >= wanted;
  return currentWhen(complete && rolledOut && holds(conditions, "Available"));
}

function replicaSetStatus(object: JsonObject): Kstatus {
  const wanted = integerAt(object, "spec", "replicas") ?? 1;
  const enough = ["fullyLabeledReplicas", "availableReplicas", "readyReplicas"].every(
    (count) => countAt(object, "status", count) >= wanted,
  );
  return currentWhen(enough && countAt(object, "status", "replicas") <= wanted && !holds(conditionsOf(object), "ReplicaFailure"));
}

function statefulSetStatus(object: JsonObject): Kstatus {
  if (stringAt(object, "spec", "updateStrategy", "type") === "OnDelete") return "Current";
  const wanted = integerAt(object, "spec", "replicas") ?? 1;
  const count = (name: string): number => countAt(object, "status", name);
  if (count("replicas") !== wanted || count("readyReplicas") < wanted) return "InProgress";
  const partition = integerAt(object, "spec", "updateStrategy", "rollingUpdate", "partition");
  if (partition !== undefined && partition !== -1) return currentWhen(count("updatedReplicas") >= wanted - partition);
  return currentWhen(
    count("currentReplicas") >= wanted && stringAt(object, "status", "currentRevision") === stringAt(object, "status", "updateRevision"),
  );
}

function daemonSetStatus(object: JsonObject): Kstatus {
  const observed = integerAt(object, "status", "observedGeneration");
  const wanted = integerAt(object, "status", "desiredNumberScheduled");
  if (integerAt(object, "metadata", "generation") === undefined || observed === undefined || wanted === undefined) return "InProgress";
  const counts = ["currentNumberScheduled", "updatedNumberScheduled", "numberAvailable", "numberReady"];
  return currentWhen(counts.every((count) => countAt(object, "status", count) >= wanted));
}

/** A Job that has started is Current, done or not; Flux waits for Complete with a rule of its own. */
function jobStatus(object: JsonObject): Kstatus {
  const decisive = conditionsOf(object).find(({ type, status }) => ["Complete", "Failed", "Suspended"].includes(type) && status === "True");
  if (decisive !== undefined) return decisive.type === "Failed" ? "Failed" : "Current";
  return currentWhen(stringAt(object, "status", "startTime") !== "");
}

function definitionStatus(object: JsonObject): Kstatus {
  for (const { type, status, reason } of conditionsOf(object)) {
    if (type === "NamesAccepted" && status === "False") return "Failed";
    if (type === "Established" && status === "False" && reason !== "Installing") return "Failed";
    if (type === "Established" && status === "True") return "Current";
  }
  return "InProgress";
}
