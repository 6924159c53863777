import { parseDuration } from "./duration.ts";
import { UsageError } from "./usage-error.ts";

/**
 * A moment in the future as ISO 8601, from a duration (`4h`) or a time (`2030-01-31T08:00:00Z`, `2030-01-31`).
 *
 * @param subject what the text was given to, such as `--until`.
 * @param now milliseconds since the Unix epoch.
 */
export function parseUntil(text: string, subject: string, now: number): string {
  const isDate = /^\d{4}-\d{2}-\d{2}/.test(text);
  const moment = isDate ? Date.parse(text) : now + parseDuration(text, subject);
  if (Number.isNaN(moment))
    throw new UsageError(`invalid time for ${subject}`, "write it as 2030-01-31T08:00:00Z, or as a duration such as 4h");
  if (moment <= now) throw new UsageError(`the time for ${subject} is over`, "it must lie in the future");
  if (moment > 8.64e15) throw new UsageError(`invalid time for ${subject}`, "it is too far away");
  return `${new Date(moment).toISOString().slice(0, 19)}Z`;
}
