import type { Finding } from "../../model/finding.ts";
import type { DeliveryFacts } from "../facts.ts";

/** What one kind of cause looks like in the facts. `before` is what the rules in front of it found. */
export type Rule = (facts: DeliveryFacts, before: readonly Finding[]) => readonly Finding[];

/** Whether something was found that keeps the delivery from going on. */
export function isBlocked(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === "blocking");
}
