import { conventionsOf } from "../dialects/conventions.ts";
import { GitOpsError } from "../model/errors.ts";
import type { Plan } from "../model/plan.ts";
import { decidingFirst, exitStatusOf } from "./deciding-failure.ts";
import { startDeadline } from "./execute/deadline.ts";
import type { Execution } from "./execute/execution.ts";
import { startGrace } from "./execute/grace.ts";
import { RunState } from "./execute/run-state.ts";
import type { PreparedSync, RunContext, SyncResult, WriterPorts } from "./request.ts";

/**
 * The frame of every run that writes: refuses a guarded plan, sets the deadline, turns failures into the result,
 * and says how it ended.
 * @throws the plan's guards as one error, before any write.
 */
export async function runGuarded(
  prepared: PreparedSync,
  ports: WriterPorts,
  context: RunContext,
  work: (execution: Execution) => Promise<void>,
): Promise<SyncResult> {
  const { plan, request, revision } = prepared;
  refuseGuarded(plan);
  const state = new RunState(context.emit);
  const deadline = startDeadline(request.policy.timeoutMs, ports.clock);
  const grace = startGrace(context.signal, ports.clock);
  try {
    await work({
      cluster: ports.cluster,
      clock: ports.clock,
      policy: request.policy,
      conventions: conventionsOf(request.ref),
      state,
      deadline,
      context,
      calls: grace,
    });
  } catch (error) {
    state.failedAsWhole(context.signal.aborted ? interrupted() : asExpected(error));
  } finally {
    deadline.cancel();
    grace.cancel();
  }
  const { counts } = state;
  context.emit({ type: "sync.finished", revision, exitCode: exitStatusOf(state.failures), ...counts });
  return { revision, counts, failures: decidingFirst(state.failures) };
}

function refuseGuarded({ guards }: Plan): void {
  const [first] = guards;
  if (first === undefined) return;
  throw new GitOpsError(first.code, guards.map(({ message }) => message).join("\n"), {
    hint: first.hint,
    data: { objects: first.objects },
  });
}

/** What is no GitOpsError is our bug: it keeps its stack and ends the run. */
function asExpected(error: unknown): GitOpsError {
  if (error instanceof GitOpsError) return error;
  throw error;
}

function interrupted(): GitOpsError {
  return new GitOpsError("INTERRUPTED", "interrupted; what was under way was finished, and the inventory says what is owned", {
    hint: "run the command again to go on",
  });
}
