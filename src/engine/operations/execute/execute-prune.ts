import type { OwnerMark } from "../../model/conventions.ts";
import { GitOpsError } from "../../model/errors.ts";
import { arrayAt, stringAt } from "../../model/json.ts";
import type { PruneStep } from "../../model/plan.ts";
import { formatResourceId, resourceKey } from "../../model/resource-id.ts";
import { carriesMark } from "../../plan/index.ts";
import { REQUESTS_AT_ONCE, mapBounded } from "../bounded.ts";
import { awaitGone, type Leaving } from "./await-gone.ts";
import type { Execution } from "./execution.ts";

/**
 * Deletes group after group; a group starts when the objects of the former are gone.
 * Each object is read again first: it goes only when it is still the one that was planned and still carries our mark.
 */
export async function executePrune(groups: readonly (readonly PruneStep[])[], mark: OwnerMark, execution: Execution): Promise<void> {
  const { state, context } = execution;
  const count = groups.reduce((sum, group) => sum + group.length, 0);
  if (count === 0) return;
  context.emit({ type: "prune.started", objects: count });
  for (const group of groups) {
    if (state.hasFailed) return;
    const leaving = (await mapBounded(group, REQUESTS_AT_ONCE, (step) => pruneOne(step, mark, execution))).filter(
      (one) => one !== undefined,
    );
    if (leaving.length > 0) await settleGroup(leaving, execution);
  }
}

async function settleGroup(leaving: readonly Leaving[], { cluster, deadline, context, state }: Execution): Promise<void> {
  const left = await awaitGone(leaving, cluster, deadline, context);
  for (const { id } of leaving) {
    const object = left.get(resourceKey(id));
    if (object === undefined) {
      state.pruned(id);
      continue;
    }
    const finalizers = arrayAt(object, "metadata", "finalizers").join(", ");
    state.failed(
      id,
      new GitOpsError(
        "TIMED_OUT",
        `${formatResourceId(id)} is still being deleted${finalizers === "" ? "" : `: it waits for the finalizer ${finalizers}`}`,
        {
          hint: "the controller that set the finalizer must run; the object stays in the inventory and the next sync tries again",
        },
      ),
    );
  }
}

/** A controller may touch an object between our read and our delete; the pair is tried so often. */
const DELETE_ATTEMPTS = 4;

/** @returns the object where finalizers hold it back. */
async function pruneOne(step: PruneStep, mark: OwnerMark, execution: Execution): Promise<Leaving | undefined> {
  const { state, context, calls } = execution;
  const { id } = step.change;
  context.signal.throwIfAborted();
  for (let attempt = 1; ; attempt++) {
    try {
      return await deleteIfOurs(step, mark, execution);
    } catch (error) {
      if (calls.signal.aborted) throw error;
      if (error instanceof GitOpsError && error.code === "STALE_OBJECT" && attempt < DELETE_ATTEMPTS) continue;
      state.failed(id, error);
      return undefined;
    }
  }
}

async function deleteIfOurs(
  { change, propagation }: PruneStep,
  mark: OwnerMark,
  { cluster, context, calls, state }: Execution,
): Promise<Leaving | undefined> {
  const { id } = change;
  const uid = stringAt(change.live, "metadata", "uid");
  const live = await cluster.get(id, calls);
  if (live === undefined) {
    state.pruned(id);
    return undefined;
  }
  if (stringAt(live, "metadata", "uid") !== uid || !carriesMark(live, mark.of(id))) {
    state.disowned(id);
    context.emit({ type: "warning", id, message: "it is no longer the object that was planned to be pruned, so it stays" });
    return undefined;
  }
  const answer = await cluster.delete(id, { uid, resourceVersion: stringAt(live, "metadata", "resourceVersion"), propagation, ...calls });
  state.wrote();
  if (answer === "deleting") return { id, uid };
  state.pruned(id);
  return undefined;
}
