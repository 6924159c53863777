import { idOf } from "../../model/metadata.ts";
import { stringAt, type JsonObject } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";

/** A live object as something that is declared: it has no file. */
export function manifestOfLive(object: JsonObject): Manifest {
  const apiVersion = stringAt(object, "apiVersion");
  const id = idOf(object);
  return { id, apiVersion, object, origin: { file: "" } };
}
