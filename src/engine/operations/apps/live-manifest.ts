import { stringAt, type JsonObject } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";
import { groupOf } from "../../model/resource-id.ts";

/** A live object as something that is declared: it has no file. */
export function manifestOfLive(object: JsonObject): Manifest {
  const apiVersion = stringAt(object, "apiVersion");
  const id = {
    group: groupOf(apiVersion),
    kind: stringAt(object, "kind"),
    namespace: stringAt(object, "metadata", "namespace"),
    name: stringAt(object, "metadata", "name"),
  };
  return { id, apiVersion, object, origin: { file: "" } };
}
