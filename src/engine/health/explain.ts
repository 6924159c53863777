import { arrayAt, isJsonObject, stringAt } from "../model/json.ts";
import type { JsonObject } from "../model/json.ts";
import { conditionsOf, findCondition } from "./conditions.ts";
import { assessDeletion } from "./deletion.ts";
import { groupKindOf } from "./kind.ts";
import { newestEvent } from "./object-events.ts";
import { isPodOf } from "./pod-selector.ts";
import { podStart, podTrouble } from "./pod-trouble.ts";
import { oneLine } from "./verdict.ts";

/** What stands around an object. Pods of other workloads and events about other objects may be among them. */
interface Related {
  readonly pods: readonly JsonObject[];
  readonly events: readonly JsonObject[];
  /** PersistentVolumeClaims of the namespace. */
  readonly claims?: readonly JsonObject[];
}

/** Events that say why a Pod does not start although none of its containers has anything to say. */
const START_EVENTS = new Set([
  "FailedMount",
  "FailedAttachVolume",
  "FailedMapVolume",
  "FailedCreatePodSandBox",
  "FailedScheduling",
  "FailedBinding",
  "NetworkNotReady",
  "Failed",
]);

/** Events of the kubelet's probes. */
const PROBE_EVENTS = new Set(["Unhealthy", "ProbeWarning"]);

/** Events of the volume controllers about a claim. */
const CLAIM_EVENTS = new Set([
  "ProvisioningFailed",
  "FailedBinding",
  "ExternalProvisioning",
  "WaitForFirstConsumer",
  "WaitForPodScheduled",
]);

/** Which Pod to tell of when several are in trouble: the cause stands before its consequences. */
const MOST_TELLING = [/^CrashLoopBackOff$/, /Image|Err|Error$|BackOff$|OOMKilled/, /Failed|Evicted/, /Unschedulable|SchedulingGated/];

/**
 * Why an object that waits or is degraded does so, in one line: the finalizer that holds it, its Pod's container and exit
 * code or image, the scheduler's words, the unbound claim, the failing probe, the exceeded quota, the failed mount.
 * "" where nothing that is known explains more than the object's own verdict does.
 */
export function explain(object: JsonObject, related: Related): string {
  const deletion = assessDeletion(object);
  if (deletion !== undefined) return deletion.message;
  const groupKind = groupKindOf(object);
  if (groupKind === "/Pod") return explainPod(object, related);
  if (groupKind === "/PersistentVolumeClaim") return explainClaim(object, related);
  return explainPods(object, related) || refusedPods(object) || warningAbout(object, related);
}

function explainPods(workload: JsonObject, related: Related): string {
  const told = related.pods
    .filter((pod) => isPodOf(pod, workload))
    .map((pod) => ({ pod, rank: rankOf(pod), text: explainPod(pod, related) }))
    .filter(({ text }) => text !== "")
    .toSorted((one, other) => one.rank - other.rank || newestFirst(one.pod, other.pod));
  const [first] = told;
  if (first === undefined) return "";
  const others = told.length === 1 ? "" : ` (and ${told.length - 1} more)`;
  return `pod ${stringAt(first.pod, "metadata", "name")}${others}: ${first.text}`;
}

function explainPod(pod: JsonObject, related: Related): string {
  const deletion = assessDeletion(pod);
  if (deletion !== undefined) return deletion.message;
  const trouble = podTrouble(pod);
  if (trouble?.reason === "NotReady") {
    const probe = newestEvent(related.events, pod, PROBE_EVENTS);
    return oneLine(probe === undefined ? trouble.message : `${trouble.message}: ${probe.message}`);
  }
  const claim = unboundClaimOf(pod, related);
  if (trouble !== undefined) {
    const isScheduling = /Unschedulable|SchedulingGated/.test(trouble.reason);
    const about = isScheduling && claim !== "" ? `; ${claim}` : "";
    return oneLine(`${isScheduling ? `${trouble.reason}: ` : ""}${trouble.message}${about}`);
  }
  if (stringAt(pod, "status", "phase") !== "Pending") return "";
  const event = newestEvent(related.events, pod, START_EVENTS);
  return event === undefined ? claim || podStart(pod) : `${event.reason}: ${event.message}`;
}

/** The first claim of a Pod that is missing or not bound. Says nothing where the claims are not known. */
function unboundClaimOf(pod: JsonObject, related: Related): string {
  if (related.claims === undefined) return "";
  const namespace = stringAt(pod, "metadata", "namespace");
  for (const volume of arrayAt(pod, "spec", "volumes").filter(isJsonObject)) {
    const name = stringAt(volume, "persistentVolumeClaim", "claimName");
    if (name === "") continue;
    const claim = related.claims.find(
      (one) => stringAt(one, "metadata", "name") === name && stringAt(one, "metadata", "namespace") === namespace,
    );
    if (claim === undefined) return `claim ${name} does not exist`;
    const phase = stringAt(claim, "status", "phase");
    if (phase === "Bound") continue;
    const why = explainClaim(claim, related);
    return `claim ${name} is ${phase || "not bound"}${why === "" ? "" : `: ${why}`}`;
  }
  return "";
}

function explainClaim(claim: JsonObject, related: Related): string {
  if (stringAt(claim, "status", "phase") === "Bound") return "";
  const event = newestEvent(related.events, claim, CLAIM_EVENTS);
  return event === undefined ? "" : `${event.reason}: ${event.message}`;
}

/** Pods that were never made: over quota, refused by admission, a missing ServiceAccount. */
function refusedPods(object: JsonObject): string {
  const failure = findCondition(conditionsOf(object), "ReplicaFailure");
  return failure?.status === "True" ? oneLine(`${failure.reason || "ReplicaFailure"}: ${failure.message}`) : "";
}

function warningAbout(object: JsonObject, related: Related): string {
  const event = newestEvent(related.events, object);
  return event === undefined ? "" : `${event.reason}: ${event.message}`;
}

function rankOf(pod: JsonObject): number {
  const reason = podTrouble(pod)?.reason ?? "";
  const rank = MOST_TELLING.findIndex((pattern) => pattern.test(reason));
  return rank < 0 ? MOST_TELLING.length : rank;
}

/** During a rollout the newest Pod is the one of the new revision. */
function newestFirst(one: JsonObject, other: JsonObject): number {
  const [mine, theirs] = [stringAt(one, "metadata", "creationTimestamp"), stringAt(other, "metadata", "creationTimestamp")];
  if (mine !== theirs) return mine < theirs ? 1 : -1;
  return stringAt(one, "metadata", "name") < stringAt(other, "metadata", "name") ? -1 : 1;
}
