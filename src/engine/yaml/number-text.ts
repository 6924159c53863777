const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;
const FIRST_EXPONENT_WITH_E = 6;
const MIN_EXPONENT_WITHOUT_E = -4;

/**
 * A number as kustomize prints it: through Go's JSON, then as an integer where the text fits into 64 bits,
 * else with Go's `%g`.
 */
export function numberText(value: number | bigint): string {
  if (typeof value === "bigint") return isInt64(value) ? value.toString() : shortestG(Number(value));
  if (Number.isSafeInteger(value)) return value === 0 ? "0" : String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e21 && isInt64(BigInt(String(value)))) return String(value);
  return shortestG(value);
}

function isInt64(value: bigint): boolean {
  return value >= MIN_INT64 && value <= MAX_UINT64;
}

/** `strconv.FormatFloat(value, 'g', -1, 64)`: the fewest digits that read back; with an exponent from 1e6 up and below 1e-4. */
export function shortestG(value: number): string {
  const [digits = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent >= MIN_EXPONENT_WITHOUT_E && exponent < FIRST_EXPONENT_WITH_E) return String(value);
  const sign = exponent < 0 ? "-" : "+";
  return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
