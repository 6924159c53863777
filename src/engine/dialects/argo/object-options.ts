import type { JsonObject } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";
import type { ObjectOptions } from "../../model/object-options.ts";
import { formatResourceId } from "../../model/resource-id.ts";
import { hookOf, waveOf } from "./hooks.ts";
import { readSyncOptions } from "./sync-options.ts";

/** What a desired object asks for by Argo CD's annotations. Throws INVALID_MANIFEST for a word that is no hook. */
export function argoOptionsOf(manifest: Manifest): ObjectOptions {
  const { object, origin, id } = manifest;
  return { hook: hookOf(manifest), ...argoOptionsOfLive(object, `${origin.file}: ${formatResourceId(id)}`) };
}

/** As {@link argoOptionsOf}, for a live object. */
export function argoOptionsOfLive(object: JsonObject, where: string): Omit<ObjectOptions, "hook"> {
  return { wave: waveOf(object), ...readSyncOptions(object, where) };
}
