import { isJsonObject, type JsonObject, objectAt } from "../../../model/json.ts";
import type { Behavior, Resource } from "./resource.ts";
import { scalarText } from "./scalar.ts";

const INTERNAL = "internal.config.kubernetes.io/";

/** What kustomize never prints. Files may carry the first ones, and they act. */
const BUILD_ANNOTATIONS = [
  ...["previousKinds", "previousNames", "previousNamespaces", "prefixes", "suffixes", "allowNameChange", "allowKindChange"],
  ...["refBy", "generatorBehavior", "needsHashSuffix", "path", "index", "seqindent", "id"],
  ...["annotations-migration-resource-id", "helm-generated"],
]
  .map((name) => INTERNAL + name)
  .concat("config.kubernetes.io/path", "config.kubernetes.io/index", "config.k8s.io/id");

/** Moves build annotations that a file carries into the fields of the resource. */
export function takeBuildAnnotations(resource: Resource): void {
  const annotations = objectAt(resource.object, "metadata", "annotations");
  if (!Object.keys(annotations).some((key) => BUILD_ANNOTATIONS.includes(key))) return;
  const read = (name: string): string => scalarText(annotations[INTERNAL + name]);
  const list = (name: string): string[] => (read(name) === "" ? [] : read(name).split(","));
  const [names, namespaces, kinds] = [list("previousNames"), list("previousNamespaces"), list("previousKinds")];
  resource.previous = names.map((name, index) => ({ name, namespace: namespaces[index] ?? "", kind: kinds[index] ?? "" }));
  resource.prefixes = list("prefixes");
  resource.suffixes = list("suffixes");
  resource.behavior = behaviorOf(read("generatorBehavior"));
  resource.needsHash = read("needsHashSuffix") === "enabled";
  resource.isChart = read("helm-generated") === "true";
  resource.allowNameChange = read("allowNameChange") === "enabled";
  resource.allowKindChange = read("allowKindChange") === "enabled";
  const metadata = resource.object["metadata"];
  if (isJsonObject(metadata)) metadata["annotations"] = without(annotations, BUILD_ANNOTATIONS);
}

/** A generator's behaviour; what is not known counts as none. */
export function behaviorOf(text: string): Behavior {
  return text === "create" || text === "merge" || text === "replace" ? text : "unspecified";
}

function without(object: Readonly<JsonObject>, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
