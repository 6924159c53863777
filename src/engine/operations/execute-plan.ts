import { gateVerdict } from "../health/index.ts";
import { GitOpsError } from "../model/errors.ts";
import type { Plan, PlanStep } from "../model/plan.ts";
import type { DeliveryLease } from "../ports/delivery-store.ts";
import { decidingFirst, exitStatusOf } from "./deciding-failure.ts";
import { awaitHealth } from "./execute/await-health.ts";
import { startDeadline } from "./execute/deadline.ts";
import { GRACE_MS, type Execution } from "./execute/execution.ts";
import { startGrace } from "./execute/grace.ts";
import { executePrune } from "./execute/execute-prune.ts";
import { executeWaves, recordOutcome } from "./execute/execute-waves.ts";
import { inventoryAfter, intentOf, sameInventory } from "./execute/final-inventory.ts";
import { makeNamespaceFirst } from "./execute/namespace-first.ts";
import { RunState } from "./execute/run-state.ts";
import type { PreparedSync, RunContext, SyncResult, WriterPorts } from "./request.ts";

/**
 * Executes a plan: intent, waves, health, prune, inventory. The one place that writes workload objects.
 * Failures of objects do not throw: they stand in the result, the deciding one first.
 * @throws the plan's first guard, before any write; LOCK_HELD where another run writes this delivery.
 */
export async function executePlan(prepared: PreparedSync, ports: WriterPorts, context: RunContext): Promise<SyncResult> {
  const { plan, request } = prepared;
  refuseGuarded(plan);
  const state = new RunState(context.emit);
  const deadline = startDeadline(request.policy.timeoutMs, ports.clock);
  const grace = startGrace(context.signal, ports.clock);
  try {
    const execution: Execution = { cluster: ports.cluster, clock: ports.clock, policy: request.policy, state, deadline, context, calls: grace };
    for (const skipped of plan.skipped) state.skipped(skipped.id);
    if (writesObjects(plan)) await writeAll(prepared, ports, execution);
    else await writeNothing(prepared, ports, execution);
  } catch (error) {
    if (!context.signal.aborted) state.failedAsWhole(asExpected(error));
    else state.failedAsWhole(new GitOpsError("INTERRUPTED", "interrupted; what was under way was finished, and the inventory says what is owned", { hint: "run the command again to go on" }));
  } finally {
    deadline.cancel();
    grace.cancel();
  }
  return finish(prepared, state, context);
}

/** What is no GitOpsError is our bug: it keeps its stack and ends the run. */
function asExpected(error: unknown): GitOpsError {
  if (error instanceof GitOpsError) return error;
  throw error;
}

function refuseGuarded({ guards }: Plan): void {
  const [first] = guards;
  if (first === undefined) return;
  throw new GitOpsError(first.code, guards.map(({ message }) => message).join("\n"), { hint: first.hint, data: { objects: first.objects } });
}

function stepsOf({ waves }: Plan): readonly PlanStep[] {
  return waves.flatMap(({ stages }) => stages.flatMap(({ steps }) => steps));
}

function writesObjects(plan: Plan): boolean {
  return plan.prune.length > 0 || stepsOf(plan).some(({ change, hook }) => change.action !== "none" || hook !== undefined);
}

/** Everything is as Git says: no lease, and a write only where the record itself is out of date. */
async function writeNothing(prepared: PreparedSync, ports: WriterPorts, execution: Execution): Promise<void> {
  const { plan, stored, request } = prepared;
  const { state, context } = execution;
  for (const { change } of stepsOf(plan)) if (change.action === "none") state.applied(change.id, "unchanged", change.live);
  await awaitEverything(execution);
  const inventory = inventoryAfter(plan, state, true);
  if (stored === undefined || !sameInventory(stored.inventory, inventory)) {
    await makeNamespaceFirst(prepared, execution);
    const lease = await ports.deliveries.begin(request.ref, inventory, stored?.resourceVersion, context);
    await lease.release(undefined, context);
    state.wrote();
    state.wrote();
    context.emit({ type: "inventory.written", entries: inventory.entries.length });
  }
  await ports.bindings.write(request.ref, prepared.cluster);
}

async function writeAll(prepared: PreparedSync, ports: WriterPorts, outer: Execution): Promise<void> {
  const { plan, stored, request } = prepared;
  await makeNamespaceFirst(prepared, outer);
  const lease = await ports.deliveries.begin(request.ref, intentOf(plan), stored?.resourceVersion, outer.context);
  outer.state.wrote();
  const execution: Execution = { ...outer, context: { ...outer.context, signal: AbortSignal.any([outer.context.signal, lease.lost]) } };
  let isComplete = false;
  try {
    await ports.bindings.write(request.ref, prepared.cluster);
    await executeWaves(plan.waves, execution);
    if (!outer.state.hasFailed) await awaitEverything(execution);
    await pruneOrWithhold(plan, ports.deliveries.ownerMark(request.ref), execution);
    isComplete = true;
  } finally {
    await storeEnd(prepared, lease, outer, isComplete);
  }
}

/** The last wait: every object of the delivery, unless `--no-wait`. */
async function awaitEverything(execution: Execution): Promise<void> {
  const { policy, state, cluster, deadline, context } = execution;
  if (!policy.wait) return;
  const targets = state.objects().map(({ id, object }) => ({ id, object, judge: (health: Parameters<typeof gateVerdict>[0]) => gateVerdict(health, "final") }));
  recordOutcome(await awaitHealth(targets, cluster, deadline, context), new Set(), state);
}

async function pruneOrWithhold(plan: Plan, mark: { readonly label: string; readonly value: string }, execution: Execution): Promise<void> {
  const { state, context } = execution;
  const count = plan.prune.flat().length;
  if (count === 0) return;
  if (!state.hasFailed) return executePrune(plan.prune, mark, execution);
  const reason = "something before it failed";
  context.emit({ type: "prune.withheld", objects: count, reason });
  state.failedAsWhole(new GitOpsError("PRUNE_WITHHELD", `${String(count)} objects that Git no longer declares were not pruned, because ${reason}`, { hint: "they stay in the inventory; the next sync that succeeds prunes them" }));
}

/** Whatever happened, the record says in the end what is owned; also after Ctrl-C, within a time of its own. */
async function storeEnd({ plan, request }: PreparedSync, lease: DeliveryLease, { state, context, clock }: Execution, isComplete: boolean): Promise<void> {
  const grace = startDeadline(GRACE_MS, clock);
  const inventory = inventoryAfter(plan, state, isComplete);
  try {
    await lease.release(inventory, { signal: grace.signal });
    if (lease.lost.aborted) throw new GitOpsError("LOCK_HELD", `another run took over the delivery ${request.ref.name}`, { hint: "run the command again", data: { retryable: true } });
    state.wrote();
    context.emit({ type: "inventory.written", entries: inventory.entries.length });
  } finally {
    grace.cancel();
  }
}

function finish({ revision }: PreparedSync, state: RunState, { emit }: RunContext): SyncResult {
  const { counts } = state;
  emit({ type: "sync.finished", revision, exitCode: exitStatusOf(state.failures), ...counts });
  return { revision, counts, failures: decidingFirst(state.failures) };
}
