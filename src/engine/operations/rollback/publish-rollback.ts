import { GitOpsError } from "../../model/errors.ts";
import type { RunContext } from "../request.ts";
import { prepareRollback } from "./prepare-rollback.ts";
import type { RollbackPlan, RollbackPorts, RollbackRequest } from "./rollback-request.ts";

/** So often a commit is made anew where others push to the same branch. */
const ATTEMPTS = 8;
const PAUSE_MS = 200;

/**
 * Pushes the commit of a rollback. Where the branch moved meanwhile the rollback is planned again on the new tip, to the same revision, as
 * long as it still changes the very same files in the same way: what was shown is what is done.
 *
 * @param newBranch pushes to this branch, which must be new, and leaves the delivery's own alone; undefined for the delivery's own.
 * @returns the plan whose commit was pushed.
 * @throws TIP_MOVED, PUSH_REFUSED, UNAUTHENTICATED, FORBIDDEN, and what {@link prepareRollback} throws.
 */
export async function publishRollback(
  plan: RollbackPlan,
  request: RollbackRequest,
  newBranch: string | undefined,
  ports: RollbackPorts,
  context: RunContext,
): Promise<RollbackPlan> {
  let current = plan;
  for (let attempt = 1; current.proposed !== undefined; attempt++) {
    const target =
      newBranch === undefined
        ? ({ branch: current.branch, expect: "branch" } as const)
        : ({ branch: newBranch, expect: "new branch" } as const);
    try {
      await ports.commits.publish(current.repository, current.proposed, target, context);
      return current;
    } catch (error) {
      if (!(error instanceof GitOpsError) || error.code !== "TIP_MOVED" || newBranch !== undefined || attempt === ATTEMPTS) throw error;
      const { message } = error;
      context.emit({ type: "request.retried", what: current.repository.url, reason: message, attempt, delayMs: PAUSE_MS * attempt });
      await ports.clock.sleep(PAUSE_MS * attempt, context.signal);
      current = await again(plan, request, error, ports, context);
    }
  }
  return current;
}

async function again(
  plan: RollbackPlan,
  request: RollbackRequest,
  lost: GitOpsError,
  ports: RollbackPorts,
  context: RunContext,
): Promise<RollbackPlan> {
  const anew = await prepareRollback({ ...request, to: plan.to.commit }, ports, { ...context, emit: () => undefined });
  if (JSON.stringify(anew.files) === JSON.stringify(plan.files)) return anew;
  throw new GitOpsError(
    "TIP_MOVED",
    `somebody else changed files of ${plan.address} on the branch ${plan.branch} meanwhile: nothing was pushed`,
    {
      hint: "look at the new commit, and run the command again",
      cause: lost,
      data: { branch: plan.branch, retryable: true },
    },
  );
}
