import type { ApplyChange } from "../model/change.ts";
import type { Hook, ObjectOptions } from "../model/object-options.ts";
import type { ApplyMethod, Guard, PlanStep, SyncPhase } from "../model/plan.ts";
import { formatResourceId, resourceKey } from "../model/resource-id.ts";
import { objectGuard } from "./guards.ts";
import type { PlanInput } from "./plan-input.ts";
import { recreationRefusal } from "./recreation.ts";

/** A step and where it stands, before waves are made of them. */
export interface PlacedStep {
  readonly phase: SyncPhase;
  readonly wave: number;
  readonly step: PlanStep;
}

/** What one change comes to: a step for a plain object, one for each phase of a hook, none for a hook that no sync runs. */
export interface ChangeSteps {
  readonly steps: readonly PlacedStep[];
  readonly guards: readonly Guard[];
  readonly hook: Hook | undefined;
}

/** Makes the steps of one change. Their `reason` is filled in when the waves are known. */
export function stepsOf(change: ApplyChange, input: PlanInput): ChangeSteps {
  const { desired } = change;
  const options = input.conventions.optionsOf(desired);
  const { hook, wave } = options;
  const deferred = input.deferred.get(resourceKey(change.id));
  const common = { reason: "", validate: options.validate, ...(deferred === undefined ? {} : { deferred }) };
  if (hook !== undefined) {
    const deletePolicies = policiesOf(hook, change, input);
    const afresh = deletePolicies.includes("BeforeHookCreation");
    const step: PlanStep = { ...common, change: runAgain(change), method: hookMethod(change, afresh, options), hook: { deletePolicies } };
    return { steps: hook.phases.map((phase) => ({ phase, wave, step })), guards: [], hook };
  }
  const { method, guards } = methodOf(change, options, input);
  return { steps: [{ phase: "Sync", wave, step: { ...common, change, method } }], guards, hook };
}

/** A hook runs in every sync, also one whose object is there and equal from the sync before. */
function runAgain(change: ApplyChange): ApplyChange {
  if (change.action !== "none") return change;
  const { id, desired, live } = change;
  return { action: "configure", id, desired, live, predicted: undefined, fields: [], takeovers: [], migrate: [] };
}

/** A hook that holds more than itself (a claim, a Namespace) is applied in place: made afresh, it would take its content along unasked. */
function policiesOf({ deletePolicies }: Hook, { id }: ApplyChange, { policy }: PlanInput): Hook["deletePolicies"] {
  if (recreationRefusal(id, policy) === undefined) return deletePolicies;
  return deletePolicies.filter((one) => one !== "BeforeHookCreation");
}

function hookMethod(change: ApplyChange, afresh: boolean, options: ObjectOptions): ApplyMethod {
  if (afresh && change.action !== "create") return "recreate";
  return options.replace ? "replace" : "apply";
}

function methodOf(
  change: ApplyChange,
  options: ObjectOptions,
  input: PlanInput,
): { readonly method: ApplyMethod; readonly guards: readonly Guard[] } {
  const immutable = input.immutable.get(resourceKey(change.id));
  const mayRecreate = input.policy.force || options.force;
  if (immutable !== undefined && !mayRecreate) return { method: "apply", guards: [immutableGuard(change, immutable)] };
  if (immutable !== undefined || (options.replace && options.force && change.action === "configure")) {
    const refusal = recreationRefusal(change.id, input.policy);
    return { method: "recreate", guards: refusal === undefined ? [] : [refusal] };
  }
  return { method: options.replace ? "replace" : "apply", guards: [] };
}

function immutableGuard(change: ApplyChange, fields: readonly string[]): Guard {
  const what = fields.length === 0 ? "a field that changed" : fields.join(", ");
  const verb = fields.length > 1 ? "are" : "is";
  return objectGuard(
    "IMMUTABLE_FIELD",
    change.id,
    `${what} ${verb} immutable`,
    `--force deletes ${formatResourceId(change.id)} and makes it again`,
  );
}
