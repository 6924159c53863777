import type { GroupKind } from "../model/resource-id.ts";

/** Controllers that others bring, by the group of their kinds: who is missing where nobody works on an object. */
const OPERATORS: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)external-secrets\.io$/, "External Secrets Operator"],
  [/^bitnami\.com$/, "Sealed Secrets controller"],
  [/^secrets\.hashicorp\.com$/, "Vault Secrets Operator"],
  [/^secrets-store\.csi\.x-k8s\.io$/, "Secrets Store CSI driver"],
  [/(^|\.)cert-manager\.io$/, "cert-manager"],
  [/^monitoring\.coreos\.com$/, "Prometheus Operator"],
  [/^helm\.toolkit\.fluxcd\.io$/, "helm-controller"],
  [/\.toolkit\.fluxcd\.io$/, "Flux's controllers"],
  [/^(argoproj\.io)$/, "Argo's controllers"],
  [/(^|\.)crossplane\.io$/, "Crossplane"],
  [/^keda\.sh$/, "KEDA"],
];

/** Who works on objects of a kind, where that is known; "" otherwise. */
export function operatorOf({ group }: GroupKind): string {
  return OPERATORS.find(([pattern]) => pattern.test(group))?.[1] ?? "";
}
