/** Time from outside. */
export interface Clock {
  /** Milliseconds since the Unix epoch, for people only. */
  now(): number;
  /** Milliseconds of a clock that never steps back, for deadlines. */
  monotonic(): number;
  /** Resolves after so many milliseconds; rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
