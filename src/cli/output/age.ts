const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** Up to which age which units are shown: the bigger one, and what is left in the smaller one where there is one. */
const STEPS = [
  { below: 2 * MINUTE, unit: SECOND, word: "s" },
  { below: 10 * MINUTE, unit: MINUTE, word: "m", rest: SECOND, restWord: "s" },
  { below: 3 * HOUR, unit: MINUTE, word: "m" },
  { below: 8 * HOUR, unit: HOUR, word: "h", rest: MINUTE, restWord: "m" },
  { below: 2 * DAY, unit: HOUR, word: "h" },
  { below: 8 * DAY, unit: DAY, word: "d", rest: HOUR, restWord: "h" },
  { below: 2 * YEAR, unit: DAY, word: "d" },
  { below: 8 * YEAR, unit: YEAR, word: "y", rest: DAY, restWord: "d" },
  { below: Infinity, unit: YEAR, word: "y" },
] as const;

/**
 * An age as kubectl's AGE column shows it (apimachinery's `duration.HumanDuration`): `45s`, `5m30s`, `3h`, `2d4h`, `3y`.
 *
 * @param milliseconds parts of a second are cut off. A clock that is up to two seconds behind gives `0s`, one that is
 * further behind `<invalid>`.
 */
export function formatAge(milliseconds: number): string {
  if (!Number.isFinite(milliseconds) || milliseconds <= -2 * SECOND) return "<invalid>";
  const age = Math.max(0, milliseconds);
  for (const step of STEPS) {
    if (age >= step.below) continue;
    const count = `${Math.floor(age / step.unit)}${step.word}`;
    if (!("rest" in step)) return count;
    const rest = Math.floor((age % step.unit) / step.rest);
    return rest === 0 ? count : `${count}${rest}${step.restWord}`;
  }
  return "<invalid>";
}

/** The AGE of what was made then (ISO 8601); "" for no time. */
export function ageOf(createdAt: string, now: number): string {
  const created = Date.parse(createdAt);
  return Number.isNaN(created) ? "" : formatAge(now - created);
}
