/** What one connection to an API server may cost. All times in milliseconds, `Infinity` for none. */
export interface TransportLimits {
  /** Calls under way at once; lowered for a while when the server answers 429. */
  readonly connections: number;
  /** DNS, proxy, TCP and TLS together. */
  readonly connectMs: number;
  /** From the request sent to the head of the answer. Writes get `callMs`: admission webhooks may take 30 s each. */
  readonly headersMs: number;
  /** Between two pieces of a body. */
  readonly idleMs: number;
  /** One attempt, from the first byte sent to the last one read (`--request-timeout`). */
  readonly callMs: number;
  /** How long 429 and 503 with Retry-After are obeyed before the call fails. */
  readonly throttledMs: number;
  /** Attempts of one call after other passing failures, the first one included. */
  readonly attempts: number;
  /** The same where hope is small: the server has never answered, took too long, or answered 500, which is seldom passing. */
  readonly hopelessAttempts: number;
  /** First delay before a retry; doubled each time, up to `maxDelayMs`, and spread by half. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** Bytes of one answer, decompressed. */
  readonly answerBytes: number;
  /** Silence after which a watch is opened again; servers send a bookmark about once a minute. */
  readonly watchIdleMs: number;
  /** Bytes of one line of a watch. */
  readonly watchLineBytes: number;
  /** Age at which a watch lists again although nothing seems wrong. */
  readonly relistMs: number;
  /** Objects asked for at once in a list. */
  readonly pageSize: number;
}

/** Suits a person's machine and the agent alike. */
export const DEFAULT_LIMITS: TransportLimits = {
  connections: 32,
  connectMs: 10_000,
  headersMs: 30_000,
  idleMs: 30_000,
  callMs: 60_000,
  throttledMs: 5 * 60_000,
  attempts: 10,
  hopelessAttempts: 3,
  baseDelayMs: 100,
  maxDelayMs: 5_000,
  answerBytes: 128 * 1024 * 1024,
  watchIdleMs: 150_000,
  watchLineBytes: 8 * 1024 * 1024,
  relistMs: 10 * 60_000,
  pageSize: 500,
};
