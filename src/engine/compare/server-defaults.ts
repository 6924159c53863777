import { isJsonObject, type JsonValue } from "../model/json.ts";

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
const ALLOCATED: ReadonlySet<string> = new Set(["clusterIP", "clusterIPs", "ipFamilies", "nodePort", "healthCheckNodePort", "volumeName", "targetPort"]);

/** Whether a field holds what the server would fill in again after its removal. By name only: good enough to show, not to decide. */
export function isServerDefault(name: string, value: JsonValue): boolean {
  if (ALLOCATED.has(name)) return true;
  if (isJsonObject(value)) return name !== "labels" && name !== "annotations" && Object.entries(value).every(([key, inner]) => isServerDefault(key, inner));
  return Object.hasOwn(DEFAULTS, name) && (DEFAULTS[name] ?? []).some((known) => known === value);
}
