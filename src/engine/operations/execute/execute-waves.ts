import { GitOpsError } from "../../model/errors.ts";
import type { PlanStage, PlanStep, PlanWave } from "../../model/plan.ts";
import { formatResourceId, resourceKey } from "../../model/resource-id.ts";
import { REQUESTS_AT_ONCE, mapBounded } from "../bounded.ts";
import { applyStep } from "./apply-step.ts";
import { awaitHealth } from "./await-health.ts";
import { startDeadline } from "./deadline.ts";
import type { Execution } from "./execution.ts";
import { healthTargets, type AppliedObject } from "./health-targets.ts";
import type { HealthOutcome } from "./health-wait.ts";
import { finishHooks, letGoOfHooks, startHook, type StartedHook } from "./run-hooks.ts";

/** How long the SyncFail hooks may take together, whatever is left of the run's own time. */
const SYNC_FAIL_MS = 60_000;

/**
 * Runs the waves in order: a wave that fails stops the later ones, runs the SyncFail hooks and lets the other objects of its own wave go on
 * (Argo CD's rule). Failures are recorded in the state.
 */
export async function executeWaves(waves: readonly PlanWave[], execution: Execution): Promise<void> {
  const started: StartedHook[] = [];
  try {
    await executePhases(waves, execution, started);
    await finishHooks(started, execution.state.hasFailed ? "HookFailed" : "HookSucceeded", execution);
  } catch (error) {
    await letGoOfHooks(started, execution);
    throw error;
  }
}

async function executePhases(waves: readonly PlanWave[], execution: Execution, started: StartedHook[]): Promise<void> {
  for (const wave of waves) {
    if (wave.phase === "SyncFail") continue;
    await executeWave(wave, execution, started);
    if (execution.state.hasFailed) break;
  }
  const rescues = waves.filter((wave) => wave.phase === "SyncFail");
  if (!execution.state.hasFailed || rescues.length === 0) return;
  // The deadline may be what failed: whoever is to be told of it gets a time of their own.
  const deadline = startDeadline(SYNC_FAIL_MS, execution.clock);
  try {
    for (const wave of rescues) await executeWave(wave, { ...execution, deadline }, started);
  } finally {
    deadline.cancel();
  }
}

async function executeWave(wave: PlanWave, execution: Execution, started: StartedHook[]): Promise<void> {
  const { context, state } = execution;
  const steps = wave.stages.flatMap((stage) => stage.steps);
  context.emit({ type: "wave.started", phase: wave.phase, wave: wave.wave, objects: steps.length });
  const earlier = started.length;
  for (const stage of wave.stages) {
    context.signal.throwIfAborted();
    await executeStage(stage, execution, started);
  }
  const hooks = started.slice(earlier);
  const gated = wave.gate === "healthy" ? appliedAmong(steps, execution) : [];
  const targets = [...(await healthTargets(gated, "wave", execution)), ...(await healthTargets(hooks, "hook", execution))];
  recordOutcome(await awaitHealth(targets, execution), state);
}

/** The applied objects among some steps, as the server answered. */
function appliedAmong(steps: readonly PlanStep[], { state }: Execution): readonly AppliedObject[] {
  const keys = new Set(steps.map(({ change }) => resourceKey(change.id)));
  return state.objects().filter(({ id }) => keys.has(resourceKey(id)));
}

/** Writes down what a wait ended with. */
export function recordOutcome({ failed, waiting }: HealthOutcome, state: Execution["state"]): void {
  for (const { id, gate, health } of failed) {
    const name = formatResourceId(id);
    const isHook = gate === "hook";
    state.failed(
      id,
      new GitOpsError(isHook ? "HOOK_FAILED" : "UNHEALTHY", `${isHook ? "the hook " : ""}${name} is ${health.status}: ${health.message}`, {
        data: { reason: health.reason },
      }),
    );
  }
  if (failed.length > 0) return;
  for (const { id, health } of waiting) {
    // What is still Degraded has failed so far; only of what never settled nobody knows how it ends.
    state.failed(
      id,
      new GitOpsError(
        health.status === "Degraded" ? "UNHEALTHY" : "HEALTH_TIMEOUT",
        `${formatResourceId(id)} is still ${health.status} at the deadline: ${health.message}`,
        {
          hint: "give it more time with --timeout, or look at the reason above",
          data: { reason: health.reason },
        },
      ),
    );
  }
}

async function executeStage(stage: PlanStage, execution: Execution, started: StartedHook[]): Promise<void> {
  const steps = await verifyDeferred(stage.steps, execution);
  await mapBounded(steps, REQUESTS_AT_ONCE, async (step) => {
    if (step.hook === undefined) return applyStep(step, execution);
    const hook = await startHook(step, execution);
    if (hook !== undefined) started.push(hook);
  });
  await awaitDefinitions(steps, execution);
}

/** Objects whose dry-run had to wait are dry-run now, all of them before the first is written. */
async function verifyDeferred(
  steps: readonly PlanStep[],
  { cluster, conventions, context, policy, state }: Execution,
): Promise<readonly PlanStep[]> {
  if (!policy.preflight || !steps.some((step) => step.deferred !== undefined)) return steps;
  const verified = await mapBounded(steps, REQUESTS_AT_ONCE, async (step) => {
    if (step.deferred === undefined || step.method !== "apply") return step;
    try {
      await cluster.dryRunApply(step.change.desired, {
        fieldManager: conventions.fieldManager,
        force: policy.forceConflicts,
        strict: step.validate,
        signal: context.signal,
      });
      return step;
    } catch (error) {
      if (context.signal.aborted) throw error;
      state.failed(step.change.id, error);
      return undefined;
    }
  });
  return verified.filter((step) => step !== undefined);
}

/** Custom resources can be sent once their CRD is Established, and found once the server's list of kinds is read again. */
async function awaitDefinitions(steps: readonly PlanStep[], execution: Execution): Promise<void> {
  const { cluster, calls, state } = execution;
  const written = steps.filter(({ change }) => change.id.kind === "CustomResourceDefinition" && change.action !== "none");
  const definitions = appliedAmong(written, execution);
  if (definitions.length === 0) return;
  recordOutcome(await awaitHealth(await healthTargets(definitions, "wave", execution), execution), state);
  await cluster.discover({ ...calls, refresh: true });
}
