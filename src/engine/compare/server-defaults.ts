import { isJsonObject, valueAt, type JsonObject, type JsonValue } from "../model/json.ts";

/**
 * Defaults that the OpenAPI leaves unsaid, of types that lie in values owned as a whole, by component name. There the server's
 * default is all that tells a field that Git never had from one that was removed from Git.
 */
const UNDOCUMENTED: Readonly<Record<string, JsonObject>> = {
  "io.k8s.api.core.v1.ObjectFieldSelector": { apiVersion: "v1" },
  "io.k8s.api.core.v1.PersistentVolumeClaim": { apiVersion: "v1", kind: "PersistentVolumeClaim", status: { phase: "Pending" } },
  "io.k8s.api.core.v1.PersistentVolumeClaimSpec": { volumeMode: "Filesystem" },
  "io.k8s.api.core.v1.ServiceAccountTokenProjection": { expirationSeconds: 3600 },
  "io.k8s.api.networking.v1.NetworkPolicyPort": { protocol: "TCP" },
  "io.k8s.api.rbac.v1.RoleRef": { apiGroup: "rbac.authorization.k8s.io" },
};

/** What the server fills into a field of a built-in type although its OpenAPI names no default; undefined where it fills in nothing. */
export function undocumentedDefault(component: string, field: string): JsonValue | undefined {
  return valueAt(UNDOCUMENTED[component], field);
}

/** Values that the API server fills in by itself, by field name (k8s.io/kubernetes `pkg/apis/…/defaults.go`). */
const DEFAULTS: Readonly<Record<string, readonly (string | number | boolean)[]>> = {
  backoffLimit: [6],
  completionMode: ["NonIndexed"],
  completions: [1],
  concurrencyPolicy: ["Allow"],
  defaultMode: [420],
  dnsPolicy: ["ClusterFirst"],
  failedJobsHistoryLimit: [1],
  failureThreshold: [3],
  imagePullPolicy: ["Always", "IfNotPresent"],
  internalTrafficPolicy: ["Cluster"],
  ipFamilyPolicy: ["SingleStack"],
  maxSurge: ["25%", 0],
  maxUnavailable: ["25%", 1],
  parallelism: [1],
  partition: [0],
  periodSeconds: [10],
  podManagementPolicy: ["OrderedReady"],
  podReplacementPolicy: ["TerminatingOrFailed"],
  progressDeadlineSeconds: [600],
  protocol: ["TCP"],
  replicas: [1],
  restartPolicy: ["Always"],
  revisionHistoryLimit: [10],
  schedulerName: ["default-scheduler"],
  scheme: ["HTTP"],
  sessionAffinity: ["None"],
  successThreshold: [1],
  successfulJobsHistoryLimit: [3],
  suspend: [false],
  terminationGracePeriodSeconds: [30],
  terminationMessagePath: ["/dev/termination-log"],
  terminationMessagePolicy: ["File"],
  timeoutSeconds: [1],
  type: ["ClusterIP", "RollingUpdate", "Opaque"],
  volumeMode: ["Filesystem"],
  whenDeleted: ["Retain"],
  whenScaled: ["Retain"],
};

/** Fields that the server allocates where nobody gives them. */
const ALLOCATED: ReadonlySet<string> = new Set([
  "clusterIP",
  "clusterIPs",
  "ipFamilies",
  "nodePort",
  "healthCheckNodePort",
  "volumeName",
  "targetPort",
]);

/** Whether a field holds what the server would fill in again after its removal. By name only: good enough to show, not to decide. */
export function isServerDefault(name: string, value: JsonValue): boolean {
  if (ALLOCATED.has(name)) return true;
  if (isJsonObject(value))
    return name !== "labels" && name !== "annotations" && Object.entries(value).every(([key, inner]) => isServerDefault(key, inner));
  return Object.hasOwn(DEFAULTS, name) && (DEFAULTS[name] ?? []).some((known) => known === value);
}
