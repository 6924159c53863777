import type { AnyStatus, ObjectStatus } from "../engine/index.ts";
import { UsageError } from "./usage-error.ts";

/** The words of `--status`. */
export const STATUS_WORDS = ["ready", "failed", "progressing", "suspended", "unknown", "synced", "outofsync"] as const;

/** A word of {@link STATUS_WORDS}. */
export type StatusWord = (typeof STATUS_WORDS)[number];

/** Which deliveries are shown. */
export type StatusFilter = (any: AnyStatus) => boolean;

/**
 * What `--status WORD` and flux's own `--status-selector ready=false` (also `!=`) let through; both must hold.
 * Throws UsageError for a selector that flux would not understand either.
 */
export function statusFilter(word: StatusWord | undefined, selector: string | undefined): StatusFilter {
  const selected = selector === undefined ? undefined : parseSelector(selector);
  return (any) => (word === undefined || isIn(any, word)) && (selected === undefined || selected(any));
}

function isIn(any: AnyStatus, word: StatusWord): boolean {
  const { sync, health } = any.status;
  switch (word) {
    case "ready":
      return readyOf(any) === "true" && !isSuspended(any);
    case "failed":
      return health.status === "Degraded";
    case "progressing":
      return health.status === "Progressing" || health.status === "Missing";
    case "suspended":
      return isSuspended(any);
    case "unknown":
      return health.status === "Unknown";
    case "synced":
      return sync === "Synced";
    case "outofsync":
      return sync === "OutOfSync";
  }
}

function isSuspended(any: AnyStatus): boolean {
  return any.type === "object" ? any.status.view.isSuspended : any.status.health.status === "Suspended";
}

function readyOf(any: AnyStatus): "true" | "false" | "unknown" {
  if (any.type === "bare") return any.status.health.status === "Healthy" ? "true" : "false";
  return readyWord(any.status);
}

function readyWord({ view: { ready } }: ObjectStatus): "true" | "false" | "unknown" {
  return ready === "True" ? "true" : ready === "False" ? "false" : "unknown";
}

function parseSelector(selector: string): StatusFilter {
  const [, operator, wanted] = /^ready(!?==?)(true|false|unknown)$/i.exec(selector) ?? [];
  if (operator === undefined || wanted === undefined)
    throw new UsageError("invalid value for --status-selector", "it is ready=true, ready=false or ready=unknown, or --status WORD");
  return (any) => (readyOf(any) === wanted.toLowerCase()) !== operator.startsWith("!");
}
