import { migrationPatch } from "../../compare/index.ts";
import { GitOpsError } from "../../model/errors.ts";
import { stringAt, type JsonObject } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";
import type { AdoptedMarks, PlanStep } from "../../model/plan.ts";
import { formatResourceId, type ResourceId } from "../../model/resource-id.ts";
import { recreationRefusal } from "../../plan/index.ts";
import { awaitGone } from "./await-gone.ts";
import { patchGuarded, removals } from "./guarded-patch.ts";
import type { Execution } from "./execution.ts";

/** Applies one object of the plan and records its end; a failure is recorded, not thrown. */
export async function applyStep(step: PlanStep, execution: Execution): Promise<void> {
  const { change } = step;
  const { state } = execution;
  execution.context.signal.throwIfAborted();
  if (change.action === "none") {
    state.applied(change.id, "unchanged", change.live);
    return;
  }
  try {
    const outcome = await sendStep(step, execution);
    state.applied(change.id, outcome.recreated ? "recreated" : change.action === "create" ? "created" : "configured", outcome.object);
  } catch (error) {
    if (execution.calls.signal.aborted) throw error;
    state.failed(change.id, error);
  }
}

interface Outcome {
  readonly object: JsonObject;
  readonly recreated: boolean;
}

async function sendStep(step: PlanStep, execution: Execution): Promise<Outcome> {
  const { change, method } = step;
  if (change.action === "none") return { object: change.live, recreated: false };
  if (method === "recreate") return recreate(change.desired, step.validate, execution);
  if (method === "replace") return { object: await replace(change.desired, execution), recreated: false };
  if (step.adopts !== undefined) await adopt(change.id, step.adopts, execution);
  if (change.action === "configure" && change.migrate.length > 0) await migrate(change.id, change.migrate, execution);
  try {
    return { object: await apply(change.desired, step.validate, execution), recreated: false };
  } catch (error) {
    const mayRecreate = execution.policy.force && recreationRefusal(change.id, execution.policy) === undefined;
    if (!(error instanceof GitOpsError) || error.code !== "IMMUTABLE_FIELD" || !mayRecreate) throw error;
    return recreate(change.desired, step.validate, execution);
  }
}

async function apply(manifest: Manifest, strict: boolean, { cluster, conventions, calls, state, policy }: Execution): Promise<JsonObject> {
  const object = await cluster.apply(manifest, { fieldManager: conventions.fieldManager, force: policy.forceConflicts, strict, ...calls });
  state.wrote();
  return object;
}

async function replace(manifest: Manifest, { cluster, conventions, calls, state }: Execution): Promise<JsonObject> {
  const live = await cluster.get(manifest.id, calls);
  const object = await cluster.replace(manifest, live === undefined ? undefined : stringAt(live, "metadata", "resourceVersion"), {
    fieldManager: conventions.fieldManager,
    ...calls,
  });
  state.wrote();
  return object;
}

/** Moves what kubectl owned into our entry, so that the apply which follows removes what Git does not declare. */
async function migrate(id: ResourceId, managers: readonly string[], execution: Execution): Promise<void> {
  await patchGuarded(id, (live) => migrationPatch(live, managers, execution.conventions.fieldManager), execution);
}

/** Drops another tool's marks and moves its fields into our entry, in one guarded patch: the object is never without an owner. */
async function adopt(id: ResourceId, marks: AdoptedMarks, execution: Execution): Promise<void> {
  const operations = (live: JsonObject): readonly JsonObject[] => [
    ...migrationPatch(live, marks.managers, execution.conventions.fieldManager),
    ...removals(live, "labels", marks.labels),
    ...removals(live, "annotations", marks.annotations),
  ];
  await patchGuarded(id, operations, execution);
}

/** Deletes and applies again. The Pods of a StatefulSet are orphaned, so that they go on serving until it takes them over. */
async function recreate(manifest: Manifest, strict: boolean, execution: Execution): Promise<Outcome> {
  const { cluster, context, calls, state, deadline } = execution;
  const { id } = manifest;
  const live = await cluster.get(id, calls);
  if (live === undefined) return { object: await apply(manifest, strict, execution), recreated: false };
  const uid = stringAt(live, "metadata", "uid");
  const propagation = id.kind === "StatefulSet" ? "Orphan" : "Background";
  const answer = await cluster.delete(id, { uid, resourceVersion: stringAt(live, "metadata", "resourceVersion"), propagation, ...calls });
  state.wrote();
  const left = answer === "gone" ? new Map() : await awaitGone([{ id, uid }], cluster, deadline, context);
  if (left.size > 0)
    throw new GitOpsError("TIMED_OUT", `${formatResourceId(id)} was deleted to be made again and is still being deleted`, {
      hint: "look at its finalizers",
    });
  return { object: await apply(manifest, strict, execution), recreated: true };
}
