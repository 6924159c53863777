import { GitOpsError } from "../model/errors.ts";
import type { Clock } from "../ports/clock.ts";
import { startDeadline } from "./execute/deadline.ts";
import type { PreparedSync, RunContext } from "./request.ts";

/**
 * Runs the half of a run that prepares within the time limit of the whole. What is left of it goes to the half that executes:
 * the time that a person takes for an answer in between does not count.
 *
 * @param timeoutMs 0 for no limit.
 * @throws TIMED_OUT, and what `prepare` throws.
 */
export async function prepareInTime(
  timeoutMs: number,
  clock: Clock,
  context: RunContext,
  prepare: (context: RunContext) => Promise<PreparedSync>,
): Promise<PreparedSync> {
  const deadline = startDeadline(timeoutMs, clock);
  try {
    const prepared = await prepare({ ...context, signal: AbortSignal.any([context.signal, deadline.signal]) });
    if (timeoutMs === 0) return prepared;
    const { request } = prepared;
    // 0 would mean no limit.
    const left = Math.max(1, Math.round(deadline.remaining()));
    return { ...prepared, request: { ...request, policy: { ...request.policy, timeoutMs: left } } };
  } catch (error) {
    if (!deadline.signal.aborted || context.signal.aborted) throw error;
    throw new GitOpsError(
      "TIMED_OUT",
      `fetching, building and comparing took longer than ${String(timeoutMs / 1000)} s; nothing was written`,
      {
        hint: "give it more time with --timeout, or find out what is slow with --verbose",
        cause: error,
      },
    );
  } finally {
    deadline.cancel();
  }
}
