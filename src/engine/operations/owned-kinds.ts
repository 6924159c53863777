import type { Discovery } from "../model/discovery.ts";
import type { GroupKind } from "../model/resource-id.ts";

const POD = { group: "", kind: "Pod" };
const REPLICA_SET = { group: "apps", kind: "ReplicaSet" };
const JOB = { group: "batch", kind: "Job" };

/** What the controllers of Kubernetes itself make for an object of a kind, over all steps. */
const MADE_FOR: Readonly<Record<string, readonly GroupKind[]>> = {
  "apps/Deployment": [REPLICA_SET, POD],
  "apps/ReplicaSet": [POD],
  "apps/StatefulSet": [POD],
  "apps/DaemonSet": [POD],
  "batch/CronJob": [JOB, POD],
  "batch/Job": [POD],
  "/ReplicationController": [POD],
};

/** What operators commonly make for an object of their own. */
const MADE_BY_OPERATORS: readonly GroupKind[] = [
  { group: "apps", kind: "Deployment" },
  { group: "apps", kind: "StatefulSet" },
  REPLICA_SET,
  JOB,
  POD,
];

/**
 * The kinds among which an object's descendants may be looked for: those that Kubernetes itself makes for it, and for a custom resource
 * the workloads and all kinds of its own group. Nothing tells which kinds an operator makes; to list every kind there is would cost too much.
 */
export function ownedKinds({ group, kind }: GroupKind, discovery: Discovery): readonly GroupKind[] {
  const known = MADE_FOR[`${group}/${kind}`];
  if (known !== undefined) return known;
  if (!group.includes(".") || group.endsWith(".k8s.io")) return [];
  const own = discovery.kinds.filter((served) => served.group === group && served.namespaced && served.kind !== kind);
  return [...own.map((served) => ({ group: served.group, kind: served.kind })), ...MADE_BY_OPERATORS];
}
