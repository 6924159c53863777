import { stringAt, type JsonObject } from "../../../src/engine/model/json.ts";
import type { Manifest } from "../../../src/engine/model/manifest.ts";
import { groupOf } from "../../../src/engine/model/resource-id.ts";

/** A manifest of an object, as the build would hand it over. */
export function manifestOf(object: JsonObject, file = "all.yaml"): Manifest {
  const apiVersion = stringAt(object, "apiVersion");
  const namespace = stringAt(object, "metadata", "namespace");
  const id = { group: groupOf(apiVersion), kind: stringAt(object, "kind"), namespace, name: stringAt(object, "metadata", "name") };
  return { id, apiVersion, object, origin: { file } };
}
