import { isJsonObject, type JsonValue } from "../../model/json.ts";

/** The path of the first field whose text, or whose key, is what is looked for, such as `spec.containers[0].image`; "" for none. */
export function fieldThat(value: JsonValue, isLookedFor: (text: string) => boolean, path = ""): string {
  if (typeof value === "string") return isLookedFor(value) ? path : "";
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = fieldThat(item, isLookedFor, `${path}[${index}]`);
      if (found !== "") return found;
    }
    return "";
  }
  if (!isJsonObject(value)) return "";
  for (const [key, item] of Object.entries(value)) {
    const inner = path === "" ? key : `${path}.${key}`;
    const found = isLookedFor(key) ? inner : fieldThat(item, isLookedFor, inner);
    if (found !== "") return found;
  }
  return "";
}
