import type { ResourceId } from "../model/resource-id.ts";

/** What is applied together: the kinds of one stage need nothing of each other, and may need anything of the stages before. */
interface StageOfKinds {
  readonly reason: string;
  /** `group/kind`, in the order of sending. */
  readonly kinds: readonly string[];
}

const RBAC = "rbac.authorization.k8s.io";
const ADMISSION = "admissionregistration.k8s.io";

/** The order inside a wave. As few stages as the dependencies allow, since each is waited for. */
const STAGES: readonly StageOfKinds[] = [
  { reason: "before everything that lies in it or is of its kind", kinds: ["/Namespace", "apiextensions.k8s.io/CustomResourceDefinition"] },
  {
    reason: "limits, classes, accounts and roles, before what they govern",
    kinds: [
      "networking.k8s.io/NetworkPolicy",
      "/ResourceQuota",
      "/LimitRange",
      "scheduling.k8s.io/PriorityClass",
      "storage.k8s.io/StorageClass",
      "/ServiceAccount",
      `${RBAC}/ClusterRole`,
      `${RBAC}/Role`,
    ],
  },
  {
    reason: "bindings, configuration, storage and Services, before the workloads that use them",
    kinds: [
      `${RBAC}/ClusterRoleBinding`,
      `${RBAC}/RoleBinding`,
      "/ConfigMap",
      "/Secret",
      "/PersistentVolume",
      "/PersistentVolumeClaim",
      "/Service",
    ],
  },
  {
    reason: "workloads",
    kinds: [
      "apps/DaemonSet",
      "/Pod",
      "/ReplicationController",
      "apps/ReplicaSet",
      "apps/Deployment",
      "apps/StatefulSet",
      "batch/Job",
      "batch/CronJob",
    ],
  },
  {
    reason: "what refers to workloads or is served by them",
    kinds: ["autoscaling/HorizontalPodAutoscaler", "policy/PodDisruptionBudget", "networking.k8s.io/Ingress"],
  },
  {
    reason: "last: answered by workloads, and stands in the way of all that follows",
    kinds: [
      `${ADMISSION}/ValidatingAdmissionPolicy`,
      `${ADMISSION}/ValidatingAdmissionPolicyBinding`,
      `${ADMISSION}/MutatingAdmissionPolicy`,
      `${ADMISSION}/MutatingAdmissionPolicyBinding`,
      `${ADMISSION}/MutatingWebhookConfiguration`,
      `${ADMISSION}/ValidatingWebhookConfiguration`,
      "apiregistration.k8s.io/APIService",
    ],
  },
];

/** Where kinds stand that no table names: custom resources, after the workloads of their operators. */
const OTHERS = STAGES.findIndex((stage) => stage.kinds.includes("networking.k8s.io/Ingress"));
const CLASSES = STAGES.findIndex((stage) => stage.kinds.includes("storage.k8s.io/StorageClass"));

const RANKS: ReadonlyMap<string, { readonly stage: number; readonly kind: number }> = new Map(
  STAGES.flatMap(({ kinds }, stage) => kinds.map((name, kind) => [name, { stage, kind }] as const)),
);

/** The stage of an object, from 0; objects of a stage are applied after those of all lower ones. */
export function stageOf(id: ResourceId): number {
  return rankOf(id).stage;
}

/** Why a stage stands where it is. */
export function reasonOfStage(stage: number): string {
  return STAGES[stage]?.reason ?? "";
}

/** The order of applying: stage, kind as listed, others by kind, then namespace and name. */
export function compareIds(a: ResourceId, b: ResourceId): number {
  const [rankA, rankB] = [rankOf(a), rankOf(b)];
  return (
    rankA.stage - rankB.stage ||
    rankA.kind - rankB.kind ||
    compareText(a.kind, b.kind) ||
    compareText(a.group, b.group) ||
    compareText(a.namespace, b.namespace) ||
    compareText(a.name, b.name)
  );
}

function rankOf({ group, kind }: ResourceId): { readonly stage: number; readonly kind: number } {
  const known = RANKS.get(`${group}/${kind}`);
  if (known !== undefined) return known;
  return { stage: kind.endsWith("Class") ? CLASSES : OTHERS, kind: STAGES.length + 100 };
}

/** By code units, so that the order is the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
