import type { Finding } from "../model/finding.ts";
import { resourceKey } from "../model/resource-id.ts";
import { makeFinding } from "./make-finding.ts";

/** So many of the deliveries that a cause holds up are named. */
const SHOWN = 4;

/** A delivery with what was found of it. */
export interface Suspect {
  /** With its namespace, such as `ks/shop -n apps`. */
  readonly address: string;
  readonly findings: readonly Finding[];
}

/**
 * The causes of many deliveries, each once with those that it holds up: a failing source explains the apps on it, a failing dependency
 * the ones that wait for it. The cause that holds up most stands first.
 */
export function groupByCause(suspects: readonly Suspect[]): readonly Finding[] {
  const groups = new Map<string, { readonly cause: Finding; readonly addresses: string[] }>();
  for (const { address, findings } of suspects) {
    const cause = findings.find(({ severity }) => severity === "blocking");
    if (cause === undefined) continue;
    const key = cause.object === undefined ? `${cause.code} ${cause.message}` : `${cause.code} ${resourceKey(cause.object)}`;
    const group = groups.get(key) ?? { cause, addresses: [] };
    group.addresses.push(address);
    groups.set(key, group);
  }
  return [...groups.values()]
    .toSorted((a, b) => b.addresses.length - a.addresses.length)
    .map(({ cause, addresses }) => {
      // What one delivery waits for stands in the list of all that do.
      const own = cause.evidence.filter((line) => !/ waits for .* \(spec\.dependsOn\)$|^found by way of /.test(line));
      const many = addresses.length > SHOWN ? `${String(addresses.length)} deliveries, such as ` : "";
      const held = `holds up ${many}${addresses.slice(0, SHOWN).join(", ")}`;
      return makeFinding(cause.severity, cause.code, { ...cause, evidence: [held, ...own] });
    });
}
