const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Milliseconds of a duration as the specs of Kubernetes objects write it (Go's `time.ParseDuration`): `1m30s`, `1.5h`, `0`.
 * Undefined for what is none; negative ones, which Go reads, mean nothing in any spec and are none either.
 */
export function durationMs(text: string): number | undefined {
  if (text === "0") return 0;
  let total = 0;
  let length = 0;
  for (const [part, amount = "", unit = ""] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy)) {
    total += Number(amount) * (UNIT_MS[unit] ?? 0);
    length += part.length;
  }
  return text !== "" && length === text.length ? total : undefined;
}
