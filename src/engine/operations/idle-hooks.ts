import type { Inventory } from "../model/inventory.ts";
import type { Plan, PlanStep } from "../model/plan.ts";

/** Whether a sync of this very revision ended well, as its record says: then its hooks have run. */
export function hasRunHooks(recorded: Inventory | undefined, { revision }: Pick<Inventory, "revision">): boolean {
  return recorded !== undefined && recorded.unfinished !== true && recorded.revision === revision;
}

/**
 * Leaves the hooks out of a plan that changes nothing else: a sync that finds everything as Git says runs none
 * (an automated sync of Argo CD does not even start then). Only for a revision that was synced before, see {@link hasRunHooks}:
 * a commit that changes nothing but a hook must run it.
 */
export function withoutIdleHooks(plan: Plan): Plan {
  const steps = plan.waves.flatMap(({ stages }) => stages.flatMap((stage) => stage.steps));
  const isBusy = plan.prune.length > 0 || steps.some(({ hook, change }) => hook === undefined && change.action !== "none");
  if (isBusy || !steps.some(isHook)) return plan;
  const waves = plan.waves
    .map((wave) => ({
      ...wave,
      stages: wave.stages
        .map((stage) => ({ ...stage, steps: stage.steps.filter((step) => !isHook(step)) }))
        .filter(({ steps: kept }) => kept.length > 0),
    }))
    .filter(({ stages }) => stages.length > 0);
  return { ...plan, waves };
}

function isHook({ hook }: PlanStep): boolean {
  return hook !== undefined;
}
