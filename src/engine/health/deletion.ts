import { arrayAt, stringAt, valueAt } from "../model/json.ts";
import type { JsonObject } from "../model/json.ts";
import type { Health } from "../model/health.ts";
import { conditionsOf } from "./conditions.ts";
import { groupKindOf } from "./kind.ts";
import { progressing } from "./verdict.ts";

/** Argo CD's finalizer that keeps a finished hook until it has been judged. */
const HOOK_FINALIZER = "argocd.argoproj.io/hook-finalizer";

/** What a namespace in deletion says about what is left in it. */
const NAMESPACE_LEFTOVERS = new Set([
  "NamespaceDeletionDiscoveryFailure",
  "NamespaceDeletionGroupVersionParsingFailure",
  "NamespaceDeletionContentFailure",
  "NamespaceContentRemaining",
  "NamespaceFinalizersRemaining",
]);

/** Whether somebody asked for this object to be deleted. */
export function isTerminating(object: JsonObject): boolean {
  const timestamp = valueAt(object, "metadata", "deletionTimestamp");
  return timestamp !== undefined && timestamp !== null && timestamp !== "";
}

/** The finalizers that still hold an object, a namespace's own included. */
function blockingFinalizers(object: JsonObject): readonly string[] {
  const finalizers = [...arrayAt(object, "metadata", "finalizers")];
  if (groupKindOf(object) === "/Namespace") finalizers.push(...arrayAt(object, "spec", "finalizers"));
  return finalizers.filter((finalizer) => typeof finalizer === "string");
}

/**
 * Progressing with what blocks the deletion, or undefined for an object that stays.
 * A hook that Argo CD's finalizer holds is judged by its own status: its deletion waits for that verdict.
 */
export function assessDeletion(object: JsonObject): Health | undefined {
  if (!isTerminating(object)) return undefined;
  const finalizers = blockingFinalizers(object);
  if (finalizers.includes(HOOK_FINALIZER)) return undefined;
  const parts = ["pending deletion"];
  if (finalizers.length > 0) parts.push(`blocked by the finalizer${finalizers.length > 1 ? "s" : ""} ${finalizers.join(", ")}`);
  const leftovers = groupKindOf(object) === "/Namespace" ? namespaceLeftovers(object) : "";
  if (leftovers !== "") parts.push(leftovers);
  const due = stringAt(object, "metadata", "deletionTimestamp");
  if (parts.length === 1 && due !== "") parts.push(`due ${due}`);
  return progressing("PendingDeletion", parts.join("; "));
}

function namespaceLeftovers(object: JsonObject): string {
  return conditionsOf(object)
    .filter(({ type, status, message }) => NAMESPACE_LEFTOVERS.has(type) && status === "True" && message !== "")
    .map(({ message }) => message)
    .join("; ");
}
