import type { AppBuild } from "../../model/app.ts";
import { isJsonObject, objectAt, setKey, valueAt, type JsonObject } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";

/**
 * Sets labels and annotations on the metadata of every object, over those that are there, and nowhere else (no Pod template).
 * Comes after the substitution of variables: these texts are taken as they are. Labels that are no map stay, to be refused as such.
 */
export function addCommonMetadata(manifests: readonly Manifest[], { labels, annotations }: AppBuild["metadata"]): readonly Manifest[] {
  return manifests.map((manifest) => {
    const metadata: JsonObject = { ...objectAt(manifest.object, "metadata") };
    addTo(metadata, "labels", labels);
    addTo(metadata, "annotations", annotations);
    return { ...manifest, object: { ...manifest.object, metadata } };
  });
}

function addTo(metadata: JsonObject, field: string, added: Readonly<Record<string, string>>): void {
  const present = valueAt(metadata, field) ?? {};
  const entries = Object.entries(added);
  if (entries.length === 0 || !isJsonObject(present)) return;
  const all: JsonObject = { ...present };
  for (const [key, value] of entries) setKey(all, key, value);
  metadata[field] = all;
}
