import type { Gvk } from "./identity.ts";

/** Kinds that others need come first, webhooks last; it is also the order of output that kustomize calls legacy. */
export const KINDS_FIRST: readonly string[] = [
  ...["Namespace", "ResourceQuota", "StorageClass", "CustomResourceDefinition", "ServiceAccount", "PodSecurityPolicy"],
  ...["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "ConfigMap", "Secret", "Endpoints", "Service", "LimitRange"],
  ...["PriorityClass", "PersistentVolume", "PersistentVolumeClaim", "Deployment", "StatefulSet", "CronJob", "PodDisruptionBudget"],
];
export const KINDS_LAST: readonly string[] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/** Where a kind stands among those that come first (negative) or last (positive). */
export function rank(kind: string): number {
  const first = KINDS_FIRST.indexOf(kind);
  return first >= 0 ? first - KINDS_FIRST.length : KINDS_LAST.indexOf(kind) + 1;
}

/** The text that kinds of one rank are sorted by. */
export function sortText({ group, version, kind }: Gvk): string {
  return `${group === "" ? "~G" : group}_${version === "" ? "~V" : version}_${kind === "" ? "~K" : kind}`;
}
