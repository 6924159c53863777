import { arrayAt, isJsonObject, objectAt, stringAt, valueAt } from "../model/json.ts";
import type { JsonObject } from "../model/json.ts";
import { conditionsOf, findCondition, integerAt } from "./conditions.ts";

/** Why a Pod does not run as it should. `reason` is the kubelet's or scheduler's own word. */
export interface PodTrouble {
  readonly reason: string;
  /** One sentence: which container, what, and the exit code, image or scheduler's words where there are any. */
  readonly message: string;
}

/** Reasons of a container that waits and nothing is wrong. */
const STARTING = new Set(["", "ContainerCreating", "PodInitializing"]);

/**
 * The first thing that keeps a Pod from running, in the order in which a Pod starts: scheduling, init containers,
 * containers, readiness. Undefined where nothing is wrong or it is only starting.
 */
export function podTrouble(pod: JsonObject): PodTrouble | undefined {
  const conditions = conditionsOf(pod);
  const scheduled = findCondition(conditions, "PodScheduled");
  if (scheduled?.status === "False") {
    return { reason: scheduled.reason || "Unschedulable", message: scheduled.message || "the pod can't be scheduled" };
  }
  const init = arrayAt(pod, "status", "initContainerStatuses").filter(isJsonObject);
  const containers = arrayAt(pod, "status", "containerStatuses").filter(isJsonObject);
  for (const status of init) {
    const trouble = containerTrouble(status, "init container");
    if (trouble !== undefined) return trouble;
  }
  for (const status of containers) {
    const trouble = containerTrouble(status, "container");
    if (trouble !== undefined) return trouble;
  }
  const phase = stringAt(pod, "status", "phase");
  const message = stringAt(pod, "status", "message");
  if (phase === "Failed") return { reason: stringAt(pod, "status", "reason") || "Failed", message: message || "the pod failed" };
  const unready = containers.filter((status) => isRunning(status) && valueAt(status, "ready") === false);
  if (phase === "Running" && unready.length > 0) {
    const names = unready.map((status) => stringAt(status, "name")).join(", ");
    return { reason: "NotReady", message: `running, but not ready: container ${names}` };
  }
  return undefined;
}

/** What a Pod that has not started yet is at, for want of any trouble; "" for one that has. */
export function podStart(pod: JsonObject): string {
  if (stringAt(pod, "status", "phase") !== "Pending") return "";
  const node = stringAt(pod, "spec", "nodeName");
  if (node === "") return "waits to be scheduled";
  const statuses = [...arrayAt(pod, "status", "initContainerStatuses"), ...arrayAt(pod, "status", "containerStatuses")];
  const waiting = statuses.filter(isJsonObject).find((status) => stringAt(status, "state", "waiting", "reason") !== "");
  if (waiting === undefined) return `waits for the node ${node} to start it`;
  return `container ${stringAt(waiting, "name")} waits: ${stringAt(waiting, "state", "waiting", "reason")}`;
}

/** Whether a container that is not running now ended badly, or can't start. */
function containerTrouble(status: JsonObject, role: string): PodTrouble | undefined {
  const title = `${role} ${stringAt(status, "name")}`;
  const waiting = objectAt(status, "state", "waiting");
  const reason = stringAt(waiting, "reason");
  const ending = describeEnding(objectAt(status, "lastState", "terminated"));
  if (reason === "CrashLoopBackOff") {
    const restarts = integerAt(status, "restartCount");
    const times = restarts === undefined ? "" : `, restarted ${restarts} times`;
    return { reason, message: `${title} keeps crashing${ending === "" ? "" : `: ${ending}`}${times}` };
  }
  if (!STARTING.has(reason)) {
    const said = stringAt(waiting, "message");
    const image = stringAt(status, "image");
    const about = image !== "" && /Image/.test(reason) && !said.includes(image) ? ` (image ${image})` : "";
    return { reason, message: `${title} waits: ${reason}${said === "" ? "" : `: ${said}`}${about}` };
  }
  const ended = describeEnding(objectAt(status, "state", "terminated"));
  if (ended !== "") return { reason: stringAt(status, "state", "terminated", "reason") || "Error", message: `${title} ended: ${ended}` };
  return undefined;
}

/** "exit code 137 (OOMKilled)", or "" for a container that ended well or never did. */
function describeEnding(terminated: JsonObject): string {
  const exitCode = integerAt(terminated, "exitCode");
  if (exitCode === undefined || exitCode === 0) return "";
  const reason = stringAt(terminated, "reason");
  const message = stringAt(terminated, "message");
  return `exit code ${exitCode}${reason === "" ? "" : ` (${reason})`}${message === "" ? "" : `: ${message}`}`;
}

function isRunning(status: JsonObject): boolean {
  return isJsonObject(valueAt(status, "state", "running"));
}
