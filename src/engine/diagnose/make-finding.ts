import type { Finding, FindingCode, FindingSeverity } from "../model/finding.ts";
import type { ResourceId } from "../model/resource-id.ts";
import { redact, redactOwn } from "./redact.ts";

/** Most lines of evidence for one finding. */
const MOST_EVIDENCE = 6;

/** The parts of a finding beside its severity and code. */
export interface FindingParts {
  readonly object: ResourceId | undefined;
  readonly message: string;
  readonly next?: string;
  readonly evidence?: readonly string[];
}

/** A finding whose texts are one line each and hold nothing that looks like a secret. Empty evidence is left out. */
export function makeFinding(
  severity: FindingSeverity,
  code: FindingCode,
  { object, message, next = "", evidence = [] }: FindingParts,
): Finding {
  const lines = [...new Set(evidence.map(redact))].filter((line) => line !== "");
  const rest = lines.length - MOST_EVIDENCE;
  const shown = rest > 1 ? [...lines.slice(0, MOST_EVIDENCE), `… and ${String(rest)} more`] : lines;
  return { severity, code, object, message: redact(message), next: redactOwn(next), evidence: shown };
}
