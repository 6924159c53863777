import { isUntyped, sourceText, typeBehind } from "../../../yaml/source-text.ts";
import { isJsonObject, type JsonValue } from "../../../model/json.ts";
import type { Variable } from "../decode/kustomization.ts";
import { below, buildFailure, type Spot } from "../fail.ts";
import type { FieldSpec } from "../field-specs/field-spec.ts";
import { lookUp } from "../field-specs/look-up.ts";
import { splitFieldPath } from "../field-specs/split-path.ts";
import { walkField } from "../field-specs/walk-field.ts";
import { writeSlot } from "../resources/joined-scalars.ts";
import { effectiveNamespace, isSelected, type ResourceName } from "../resources/identity.ts";
import { meantName } from "../resources/near-miss.ts";
import type { ResourceMap } from "../resources/resource-map.ts";
import type { Resource } from "../resources/resource.ts";
import { scalarText } from "../resources/scalar.ts";
import type { Schema } from "../schema/schema.ts";

/** The vars of a build so far, by name. */
export type Variables = ReadonlyMap<string, { readonly variable: Variable; readonly spot: Spot }>;

/** Adds vars, and marks the resources that they point at. Throws BUILD_FAILED where a name is taken or a target not unique. */
export function recordVariables(
  known: Variables,
  variables: readonly Variable[],
  file: string,
  resources: ResourceMap,
  schema: Schema,
): Variables {
  const placed = variables.map((variable, index) => ({ variable, spot: { file, field: `/vars/${index}` } }));
  for (const { variable, spot } of placed) markTarget(variable, spot, resources, schema);
  return mergeVariables(known, new Map(placed.map((one) => [one.variable.name ?? "", one])), variables.length);
}

/** Joins the vars of a base. Throws BUILD_FAILED where a name is taken. */
export function mergeVariables(known: Variables, added: Variables, expected = added.size): Variables {
  const merged = new Map([...known, ...added]);
  const taken = [...added].find(([name]) => known.has(name)) ?? (added.size < expected ? [...added][0] : undefined);
  if (taken !== undefined) throw buildFailure(taken[1].spot, `var '${taken[0]}' already encountered`);
  return merged;
}

function markTarget(variable: Variable, spot: Spot, resources: ResourceMap, schema: Schema): void {
  const target = targetOf(variable);
  const apiVersion = target.group === "" ? target.version : `${target.group}/${target.version}`;
  const isClusterScoped = schema.isClusterScoped(apiVersion, target.kind);
  const isExact = target.namespace !== "" || isClusterScoped;
  const namespace = effectiveNamespace(target.namespace, isClusterScoped);
  const isMeant = (resource: Resource) => {
    const ids = [...resource.previousIds, { ...resource.id, namespace: resource.effectiveNamespace }];
    return ids.some((id) => sameKindAndName(id, target) && (!isExact || id.namespace === namespace));
  };
  const [found, another] = resources.all.filter(isMeant);
  if (another !== undefined)
    throw buildFailure(below(spot, "objref"), `var '${variable.name}' matches several resources`, "give its objref a namespace");
  if (found !== undefined) found.variables = [...found.variables, variable.name ?? ""];
}

function targetOf({ objref = {} }: Variable): ResourceName {
  const { apiVersion = "", kind = "", name = "", namespace = "" } = objref;
  const slash = apiVersion.indexOf("/");
  const group = apiVersion === "" || slash < 0 ? (objref.group ?? "") : apiVersion.slice(0, slash);
  const version = apiVersion === "" ? (objref.version ?? "") : apiVersion.slice(slash + 1);
  return { group, version, kind, name, namespace };
}

function sameKindAndName(a: ResourceName, b: ResourceName): boolean {
  return a.name === b.name && a.group === b.group && a.version === b.version && a.kind === b.kind && isSelected(a, b);
}

/** Puts the values of vars where `$(NAME)` stands in the fields that may have it. Throws BUILD_FAILED for a var without a target. */
export function resolveVariables(resources: ResourceMap, variables: Variables, specs: readonly FieldSpec[]): void {
  if (variables.size === 0) return;
  const values = new Map<string, JsonValue>();
  for (const [name, { variable, spot }] of variables) values.set(name, valueOf(resources, variable, spot));
  const expand = (text: string) => expandVariables(text, (name) => values.get(name));
  for (const resource of resources.all) {
    for (const spec of specs)
      walkField(resource, spec, "nothing", (value, slot) => expandAt(value, (result) => writeSlot(slot, result), expand));
  }
}

function valueOf(resources: ResourceMap, { name = "", fieldref, objref = {} }: Variable, spot: Spot): JsonValue {
  const path = fieldref?.fieldPath === undefined || fieldref.fieldPath === "" ? "metadata.name" : fieldref.fieldPath;
  const resource = resources.all.find((one) => one.variables.includes(name));
  if (resource === undefined) {
    const hint = meantName(resources.all, { kind: objref.kind ?? "", name: objref.name ?? "" });
    throw buildFailure(below(spot, "objref"), `var '${name}' cannot be mapped to a field in the set of known resources`, hint);
  }
  const found = lookUp(resource.object, splitFieldPath(path).flatMap(indexSteps));
  if (!found.ok || found.value === undefined) {
    throw buildFailure(below(spot, "fieldref"), `var '${name}': its field ${path} is not in the resource that it names`);
  }
  return found.value;
}

/** `ports[0]` is the field ports and the element 0. */
function indexSteps(step: string): readonly string[] {
  const match = /^(.*)\[(\d+)\]$/s.exec(step);
  if (match === null) return [step];
  const [, field = "", index = ""] = match;
  return field === "" ? [index] : [field, index];
}

type Expand = (text: string) => JsonValue;

function expandAt(value: JsonValue, write: (result: JsonValue) => void, expand: Expand): string | undefined {
  if (typeof value === "string") {
    const expanded = expand(value);
    if (expanded !== value) write(expanded);
  } else if (Array.isArray(value)) {
    if (value.some((item) => typeof item !== "string")) return "expected a list of strings";
    value.forEach((item, index) => (value[index] = expand(scalarText(item))));
  } else if (isJsonObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      // Only what has the type of a text is one, and what has none becomes one.
      const text = isUntyped(value, key) ? sourceText(value, key) : item;
      if (typeof text !== "string" || typeBehind(value, key) !== undefined) continue;
      const expanded = expand(text);
      if (expanded !== item) writeSlot({ container: value, key }, expanded);
    }
  }
  return undefined;
}

/** Expands `$(NAME)`; `$$` is a dollar, an unknown name stays. A text that is one reference and nothing else keeps the value's type. */
function expandVariables(text: string, valueOfName: (name: string) => JsonValue | undefined): JsonValue {
  let result = "";
  let at = 0;
  for (let dollar = text.indexOf("$"); dollar >= 0 && dollar + 1 < text.length; dollar = text.indexOf("$", at)) {
    result += text.slice(at, dollar);
    const next = text[dollar + 1] ?? "";
    const close = next === "(" ? text.indexOf(")", dollar + 2) : -1;
    if (close >= 0) {
      const name = text.slice(dollar + 2, close);
      const value = valueOfName(name);
      const isKnown = value !== undefined && (typeof value !== "object" || value === null);
      if (isKnown && text === `$(${name})`) return value;
      result += isKnown ? scalarText(value) : `$(${name})`;
      at = close + 1;
    } else {
      result += next === "$" ? "$" : `$${next}`;
      at = dollar + 2;
    }
  }
  return result + text.slice(at);
}
