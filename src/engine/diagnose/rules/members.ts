import type { Finding, FindingCode } from "../../model/finding.ts";
import { HEALTH_STATUSES } from "../../model/health.ts";
import { objectAt, stringAt } from "../../model/json.ts";
import type { DeliveryFacts, MemberFacts } from "../facts.ts";
import { makeFinding } from "../make-finding.ts";
import { inNamespace, kubectl, nameOf } from "../name.ts";
import { operatorOf } from "../operators.ts";
import { readWording } from "../wordings/read-wording.ts";
import { finalizersOf } from "./deletion.ts";
import type { Rule } from "./rule.ts";

/** A controller that works on a kind has given a new object a status by then. */
const STATUS_WITHIN_MS = 30_000;

/** What the objects of a delivery wait for or fail by, the worst first. */
export const membersRule: Rule = (facts) =>
  facts.members.toSorted((a, b) => rank(b) - rank(a)).flatMap((member) => memberFindings(member, facts));

function rank({ health }: MemberFacts): number {
  // Unknown is worst for a verdict, and least for an explanation.
  return health.status === "Unknown" ? 0 : HEALTH_STATUSES.indexOf(health.status);
}

function memberFindings(member: MemberFacts, facts: DeliveryFacts): readonly Finding[] {
  const { id, object, unreadable, isServed } = member;
  if (unreadable !== "")
    return [
      makeFinding("warning", "Hidden", { object: id, message: `${nameOf(id)} may not be read: ${unreadable}`, next: kubectl("get", id) }),
    ];
  if (!isServed) return [notServed(member)];
  if (object === undefined) return [missing(member, facts)];
  if (stringAt(object, "metadata", "deletionTimestamp") !== "") return [terminating(member)];
  if (member.findings.length > 0) return nested(member);
  const orphaned = withoutOperator(member, facts.now);
  if (orphaned !== undefined) return [orphaned];
  const { status } = member.health;
  if (status === "Healthy" || status === "Suspended" || status === "Unknown") return [];
  return [unhealthy(member, facts)];
}

/** A delivery or a source among the objects: its own cause is ours. */
function nested({ id, findings }: MemberFacts): readonly Finding[] {
  return findings.slice(0, 1).map((finding) => ({ ...finding, evidence: [...finding.evidence, `found by way of ${nameOf(id)}`] }));
}

function notServed({ id }: MemberFacts): Finding {
  const operator = operatorOf(id);
  return makeFinding("blocking", "KindNotServed", {
    object: id,
    message: `the cluster does not serve ${id.kind} (${id.group}), which ${nameOf(id)} is of${operator === "" ? "" : `: the ${operator} is not installed`}`,
    next: operator === "" ? `install the CustomResourceDefinition of ${id.kind}` : `install the ${operator}`,
  });
}

function missing({ id }: MemberFacts, { app, address, namespace }: DeliveryFacts): Finding {
  return makeFinding("blocking", "ObjectMissing", {
    object: id,
    message: `${nameOf(id)} was delivered and is not in the cluster any more`,
    next: `gitops ${app === undefined ? "sync" : "reconcile"} ${address}${inNamespace(namespace)}`,
  });
}

function terminating({ id, object, health }: MemberFacts): Finding {
  const finalizers = finalizersOf(object);
  return makeFinding("blocking", "Terminating", {
    object: id,
    message: `${nameOf(id)} is being deleted${finalizers.length === 0 ? "" : `, and held by ${finalizers.join(", ")}`}`,
    next: `see who should let it go: ${kubectl("get", id)} -o yaml`,
    evidence: [health.message],
  });
}

/** A custom resource that nobody has touched. Of an unknown operator it may be that none is needed. */
function withoutOperator({ id, object, hasStatus }: MemberFacts, now: number): Finding | undefined {
  const isUntouched =
    hasStatus && Object.keys(objectAt(object, "status")).length === 0 && id.group.includes(".") && !id.group.endsWith(".k8s.io");
  if (!isUntouched || !(now - Date.parse(stringAt(object, "metadata", "creationTimestamp")) > STATUS_WITHIN_MS)) return undefined;
  const operator = operatorOf(id);
  return makeFinding(operator === "" ? "info" : "blocking", "OperatorMissing", {
    object: id,
    message: `nobody has worked on ${nameOf(id)}: it has no status${operator === "" ? "" : `; the ${operator} does not run, or does not look at it`}`,
    next: operator === "" ? `is a controller for ${id.kind} installed?` : `install the ${operator}, or see its log`,
  });
}

function unhealthy(member: MemberFacts, { app, address, namespace }: DeliveryFacts): Finding {
  const { id, health, why, log } = member;
  const said = why || health.message || health.reason;
  const code = codeOf(member, said);
  // Who does not wait for it is not held up by an object that is on its way.
  const isAwaited = app === undefined || app.view.ready !== "True";
  const blocks = health.status === "Degraded" || isAwaited || !["ObjectWaiting", "NotReady"].includes(code);
  const meaning = readWording(said, "apply", { id, address, url: "" });
  return makeFinding(blocks ? "blocking" : "warning", code, {
    object: id,
    message: `${nameOf(id)}: ${said || "is not ready yet"}`,
    next: NEXT[code]?.(member, inNamespace(namespace)) ?? meaning?.next ?? kubectl("describe", id),
    evidence: [
      log === undefined ? "" : `last log line of ${log.pod}/${log.container}: ${log.line}`,
      why === "" || why === health.message ? "" : `${health.status}: ${health.message || health.reason}`,
    ],
  });
}

/** The words of health and of kubelets, schedulers and controllers, the more telling ones first. */
const TROUBLES: readonly (readonly [RegExp, FindingCode])[] = [
  [/exceeded quota/i, "QuotaExceeded"],
  [/failed calling webhook/i, "WebhookUnreachable"],
  [/admission webhook .* denied|violates PodSecurity/i, "AdmissionRefused"],
  [/ImagePull|ErrImage|InvalidImageName|pull(?:ing)? image/i, "ImagePull"],
  [/keeps crashing|CrashLoopBackOff/i, "CrashLoop"],
  [/(?:secret|configmap) "[^"]+" not found|FailedMount|FailedAttachVolume|MountVolume/i, "MountFailed"],
  [/claim \S+ (?:is|does not exist)|FailedBinding|ProvisioningFailed|unbound immediate PersistentVolumeClaims/i, "ClaimNotBound"],
  [/Unschedulable|SchedulingGated|nodes are available/i, "Unschedulable"],
  [/CreateContainer|RunContainer|StartError|ended: |exit code/i, "ContainerFailed"],
  [/running, but not ready/i, "NotReady"],
];

function codeOf({ id, health }: MemberFacts, said: string): FindingCode {
  const trouble = TROUBLES.find(([pattern]) => pattern.test(said))?.[1];
  if (id.group === "batch" && id.kind === "Job" && health.status === "Degraded") return trouble === "ImagePull" ? trouble : "JobFailed";
  if (id.kind === "PersistentVolumeClaim" && trouble === undefined) return "ClaimNotBound";
  return trouble ?? (health.status === "Degraded" ? "ObjectFailed" : "ObjectWaiting");
}

type NextOf = (member: MemberFacts, where: string) => string;

/** What to do about what ails Pods; the rest is described. */
const NEXT: Readonly<Partial<Record<FindingCode, NextOf>>> = {
  ImagePull: ({ id }) => `check the image's name and tag, and the pull secret: ${kubectl("get", id)} -o jsonpath='{..image}'`,
  CrashLoop: (member) => `read its log: ${logCommand(member)} --previous`,
  ContainerFailed: (member) => `read its log: ${logCommand(member)}`,
  JobFailed: (member) => `read its log: ${logCommand(member)}`,
  NotReady: (member) => `see its readiness probe and log: ${logCommand(member)}`,
  MountFailed: ({ id }) => `create the Secret or ConfigMap that it mounts: ${kubectl("describe", id)}`,
  ClaimNotBound: ({ id }) => `kubectl describe pvc${inNamespace(id.namespace)}, and see the storage classes: kubectl get storageclass`,
  Unschedulable: ({ id }) =>
    `see what it asks for and what nodes have: kubectl get pods${inNamespace(id.namespace)} -o wide; kubectl describe nodes`,
  QuotaExceeded: ({ id }) => `kubectl describe resourcequota${inNamespace(id.namespace)}`,
};

function logCommand({ id, log }: MemberFacts): string {
  const where = inNamespace(id.namespace);
  return log === undefined
    ? `kubectl logs ${id.kind.toLowerCase()}/${id.name}${where}`
    : `kubectl logs ${log.pod} -c ${log.container}${where}`;
}
