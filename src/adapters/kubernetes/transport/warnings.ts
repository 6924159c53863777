import type { Emit } from "../../../engine/model/event.ts";
import type { ResourceId } from "../../../engine/model/resource-id.ts";

/** One `warn-code agent "text"` of a Warning header (RFC 7234 5.5); the API server sends code 299. */
const WARNING = /\b299 \S+ "((?:[^"\\]|\\.)*)"/g;
const REMEMBERED = 1_000;

/** Passes the server's warnings on, each text once: a deprecated version would warn for every object. */
export function createWarningReporter(emit: Emit): (header: string | readonly string[], object: ResourceId | undefined) => void {
  const seen = new Set<string>();
  return (header, object) => {
    for (const message of parseWarnings(String(header))) {
      if (seen.has(message) || seen.size >= REMEMBERED) continue;
      seen.add(message);
      emit({ type: "warning", message, ...(object === undefined ? {} : { id: object }) });
    }
  };
}

/** The texts of a Warning header. */
function parseWarnings(header: string): readonly string[] {
  return [...header.matchAll(WARNING)].map((match) => (match[1] ?? "").replace(/\\(.)/g, "$1"));
}
