import { arrayAt, isJsonObject, objectAt, stringAt } from "../model/json.ts";
import type { JsonObject } from "../model/json.ts";
import { groupKindOf } from "./kind.ts";

/** Kinds whose Pods explain them, with the group of each. */
const WORKLOADS = new Set(["apps/DaemonSet", "apps/Deployment", "apps/ReplicaSet", "apps/StatefulSet", "batch/Job"]);

interface Requirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values: readonly string[];
}

/**
 * The selector, in Kubernetes syntax, of the Pods that explain a workload: Deployment, ReplicaSet, StatefulSet, DaemonSet,
 * ReplicationController and Job. Undefined for other kinds and for a workload without a selector (one that the server
 * has not seen yet, or one that would select everything).
 */
export function podSelectorOf(object: JsonObject): string | undefined {
  const requirements = requirementsOf(object);
  return requirements.length === 0 ? undefined : requirements.map(formatRequirement).join(",");
}

/** Whether a Pod stands in the workload's namespace and its labels are selected by it. */
export function isPodOf(pod: JsonObject, workload: JsonObject): boolean {
  const requirements = requirementsOf(workload);
  if (requirements.length === 0 || stringAt(pod, "metadata", "namespace") !== stringAt(workload, "metadata", "namespace")) return false;
  const labels = objectAt(pod, "metadata", "labels");
  return requirements.every((requirement) => isMet(requirement, labels));
}

function requirementsOf(object: JsonObject): readonly Requirement[] {
  const groupKind = groupKindOf(object);
  if (groupKind === "/ReplicationController") return labelRequirements(objectAt(object, "spec", "selector"));
  if (!WORKLOADS.has(groupKind)) return [];
  const selector = objectAt(object, "spec", "selector");
  const expressions = arrayAt(selector, "matchExpressions").filter(isJsonObject).map(readExpression);
  return [...labelRequirements(objectAt(selector, "matchLabels")), ...expressions.filter((expression) => expression !== undefined)];
}

function labelRequirements(labels: Readonly<JsonObject>): readonly Requirement[] {
  return Object.entries(labels).flatMap(([key, value]) =>
    typeof value === "string" ? [{ key, operator: "In", values: [value] } as const] : [],
  );
}

function readExpression(expression: JsonObject): Requirement | undefined {
  const key = stringAt(expression, "key");
  const operator = stringAt(expression, "operator");
  const values = arrayAt(expression, "values").filter((value) => typeof value === "string");
  if (key === "") return undefined;
  if (operator === "Exists" || operator === "DoesNotExist") return { key, operator, values: [] };
  return (operator === "In" || operator === "NotIn") && values.length > 0 ? { key, operator, values } : undefined;
}

function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case "In":
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(",")})`;
    case "NotIn":
      return `${key} notin (${values.join(",")})`;
    case "Exists":
      return key;
    case "DoesNotExist":
      return `!${key}`;
  }
}

function isMet({ key, operator, values }: Requirement, labels: JsonObject): boolean {
  const has = Object.hasOwn(labels, key);
  switch (operator) {
    case "In":
      return has && values.includes(stringAt(labels, key));
    case "NotIn":
      return !has || !values.includes(stringAt(labels, key));
    case "Exists":
      return has;
    case "DoesNotExist":
      return !has;
  }
}
