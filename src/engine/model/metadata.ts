import { stringAt, valueAt, type JsonObject } from "./json.ts";
import { groupOf, type ResourceId } from "./resource-id.ts";

/** What names an object, as it says itself. */
export function idOf(object: JsonObject): ResourceId {
  return {
    group: groupOf(stringAt(object, "apiVersion")),
    kind: stringAt(object, "kind"),
    namespace: stringAt(object, "metadata", "namespace"),
    name: stringAt(object, "metadata", "name"),
  };
}

/** One label; "" where there is none. */
export function labelOf(object: JsonObject, name: string): string {
  return stringAt(object, "metadata", "labels", name);
}

/** One annotation; "" where there is none. */
export function annotationOf(object: JsonObject, name: string): string {
  return stringAt(object, "metadata", "annotations", name);
}

/** The words of a comma-separated annotation, trimmed, empty ones left out. */
export function annotationWords(object: JsonObject, name: string): readonly string[] {
  return annotationOf(object, name)
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** Whether an object carries an annotation, even an empty one. */
export function hasAnnotation(object: JsonObject, name: string): boolean {
  return valueAt(object, "metadata", "annotations", name) !== undefined;
}
