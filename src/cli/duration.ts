import { UsageError } from "./usage-error.ts";

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["μs", 1e-3],
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** What Go's int64 of nanoseconds holds, in milliseconds: 2562047h47m16.854s. */
const GO_MAXIMUM_MS = 9_223_372_036_854.775;

/**
 * Milliseconds of a duration as Go writes it (`time.ParseDuration`): `1m30s`, `1.5h`, `250ms`; `0` alone needs no unit.
 * Rounded up, so that only a true 0 is 0 (which means no limit). Throws UsageError for a sign, an unknown unit or more than Go can hold.
 *
 * @param subject what the text was given to, such as `--timeout`.
 */
export function parseDuration(text: string, subject: string): number {
  if (/^\+?0+$/.test(text)) return 0;
  if (text.startsWith("-")) throw invalid(subject, "it may not be negative");
  const parts = [...text.matchAll(/(\d+\.?\d*|\.\d+)([a-zµμ]+)/gy)];
  const matched = parts.reduce((length, part) => length + part[0].length, 0);
  if (parts.length === 0 || matched !== text.length) throw invalid(subject, "it is not a duration");
  let total = 0;
  for (const [, amount = "", unit = ""] of parts) {
    const factor = UNIT_MS.get(unit);
    if (factor === undefined) throw invalid(subject, "its unit is none of ns, us, ms, s, m, h");
    total += Number(amount) * factor;
  }
  if (total > GO_MAXIMUM_MS) throw invalid(subject, "it is longer than 2562047h");
  return Math.ceil(total);
}

/** A duration as Go prints it: 90000 is `1m30s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return "0";
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor((milliseconds % 3_600_000) / 60_000);
  const seconds = (milliseconds % 60_000) / 1_000;
  return `${hours > 0 ? `${hours}h` : ""}${minutes > 0 ? `${minutes}m` : ""}${seconds > 0 ? `${seconds}s` : ""}`;
}

function invalid(subject: string, why: string): UsageError {
  return new UsageError(`invalid duration for ${subject}: ${why}`, "write it as 30s, 5m or 1m30s; 0 means no limit");
}
