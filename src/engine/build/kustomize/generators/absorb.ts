import { isJsonObject, type JsonObject, objectAt, setKey } from "../../../model/json.ts";
import { buildFailure } from "../fail.ts";
import { formatId } from "../resources/identity.ts";
import type { ResourceMap } from "../resources/resource-map.ts";
import { objectOf, type Resource, textsOf } from "../resources/resource.ts";
import { checkPlainKey } from "../resources/plain-key.ts";
import { encodeBase64Lines } from "./base64.ts";

const encoder = new TextEncoder();

/** Takes what generators made into the resources: added, or merged with, or put for, the resource of that name. Throws BUILD_FAILED. */
export function absorb(resources: ResourceMap, generated: readonly Resource[]): void {
  for (const resource of generated) absorbOne(resources, resource);
}

function absorbOne(resources: ResourceMap, resource: Resource): void {
  const { origin } = resource;
  const { behavior, id } = resource;
  const [old, another] = resources.withAnyId({ ...id, namespace: resource.effectiveNamespace });
  const joins = behavior === "merge" || behavior === "replace";
  if (another !== undefined) throw buildFailure(origin, `several resources could take the generated ${formatId(id)}`);
  if (old === undefined) {
    if (joins)
      throw buildFailure(
        origin,
        `id ${formatId(id)} does not exist; cannot merge or replace`,
        "leave out behavior, or generate it in a base",
      );
    checkKeys(resource);
    resources.append([resource]);
    return;
  }
  if (!joins)
    throw buildFailure(origin, `id ${formatId(id)} exists; can not use behavior: '${behavior}', behavior must be merge or replace`);
  inheritMetadata(resource, old);
  if (behavior === "merge") mergeData(resource, old);
  checkKeys(resource);
  resources.replace(old, resource);
}

function checkKeys({ object, origin }: Resource): void {
  for (const path of [["data"], ["binaryData"], ["metadata", "labels"]]) {
    for (const key of Object.keys(objectAt(object, ...path))) checkPlainKey(origin.file, key);
  }
}

/** The new resource keeps the name and history of the old one, and its labels and annotations under its own. */
function inheritMetadata(resource: Resource, old: Resource): void {
  for (const field of ["labels", "annotations"] as const) {
    resource.setMetadataTexts(field, new Map([...old.metadataTexts(field), ...resource.metadataTexts(field)]));
  }
  resource.setName(old.name);
  resource.setNamespace(old.namespace);
  resource.previous = old.previous;
  resource.prefixes = old.prefixes;
  resource.suffixes = old.suffixes;
  resource.variables = old.variables;
  resource.behavior = old.behavior;
  resource.needsHash &&= old.needsHash;
  resource.transformations = old.transformations;
  resource.trace = old.trace;
}

function mergeData(resource: Resource, old: Resource): void {
  resource.provenance = old.provenance;
  const isSecret = resource.apiVersion === "v1" && resource.kind === "Secret";
  const oldData = new Map([...textsOf(objectAt(old.object, "data")), ...(isSecret ? encodedTexts(old.object) : [])]);
  setTexts(resource.object, "data", oldData);
  setTexts(resource.object, "binaryData", textsOf(objectAt(old.object, "binaryData")));
}

/** The stringData of a Secret, encoded as data: the API server would let it win over the merged data. */
function encodedTexts(secret: JsonObject): Map<string, string> {
  const texts = textsOf(objectAt(secret, "stringData"));
  return new Map([...texts].map(([key, text]) => [key, encodeBase64Lines(encoder.encode(text))]));
}

function setTexts(object: JsonObject, field: string, old: ReadonlyMap<string, string>): void {
  const own = isJsonObject(object[field]) ? textsOf(object[field]) : new Map<string, string>();
  const merged = new Map([...old, ...own]);
  if (merged.size === 0) delete object[field];
  else setKey(object, field, objectOf(merged));
}
