import { stringAt } from "../model/json.ts";
import { SYNC_PHASES, type PlanStage, type PlanStep, type PlanWave, type SyncPhase } from "../model/plan.ts";
import { formatResourceId, type ResourceId } from "../model/resource-id.ts";
import { compareIds, reasonOfStage, stageOf } from "./order.ts";
import type { PlacedStep } from "./steps.ts";

/** Orders steps into phases, waves and stages, and says of each step why it stands there. */
export function wavesOf(steps: readonly PlacedStep[]): readonly PlanWave[] {
  const groups = new Map<string, PlacedStep[]>();
  for (const placed of steps.map(raisedAbove(firstUsers(steps)))) {
    const key = `${placed.phase}/${placed.wave}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [placed]);
    else group.push(placed);
  }
  const ordered = [...groups.values()].toSorted(([a], [b]) => (a === undefined || b === undefined ? 0 : comparePlaces(a, b)));
  return ordered.map((group, index) => {
    const { phase, wave } = group[0] ?? { phase: "Sync" as const, wave: 0 };
    // What comes after this wave relies on it; the hooks of SyncFail only run when nothing may be relied upon any more.
    const isFollowed = ordered.slice(index + 1).some(([next]) => next !== undefined && next.phase !== "SyncFail");
    const hasHooks = group.some(({ step }) => step.hook !== undefined);
    return { phase, wave, stages: stagesOf(group), gate: isFollowed || hasHooks ? "healthy" : "accepted" };
  });
}

interface Place {
  readonly phase: SyncPhase;
  readonly wave: number;
}

function comparePlaces(a: Place, b: Place): number {
  return SYNC_PHASES.indexOf(a.phase) - SYNC_PHASES.indexOf(b.phase) || a.wave - b.wave;
}

interface FirstUser extends Place {
  readonly user: ResourceId;
}

/** The first object that lies in each namespace, and of each kind: `namespace/NAME` and `kind/GROUP/KIND`. */
function firstUsers(steps: readonly PlacedStep[]): ReadonlyMap<string, FirstUser> {
  const first = new Map<string, FirstUser>();
  for (const { phase, wave, step } of steps) {
    const user = step.change.id;
    for (const need of [`namespace/${user.namespace}`, `kind/${user.group}/${user.kind}`]) {
      const known = first.get(need);
      if (known === undefined || comparePlaces({ phase, wave }, known) < 0) first.set(need, { phase, wave, user });
    }
  }
  return first;
}

/** Moves a Namespace or CRD up to the first wave that uses it, whatever its own annotation says (Argo CD does so too). */
function raisedAbove(users: ReadonlyMap<string, FirstUser>): (placed: PlacedStep) => PlacedStep {
  return (placed) => {
    const { id, desired } = placed.step.change;
    if (stageOf(id) !== 0) return placed;
    const { object } = desired;
    const made =
      id.kind === "Namespace"
        ? `namespace/${id.name}`
        : `kind/${stringAt(object, "spec", "group")}/${stringAt(object, "spec", "names", "kind")}`;
    const first = users.get(made);
    if (first === undefined || comparePlaces(first, placed) >= 0) return placed;
    const reason = `${placeName(first)}: moved up before ${formatResourceId(first.user)}, which needs it`;
    return { phase: first.phase, wave: first.wave, step: { ...placed.step, reason } };
  };
}

function stagesOf(group: readonly PlacedStep[]): readonly PlanStage[] {
  const stages = new Map<number, PlanStep[]>();
  for (const placed of group) {
    const stage = stageOf(placed.step.change.id);
    const step = placed.step.reason === "" ? { ...placed.step, reason: reasonOf(placed, stage) } : placed.step;
    const steps = stages.get(stage);
    if (steps === undefined) stages.set(stage, [step]);
    else steps.push(step);
  }
  return [...stages]
    .toSorted(([a], [b]) => a - b)
    .map(([stage, steps]) => ({ reason: reasonOfStage(stage), steps: steps.toSorted((a, b) => compareIds(a.change.id, b.change.id)) }));
}

function reasonOf(placed: PlacedStep, stage: number): string {
  const hook = placed.step.hook === undefined ? "" : ", hook";
  return `${placeName(placed)}${hook}: ${reasonOfStage(stage)}`;
}

function placeName({ phase, wave }: Place): string {
  return phase === "Sync" ? `wave ${wave}` : `${phase} wave ${wave}`;
}
