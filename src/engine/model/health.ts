/** How an object does, worst last. The six words are Argo CD's; see `health/kstatus.ts` for kstatus's. */
export const HEALTH_STATUSES = ["Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"] as const;

/** A word of {@link HEALTH_STATUSES}. */
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

/** The verdict on one object. */
export interface Health {
  readonly status: HealthStatus;
  /** A CamelCase word for programs, such as ProgressDeadlineExceeded; "" where none applies. */
  readonly reason: string;
  /** One line for people; may be "". */
  readonly message: string;
}

/** The worst of many; Healthy of none. */
export function worstHealth(all: Iterable<Health>): Health {
  let worst: Health = { status: "Healthy", reason: "", message: "" };
  for (const health of all) {
    if (HEALTH_STATUSES.indexOf(health.status) > HEALTH_STATUSES.indexOf(worst.status)) worst = health;
  }
  return worst;
}
