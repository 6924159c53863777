import { arrayAt, objectAt, stringAt, type JsonObject } from "../../model/json.ts";
import type { HookDeletePolicy, PlanStep } from "../../model/plan.ts";
import { formatResourceId, type ResourceId } from "../../model/resource-id.ts";
import { GitOpsError } from "../../model/errors.ts";
import { awaitGone } from "./await-gone.ts";
import { patchGuarded } from "./guarded-patch.ts";
import type { Execution } from "./execution.ts";

/** Keeps a hook that deletes itself (`ttlSecondsAfterFinished`) until it is judged; the name is Argo CD's, which then cleans up too. */
const HOOK_FINALIZER = "argocd.argoproj.io/hook-finalizer";

/** A hook that this run has made. */
export interface StartedHook {
  readonly id: ResourceId;
  readonly object: JsonObject;
  readonly deletePolicies: readonly HookDeletePolicy[];
}

/** Makes a hook's object, where asked after removing the one of an earlier run. A failure is recorded; then undefined. */
export async function startHook(step: PlanStep, execution: Execution): Promise<StartedHook | undefined> {
  const { cluster, conventions, context, calls, state } = execution;
  context.signal.throwIfAborted();
  const { id, desired } = step.change;
  const deletePolicies = step.hook?.deletePolicies ?? [];
  try {
    if (deletePolicies.includes("BeforeHookCreation")) await removeHook(id, execution);
    const metadata = objectAt(desired.object, "metadata");
    const finalizers = [...arrayAt(metadata, "finalizers"), HOOK_FINALIZER];
    const manifest = { ...desired, object: { ...desired.object, metadata: { ...metadata, finalizers } } };
    const object = await cluster.apply(manifest, { fieldManager: conventions.fieldManager, force: true, strict: step.validate, ...calls });
    state.wrote();
    context.emit({ type: "object.applied", id, action: "created" });
    return { id, object, deletePolicies };
  } catch (error) {
    if (calls.signal.aborted) throw error;
    state.failed(id, error);
    return undefined;
  }
}

/** Lets go of hooks that were judged, and deletes those whose policy says so for this end of the sync. */
export async function finishHooks(
  hooks: readonly StartedHook[],
  ended: "HookSucceeded" | "HookFailed",
  execution: Execution,
): Promise<void> {
  for (const hook of hooks) {
    try {
      if (hook.deletePolicies.includes(ended)) await removeHook(hook.id, execution);
      else await dropFinalizer(hook.id, execution);
    } catch (error) {
      if (execution.calls.signal.aborted) throw error;
      execution.state.failed(hook.id, error);
    }
  }
}

/** Lets go of hooks of a run that was cut off: a finalizer left behind would hold up the deletion of their namespace for ever. */
export async function letGoOfHooks(hooks: readonly StartedHook[], execution: Execution): Promise<void> {
  for (const { id } of hooks) {
    if (execution.calls.signal.aborted) return;
    try {
      await dropFinalizer(id, execution);
    } catch (error) {
      execution.state.failed(id, error);
    }
  }
}

async function removeHook(id: ResourceId, execution: Execution): Promise<void> {
  const { cluster, context, calls, state, deadline } = execution;
  const live = await dropFinalizer(id, execution);
  if (live === undefined) return;
  const uid = stringAt(live, "metadata", "uid");
  const answer = await cluster.delete(id, {
    uid,
    resourceVersion: stringAt(live, "metadata", "resourceVersion"),
    propagation: "Background",
    ...calls,
  });
  state.wrote();
  const left = answer === "gone" ? new Map() : await awaitGone([{ id, uid }], cluster, deadline, context);
  if (left.size > 0)
    throw new GitOpsError("TIMED_OUT", `the hook ${formatResourceId(id)} of an earlier run is still being deleted`, {
      hint: "look at its finalizers",
    });
}

/** @returns the live hook without our finalizer, or undefined where there is none. */
function dropFinalizer(id: ResourceId, execution: Execution): Promise<JsonObject | undefined> {
  const operations = (live: JsonObject): readonly JsonObject[] => {
    const finalizers = arrayAt(live, "metadata", "finalizers");
    if (!finalizers.includes(HOOK_FINALIZER)) return [];
    return [{ op: "replace", path: "/metadata/finalizers", value: finalizers.filter((finalizer) => finalizer !== HOOK_FINALIZER) }];
  };
  return patchGuarded(id, operations, execution);
}
