import type { Health } from "../../model/health.ts";
import type { JsonObject } from "../../model/json.ts";
import { assessApiService, assessCustomResourceDefinition } from "./api-extension.ts";
import { assessApplication, assessWorkflow } from "./argo.ts";
import { assessDaemonSet } from "./daemon-set.ts";
import { assessDeployment } from "./deployment.ts";
import { assessHorizontalPodAutoscaler } from "./horizontal-pod-autoscaler.ts";
import { assessCronJob, assessJob } from "./job.ts";
import { assessNamespace } from "./namespace.ts";
import { assessIngress, assessService } from "./network.ts";
import { assessPodDisruptionBudget } from "./pod-disruption-budget.ts";
import { assessPod } from "./pod.ts";
import { assessReplicaSet } from "./replica-set.ts";
import { assessStatefulSet } from "./stateful-set.ts";
import { assessPersistentVolume, assessPersistentVolumeClaim } from "./volume.ts";

/** How one kind is judged. Total: it answers for any JSON object, and never throws. */
export interface KindRule {
  /** The API versions whose fields the rule reads; another is Unknown, not misread. */
  readonly versions: readonly string[];
  readonly assess: (object: JsonObject) => Health;
}

/** By `group/Kind`. The order is alphabetical. */
export const KIND_RULES: ReadonlyMap<string, KindRule> = new Map<string, KindRule>([
  ["/Namespace", { versions: ["v1"], assess: assessNamespace }],
  ["/PersistentVolume", { versions: ["v1"], assess: assessPersistentVolume }],
  ["/PersistentVolumeClaim", { versions: ["v1"], assess: assessPersistentVolumeClaim }],
  ["/Pod", { versions: ["v1"], assess: assessPod }],
  ["/ReplicationController", { versions: ["v1"], assess: assessReplicaSet }],
  ["/Service", { versions: ["v1"], assess: assessService }],
  ["apiextensions.k8s.io/CustomResourceDefinition", { versions: ["v1"], assess: assessCustomResourceDefinition }],
  ["apiregistration.k8s.io/APIService", { versions: ["v1", "v1beta1"], assess: assessApiService }],
  ["apps/DaemonSet", { versions: ["v1"], assess: assessDaemonSet }],
  ["apps/Deployment", { versions: ["v1"], assess: assessDeployment }],
  ["apps/ReplicaSet", { versions: ["v1"], assess: assessReplicaSet }],
  ["apps/StatefulSet", { versions: ["v1"], assess: assessStatefulSet }],
  ["argoproj.io/Application", { versions: ["v1alpha1"], assess: assessApplication }],
  ["argoproj.io/Workflow", { versions: ["v1alpha1"], assess: assessWorkflow }],
  ["autoscaling/HorizontalPodAutoscaler", { versions: ["v1", "v2", "v2beta1", "v2beta2"], assess: assessHorizontalPodAutoscaler }],
  ["batch/CronJob", { versions: ["v1", "v1beta1"], assess: assessCronJob }],
  ["batch/Job", { versions: ["v1"], assess: assessJob }],
  ["extensions/Ingress", { versions: ["v1beta1"], assess: assessIngress }],
  ["networking.k8s.io/Ingress", { versions: ["v1", "v1beta1"], assess: assessIngress }],
  ["policy/PodDisruptionBudget", { versions: ["v1", "v1beta1"], assess: assessPodDisruptionBudget }],
]);
