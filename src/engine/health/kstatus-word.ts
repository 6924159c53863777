/** kstatus's six words (sigs.k8s.io/cli-utils), which Flux waits by. */
export type Kstatus = "InProgress" | "Failed" | "Current" | "Terminating" | "NotFound" | "Unknown";
