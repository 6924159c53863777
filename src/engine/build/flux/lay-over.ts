import { arrayAt, isJsonObject, setKey, stringAt, valueAt, type JsonObject, type JsonValue } from "../../model/json.ts";

/** Fields that an overlay replaces as they are. */
const REPLACED = ["namespace", "namePrefix", "nameSuffix", "buildMetadata"];
/** Lists that an overlay adds to. */
const EXTENDED = ["patches", "components"];

/**
 * A kustomization with the fields of a delivery laid over it, as Flux's generator does: texts and build metadata are replaced, patches
 * and components come last, images are merged by name.
 */
export function layOver(kustomization: JsonObject, overlay: JsonObject): JsonObject {
  const merged: JsonObject = { ...kustomization };
  for (const field of REPLACED) {
    const value = valueAt(overlay, field);
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) merged[field] = value;
  }
  for (const field of EXTENDED) {
    const added = arrayAt(overlay, field);
    if (added.length > 0) merged[field] = [...arrayAt(merged, field), ...added];
  }
  const images = arrayAt(overlay, "images").reduce(withImage, arrayAt(merged, "images"));
  if (images.length > 0) merged["images"] = [...images];
  return merged;
}

/** Tag and digest are one: setting either replaces both, as an old digest beside a new tag would win. */
function withImage(images: readonly JsonValue[], image: JsonValue): readonly JsonValue[] {
  const name = stringAt(image, "name");
  const at = images.findIndex((each) => stringAt(each, "name") === name);
  const known = images[at];
  if (known === undefined || !isJsonObject(known)) return [...images, image];
  const merged: JsonObject = { ...known };
  const tag = stringAt(image, "newTag");
  const digest = stringAt(image, "digest");
  setText(merged, "newName", stringAt(image, "newName") || stringAt(known, "newName"));
  setText(merged, "newTag", tag + digest === "" ? stringAt(known, "newTag") : tag);
  setText(merged, "digest", tag + digest === "" ? stringAt(known, "digest") : digest);
  return images.with(at, merged);
}

function setText(object: JsonObject, key: string, value: string): void {
  if (value === "") delete object[key];
  else setKey(object, key, value);
}
