import type { Conventions } from "../../model/conventions.ts";
import type { JsonObject } from "../../model/json.ts";
import { annotationOf, labelOf } from "../../model/metadata.ts";
import type { ObjectOptions } from "../../model/object-options.ts";

/** The group of Kustomizations, which is also the prefix of the annotations on delivered objects. */
const GROUP = "kustomize.toolkit.fluxcd.io";

const PLAIN: ObjectOptions = {
  hook: undefined,
  wave: 0,
  prune: "yes",
  delete: "yes",
  pruneLast: false,
  apply: "always",
  migrate: true,
  replace: false,
  force: false,
  validate: true,
  skipDryRunOnMissingResource: false,
  warnings: [],
};

/** What the kustomize-controller does: no hooks and waves, its own annotations, prune before health. */
export const FLUX_CONVENTIONS: Conventions = {
  fieldManager: "kustomize-controller",
  prune: "before-health",
  forgetsUnpruned: true,
  startsEmpty: true,
  optionsOf: ({ object }) => ({ ...readOptions(object), apply: applyOf(object) }),
  optionsOfLive: readOptions,
  isHook: () => false,
  expand: (manifest) => [manifest],
};

/** The controller reads each from annotations or labels, and compares values ignoring case (fluxcd/pkg ssa, `AnyInMetadata`). */
function asks(object: JsonObject, name: string, value: string): boolean {
  const key = `${GROUP}/${name}`;
  return [annotationOf(object, key), labelOf(object, key)].some((text) => text.toLowerCase() === value);
}

function isLeft(object: JsonObject): boolean {
  return asks(object, "reconcile", "disabled") || asks(object, "ssa", "ignore");
}

function applyOf(object: JsonObject): ObjectOptions["apply"] {
  if (isLeft(object)) return "never";
  return asks(object, "ssa", "ifnotpresent") ? "if-absent" : "always";
}

function readOptions(object: JsonObject): ObjectOptions {
  const isKept = asks(object, "prune", "disabled") || isLeft(object);
  return {
    ...PLAIN,
    apply: isLeft(object) ? "never" : "always",
    prune: isKept ? "no" : "yes",
    delete: isKept ? "no" : "yes",
    migrate: !asks(object, "ssa", "merge"),
    force: asks(object, "force", "enabled"),
  };
}
