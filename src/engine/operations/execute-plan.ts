import type { OwnerMark } from "../model/conventions.ts";
import { GitOpsError } from "../model/errors.ts";
import type { Plan, PlanStep } from "../model/plan.ts";
import type { DeliveryLease } from "../ports/delivery-store.ts";
import { appTargets } from "./execute/app-targets.ts";
import { awaitHealth } from "./execute/await-health.ts";
import { healthTargets } from "./execute/health-targets.ts";
import { startDeadline } from "./execute/deadline.ts";
import { GRACE_MS, type Execution } from "./execute/execution.ts";
import { executePrune } from "./execute/execute-prune.ts";
import { executeWaves, recordOutcome } from "./execute/execute-waves.ts";
import { inventoryAfter, intentOf, sameInventory } from "./execute/final-inventory.ts";
import { makeNamespaceFirst } from "./execute/namespace-first.ts";
import { reportUnknown } from "./execute/report-unknown.ts";
import type { PreparedSync, RunContext, SyncResult, WriterPorts } from "./request.ts";
import { runGuarded } from "./run-guarded.ts";

/**
 * Executes a plan: intent, waves, health, prune, inventory. The one place that writes workload objects.
 * Failures of objects do not throw: they stand in the result, the deciding one first.
 *
 * @param onApplied called once, when every wave went through, before the prune and the last wait for health.
 * @throws the plan's first guard, before any write; LOCK_HELD where another run writes this delivery.
 */
export function executePlan(
  prepared: PreparedSync,
  ports: WriterPorts,
  context: RunContext,
  onApplied: () => void = () => undefined,
): Promise<SyncResult> {
  return runGuarded(prepared, ports, context, async (execution) => {
    for (const skipped of prepared.plan.skipped) execution.state.skipped(skipped.id);
    // First of all: a disk that refuses it stops the run while nothing is written yet.
    if (prepared.cluster !== "") await ports.bindings.write(prepared.request.ref, prepared.cluster);
    if (writesObjects(prepared.plan)) await writeAll(prepared, ports, { ...execution, onApplied });
    else await writeNothing(prepared, ports, { ...execution, onApplied });
    if (prepared.request.policy.prune) reportUnknown(prepared.plan, execution);
  });
}

function stepsOf({ waves }: Plan): readonly PlanStep[] {
  return waves.flatMap(({ stages }) => stages.flatMap(({ steps }) => steps));
}

function writesObjects(plan: Plan): boolean {
  return plan.prune.length > 0 || stepsOf(plan).some(({ change, hook }) => change.action !== "none" || hook !== undefined);
}

/** Everything is as Git says: no lease, and a write only where the record itself is out of date. */
interface AppliedExecution extends Execution {
  readonly onApplied: () => void;
}

async function writeNothing(prepared: PreparedSync, ports: WriterPorts, execution: AppliedExecution): Promise<void> {
  const { plan, stored, request } = prepared;
  const { state, context, calls } = execution;
  for (const { change } of stepsOf(plan)) if (change.action === "none") state.applied(change.id, "unchanged", change.live);
  execution.onApplied();
  await awaitEverything(prepared, execution);
  const { unfinished, ...settled } = inventoryAfter(plan, state, true);
  // Nothing was begun that could be unfinished: an object that is unhealthy by itself is no reason to run the hooks again.
  const inventory = unfinished === true && stored?.inventory.unfinished === true ? { ...settled, unfinished } : settled;
  if (stored === undefined || !sameInventory(stored.inventory, inventory)) {
    await makeNamespaceFirst(prepared, execution);
    const lease = await ports.deliveries.begin(request.ref, inventory, stored?.resourceVersion, context);
    await lease.release(undefined, calls);
    state.wrote();
    state.wrote();
    context.emit({ type: "inventory.written", entries: inventory.entries.length });
  }
}

async function writeAll(prepared: PreparedSync, ports: WriterPorts, outer: AppliedExecution): Promise<void> {
  const { plan, stored, request } = prepared;
  await makeNamespaceFirst(prepared, outer);
  const lease = await ports.deliveries.begin(request.ref, intentOf(plan, request.policy), stored?.resourceVersion, outer.context);
  outer.state.wrote();
  const execution: Execution = { ...outer, context: { ...outer.context, signal: AbortSignal.any([outer.context.signal, lease.lost]) } };
  let isComplete = false;
  try {
    await executeWaves(plan.waves, execution);
    if (!outer.state.hasFailed) outer.onApplied();
    const mark = ports.deliveries.ownerMark(request.ref);
    if (outer.conventions.prune === "before-health") {
      await pruneOrWithhold(plan, mark, execution);
      if (!outer.state.hasFailed) await awaitEverything(prepared, execution);
    } else {
      if (!outer.state.hasFailed) await awaitEverything(prepared, execution);
      await pruneOrWithhold(plan, mark, execution);
    }
    isComplete = true;
  } finally {
    await storeEnd(prepared, lease, outer, isComplete);
  }
}

/** The last wait: every object of the delivery, unless `--no-wait`. */
async function awaitEverything({ request }: PreparedSync, execution: Execution): Promise<void> {
  const { policy, state } = execution;
  if (!policy.wait) return;
  const targets =
    request.app === undefined ? await healthTargets(state.objects(), "final", execution) : await appTargets(request.app, execution);
  recordOutcome(await awaitHealth(targets, execution), state);
}

async function pruneOrWithhold(plan: Plan, mark: OwnerMark, execution: Execution): Promise<void> {
  const { state, context } = execution;
  const count = plan.prune.flat().length;
  if (count === 0) return;
  if (!state.hasFailed) return executePrune(plan.prune, mark, execution);
  const reason = "something before it failed";
  context.emit({ type: "prune.withheld", objects: count, reason });
  state.failedAsWhole(
    new GitOpsError("PRUNE_WITHHELD", `${String(count)} objects that Git no longer declares were not pruned, because ${reason}`, {
      hint: "they stay in the inventory; the next sync that succeeds prunes them",
    }),
  );
}

/** Whatever happened, the record says in the end what is owned; also after Ctrl-C, then within a time of its own. */
async function storeEnd(
  { plan }: PreparedSync,
  lease: DeliveryLease,
  { state, context, clock, calls }: Execution,
  isComplete: boolean,
): Promise<void> {
  const grace = startDeadline(GRACE_MS, clock);
  const inventory = inventoryAfter(plan, state, isComplete);
  try {
    await lease.release(inventory, context.signal.aborted ? { signal: grace.signal } : calls);
    if (lease.lost.aborted) throw lease.lost.reason;
    state.wrote();
    context.emit({ type: "inventory.written", entries: inventory.entries.length });
  } finally {
    grace.cancel();
  }
}
