import { isJsonObject, type JsonObject, type JsonValue, setKey } from "../../../model/json.ts";
import { buildFailure, pointerStep, type Spot } from "../fail.ts";
import { formatId, isSelected } from "../resources/identity.ts";
import type { Resource } from "../resources/resource.ts";
import type { Slot } from "../resources/scalar.ts";
import { checkPathLength } from "../resources/size-limit.ts";
import type { FieldSpec } from "./field-spec.ts";
import { splitPath } from "./split-path.ts";

/** What is made where a spec creates a field. */
export type Created = "map" | "scalar" | "nothing";

/** What a walk finds. Called with where the value is held; throw a string-free error by returning a complaint. */
export type Visit = (value: JsonValue, slot: Slot) => string | undefined;

interface Step {
  readonly name: string;
  readonly isList: boolean;
}

const steps = new Map<string, readonly Step[]>();

function stepsOf(path: string): readonly Step[] {
  let known = steps.get(path);
  if (known === undefined) {
    known = splitPath(path, "/").map((part) => ({ name: part.endsWith("[]") ? part.slice(0, -2) : part, isList: part.endsWith("[]") }));
    checkPathLength(known);
    steps.set(path, known);
  }
  return known;
}

/**
 * Visits every value that a field spec leads to. Lists on the way are walked through; with `created`, missing maps are made.
 * Throws BUILD_FAILED where the path meets a scalar, or where the visitor complains.
 */
export function walkField(resource: Resource, spec: FieldSpec, created: Created, visit: Visit): void {
  if (!isSelected(resource.gvk, spec)) return;
  walkPath(resource, spec, created, visit);
}

/** As {@link walkField}, for a spec that is known to be for the kind of the resource. */
export function walkPath(resource: Resource, spec: FieldSpec, created: Created, visit: Visit): void {
  const walk: Walk = { steps: stepsOf(spec.path), created: spec.create ? created : "nothing", visit };
  const complaint = descend(walk, 0, resource.object, { container: [], key: 0 });
  if (complaint === undefined) return;
  throw buildFailure(fieldOf(resource, walk.steps), `considering field '${spec.path}' of object ${formatId(resource.id)}: ${complaint}`);
}

/** Where the field stands, or should: as far as its path has no lists. */
function fieldOf({ origin }: Resource, steps: readonly Step[]): Spot {
  return { ...origin, field: (origin.field ?? "") + steps.map(({ name }) => pointerStep(name)).join("") };
}

interface Walk {
  readonly steps: readonly Step[];
  readonly created: Created;
  readonly visit: Visit;
}

function descend(walk: Walk, at: number, value: JsonValue, slot: Slot): string | undefined {
  const step = walk.steps[at];
  if (step === undefined) return walk.visit(value, slot);
  if (value === null) return undefined;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const complaint = descend(walk, at, value[index] ?? null, { container: value, key: index });
      if (complaint !== undefined) return complaint;
    }
    return undefined;
  }
  if (!isJsonObject(value)) return "expected a list or a map on the way to the field";
  if (step.name === "") return "a step of the path is empty";
  return descendMap(walk, at, step, value);
}

function descendMap(walk: Walk, at: number, step: Step, map: JsonObject): string | undefined {
  const found = Object.hasOwn(map, step.name) ? map[step.name] : undefined;
  const isLast = at + 1 === walk.steps.length;
  const made = step.isList || walk.created === "nothing" ? undefined : isLast ? walk.created : "map";
  let value = found;
  if (found === null && step.isList) value = [];
  else if (found === null && made === "map") value = {};
  else if (found === undefined && made !== undefined) value = made === "map" ? {} : "";
  if (value === undefined) return undefined;
  if (value !== found) setKey(map, step.name, value);
  return descend(walk, at + 1, value, { container: map, key: step.name, isNew: found === undefined });
}
