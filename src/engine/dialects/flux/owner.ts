import { stringAt, type JsonObject } from "../../model/json.ts";
import type { ResourceId } from "../../model/resource-id.ts";
import { HELM_GROUP, KUSTOMIZE_GROUP } from "./kinds.ts";

/** Which kind of app the labels of a group name. */
const OWNERS = [
  { group: KUSTOMIZE_GROUP, kind: "Kustomization" },
  { group: HELM_GROUP, kind: "HelmRelease" },
];

/** The app that the labels `<group>/name` and `<group>/namespace` name: both controllers put them on all that they apply. */
export function fluxOwnerOf(object: JsonObject): ResourceId | undefined {
  for (const { group, kind } of OWNERS) {
    const name = stringAt(object, "metadata", "labels", `${group}/name`);
    const namespace = stringAt(object, "metadata", "labels", `${group}/namespace`);
    if (name !== "" && namespace !== "") return { group, kind, namespace, name };
  }
  return undefined;
}
