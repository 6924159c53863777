import type { Conventions } from "../model/conventions.ts";
import { isHook } from "./argo/hooks.ts";
import { namedHooks } from "./argo/generated-names.ts";
import { argoOptionsOf, argoOptionsOfLive } from "./argo/object-options.ts";

/** Deliveries without an object of their own: Argo CD's annotations, pruned last. */
export const BARE_CONVENTIONS: Conventions = {
  fieldManager: "gitops",
  prune: "last",
  forgetsUnpruned: false,
  startsEmpty: false,
  optionsOf: argoOptionsOf,
  optionsOfLive: argoOptionsOfLive,
  isHook,
  expand: namedHooks,
};
