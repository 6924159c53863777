import type { JsonValue } from "../model/json.ts";

const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d{1,2})?$/;
const BINARY = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
/** Fractions of one are counted in units of 10^-30: more digits than any quantity that the server keeps. */
const PLACES = 30;

/**
 * The amount of a Kubernetes quantity (`1000m`, `1Gi`, `0.5`, 1e3), as a whole number of 10^-30.
 * Undefined for what is no quantity, or one too fine to be exact.
 */
export function quantityAmount(value: JsonValue): bigint | undefined {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "bigint") return undefined;
  const match = PATTERN.exec(String(value));
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", suffix = ""] = match;
  if (whole === "" && fraction === "") return undefined;
  const binary = BINARY.indexOf(suffix);
  const exponent = binary >= 0 ? 0 : (DECIMAL[suffix] ?? Number(suffix.slice(1)));
  const places = PLACES + exponent - fraction.length;
  if (places < 0) return undefined;
  const amount = BigInt(whole + fraction) * 10n ** BigInt(places) * 1024n ** BigInt(binary + 1);
  return sign === "-" ? -amount : amount;
}
