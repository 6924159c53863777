import type { Finding, FindingSeverity } from "../model/finding.ts";
import type { DeliveryFacts } from "./facts.ts";
import { RULES } from "./rules/table.ts";

const ORDER: readonly FindingSeverity[] = ["blocking", "warning", "info"];

/**
 * Why a delivery is stuck, from what is known about it: the first finding, where it blocks, is the one cause; what follows was seen as
 * well. Nothing that blocks means that nothing is known to.
 */
export function diagnose(facts: DeliveryFacts): readonly Finding[] {
  const found: Finding[] = [];
  for (const rule of RULES) found.push(...rule(facts, found));
  return sortFindings(withoutRepetition(found));
}

/** What blocks first; else in the order in which they were found. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

/** Two ways to one cause (a dependency, a parent) are one finding. */
function withoutRepetition(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ code, message }) => {
    const key = `${code} ${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
