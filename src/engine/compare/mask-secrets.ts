import type { Change } from "../model/change.ts";
import { isJsonObject, setKey, valueAt, type JsonObject, type JsonValue } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import { equalValues } from "./equal-values.ts";

const SECRET_FIELDS = ["data", "stringData"];
/** Annotations in which tools keep a whole object, secrets included. */
const COPIES = ["kubectl.kubernetes.io/last-applied-configuration", "kapp.k14s.io/original"];
const MASK = "***";

/** An object as renderers may see it: no value of a Secret, and no copy of the object that a tool put into an annotation. */
export function maskSecrets(object: JsonObject): JsonObject {
  return masked(object, object);
}

/**
 * Two states of one object, masked. A value of a Secret that differs shows as `*** (before)` and `*** (after)`, as kubectl
 * writes it, one that is equal or on one side only as `***`: neither value nor length can be told.
 */
export function maskPair(live: JsonObject, predicted: JsonObject): { readonly live: JsonObject; readonly predicted: JsonObject } {
  return { live: masked(live, predicted, " (before)"), predicted: masked(predicted, live, " (after)") };
}

/** A change with every object in it masked. Renderers, events and stored plans are given only such ones. */
export function maskChange(change: Change): Change {
  switch (change.action) {
    case "create":
      return {
        ...change,
        desired: maskManifest(change.desired),
        predicted: change.predicted === undefined ? undefined : maskSecrets(change.predicted),
      };
    case "configure": {
      const desired = { ...change.desired, object: masked(change.desired.object, change.live, " (after)") };
      if (change.predicted === undefined) return { ...change, desired, live: masked(change.live, change.desired.object, " (before)") };
      return { ...change, desired, ...maskPair(change.live, change.predicted) };
    }
    case "none":
      return { ...change, desired: maskManifest(change.desired), live: maskSecrets(change.live) };
    case "prune":
      return { ...change, live: maskSecrets(change.live) };
    case "skip":
      return change;
  }
}

function maskManifest(manifest: Manifest): Manifest {
  return { ...manifest, object: maskSecrets(manifest.object) };
}

function masked(object: JsonObject, other: JsonObject, whenDifferent = ""): JsonObject {
  let result = object;
  if (valueAt(object, "kind") === "Secret") {
    for (const field of SECRET_FIELDS) {
      if (Object.hasOwn(result, field)) result = { ...result, [field]: maskedValues(result[field], valueAt(other, field), whenDifferent) };
    }
  }
  const metadata = valueAt(object, "metadata");
  const annotations = valueAt(metadata, "annotations");
  if (!isJsonObject(metadata) || !isJsonObject(annotations)) return result;
  const copies = COPIES.filter((name) => Object.hasOwn(annotations, name));
  if (copies.length === 0) return result;
  const clean: JsonObject = { ...annotations };
  for (const name of copies) clean[name] = mask(annotations[name], valueAt(other, "metadata", "annotations", name), whenDifferent);
  return { ...result, metadata: { ...metadata, annotations: clean } };
}

function maskedValues(values: JsonValue | undefined, others: JsonValue | undefined, whenDifferent: string): JsonValue {
  if (!isJsonObject(values)) return values === null || values === undefined ? null : MASK;
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(values)) setKey(result, key, mask(value, valueAt(others, key), whenDifferent));
  return result;
}

function mask(value: JsonValue | undefined, other: JsonValue | undefined, whenDifferent: string): string {
  return other === undefined || equalValues(value, other) ? MASK : `${MASK}${whenDifferent}`;
}
