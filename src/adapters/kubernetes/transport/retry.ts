import type { IncomingHttpHeaders } from "node:http";
import type { TransportFailure } from "./failure.ts";
import type { TransportLimits } from "./limits.ts";

/** What is known when an attempt did not succeed. */
export interface Attempt {
  /** 1 for the first. */
  readonly number: number;
  /** Since the first attempt began. */
  readonly elapsedMs: number;
  /** Repeating the call changes nothing that the first one has not changed. */
  readonly idempotent: boolean;
  /** The server has answered anything at all on this connection. */
  readonly serverKnown: boolean;
  readonly outcome: { readonly status: number; readonly headers: IncomingHttpHeaders } | TransportFailure;
}

/** Milliseconds to wait before the next attempt, or why there is none. */
export type RetryDecision = { readonly retry: false } | { readonly retry: true; readonly delayMs: number; readonly reason: string };

const NO: RetryDecision = { retry: false };
const PASSING = new Set([500, 502, 503, 504]);

/**
 * Decides on another attempt. Anything may be repeated that the server refused unseen (429, 503 with Retry-After,
 * no connection); after 5xx and lost connections only what is idempotent.
 * @param spread a random number in [0, 1).
 */
export function decideRetry(attempt: Attempt, limits: TransportLimits, nowMs: number, spread: number): RetryDecision {
  const { outcome, number } = attempt;
  const backOff = Math.min(limits.maxDelayMs, limits.baseDelayMs * 2 ** (number - 1)) * (0.5 + spread / 2);
  if ("headers" in outcome) {
    const { status } = outcome;
    const asked = retryAfterMs(outcome.headers["retry-after"], nowMs);
    if (status === 429 || (status === 503 && asked !== undefined)) {
      const delayMs = Math.max(backOff, asked ?? 0);
      const tooLate = attempt.elapsedMs + delayMs > limits.throttledMs;
      return tooLate ? NO : { retry: true, delayMs, reason: `${status} from the server` };
    }
    if (!PASSING.has(status) || !attempt.idempotent) return NO;
    const most = status === 500 ? limits.hopelessAttempts : limits.attempts;
    return number < most ? { retry: true, delayMs: backOff, reason: `${status} from the server` } : NO;
  }
  if (outcome.kind === "certificate" || outcome.kind === "too-large" || outcome.kind === "protocol") return NO;
  if (outcome.sent && !attempt.idempotent) return NO;
  if (outcome.reusedConnection && number === 1) return { retry: true, delayMs: 0, reason: outcome.message };
  const hopeful = attempt.serverKnown && outcome.kind !== "timeout";
  const most = hopeful ? limits.attempts : limits.hopelessAttempts;
  return number < most ? { retry: true, delayMs: backOff, reason: outcome.message } : NO;
}

/** Retry-After in milliseconds: seconds, or a date (RFC 9110 10.2.3); undefined where there is none that can be read. */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
