import type { Health, HealthStatus } from "../model/health.ts";
import { stringAt, valueAt } from "../model/json.ts";
import type { JsonObject } from "../model/json.ts";

/** Where operators keep their one word, in the order of how often they do. */
const PLACES = [["phase"], ["state"], ["health", "status"], ["health"], ["status"]] as const;

/** Words in lower case without separators. A word that is not here says nothing. */
const WORDS: ReadonlyMap<string, HealthStatus> = new Map([
  ...words(
    "Healthy",
    "ready running active available bound succeeded success successful completed complete healthy established deployed ok green synced",
  ),
  ...words("Healthy", "reconciled provisioned accepted valid online created connected enabled installed done finished up"),
  ...words(
    "Progressing",
    "pending progressing inprogress creating provisioning initializing initialising starting updating upgrading reconciling waiting",
  ),
  ...words(
    "Progressing",
    "installing deploying scaling deleting terminating queued restarting binding migrating new yellow processing submitted",
  ),
  ...words(
    "Degraded",
    "failed failure error errored degraded unhealthy invalid rejected lost crashloopbackoff stalled timeout timedout red aborted",
  ),
  ...words("Suspended", "paused suspended hibernated hibernating stopped"),
]);

/** The verdict of the word in `status.phase` or a place like it; undefined where there is none that says anything. */
export function phaseHealth(object: JsonObject): Health | undefined {
  for (const place of PLACES) {
    const word = valueAt(object, "status", ...place);
    if (typeof word !== "string") continue;
    const status = statusOf(word.toLowerCase().replace(/[\s_-]/g, ""));
    if (status !== undefined) return { status, reason: status === "Healthy" ? "" : word, message: phaseMessage(object) };
  }
  return undefined;
}

/** The listed word, else what its ending says: ConfigError, ApplyingChanges, Finalising. */
function statusOf(word: string): HealthStatus | undefined {
  const listed = WORDS.get(word);
  if (listed !== undefined) return listed;
  if (/(error|failed|failure)$/.test(word)) return "Degraded";
  return /ing$|^(applying|scaling|migrating)/.test(word) ? "Progressing" : undefined;
}

function phaseMessage(object: JsonObject): string {
  const message = stringAt(object, "status", "message") || stringAt(object, "status", "reason");
  return message.replace(/\s*[\r\n]\s*/g, " ").trim();
}

function words(status: HealthStatus, list: string): readonly (readonly [string, HealthStatus])[] {
  return list.split(" ").map((word) => [word, status] as const);
}
