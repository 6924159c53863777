import { isJsonObject, type JsonValue } from "../../../model/json.ts";
import type { Image } from "../decode/kustomization.ts";
import type { FieldSpec } from "../field-specs/field-spec.ts";
import { walkField } from "../field-specs/walk-field.ts";
import { writeUntyped } from "../resources/joined-scalars.ts";
import { compileNamePattern, type Pattern } from "../regular-expression.ts";
import type { ResourceMap } from "../resources/resource-map.ts";
import { type Slot, slotText } from "../resources/scalar.ts";

const TAG = "(:[a-zA-Z0-9_.{}-]*)?";
const DIGEST = "(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?";

interface Rule {
  readonly entry: Image;
  /** The entry's name is a regular expression, as in kustomize; one that RE2 refuses matches nothing. */
  readonly pattern: Pattern | undefined;
}

/** Where an image is named. Those in container lists are found under any kind, the others by field spec. */
interface Place {
  readonly slot: Slot;
  readonly inContainers: boolean;
  readonly bySpec: boolean;
}

/** How often each entry applied. */
interface ImageHits {
  readonly hits: readonly number[];
  readonly names: () => readonly string[];
}

/**
 * Changes names, tags and digests of images, in one walk for all entries.
 *
 * @returns for each entry, how many images it named; and the names of all images, for messages.
 */
export function transformImages(resources: ResourceMap, entries: readonly Image[], specs: readonly FieldSpec[]): ImageHits {
  const rules = entries.map((entry) => ({ entry, pattern: compileNamePattern(entry.name ?? "", TAG + DIGEST) }));
  const hits = entries.map(() => 0);
  const seen = new Set<string>();
  const names = () => [...new Set([...seen].map((image) => splitImage(image).name))];
  if (rules.length === 0) return { hits, names };
  for (const resource of resources.all) {
    if (resource.kind === "CustomResourceDefinition") continue;
    const found = new Found();
    collectContainers(resource.object, found);
    for (const spec of specs) {
      walkField(resource, spec, "nothing", (value, slot) => {
        if (typeof value === "object" && value !== null) return "expected a scalar";
        found.add(slot, "bySpec");
        return undefined;
      });
    }
    for (const place of found.places()) seen.add(applyRules(place, rules, hits));
  }
  return { hits, names };
}

class Found {
  readonly #places = new Map<JsonValue, Map<string | number, { slot: Slot; inContainers: boolean; bySpec: boolean }>>();

  add(slot: Slot, how: "inContainers" | "bySpec"): void {
    const inside = this.#places.get(slot.container) ?? new Map<string | number, { slot: Slot; inContainers: boolean; bySpec: boolean }>();
    this.#places.set(slot.container, inside);
    const place = inside.get(slot.key) ?? { slot, inContainers: false, bySpec: false };
    place[how] = true;
    inside.set(slot.key, place);
  }

  *places(): Iterable<Place> {
    for (const inside of this.#places.values()) yield* inside.values();
  }
}

function collectContainers(value: JsonValue, found: Found): void {
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === "object" && item !== null) collectContainers(item, found);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const key in value) {
    const item = value[key];
    if (typeof item !== "object" || item === null) continue;
    collectContainers(item, found);
    if ((key === "containers" || key === "initContainers") && Array.isArray(item)) {
      for (const container of item) if (hasImage(container)) found.add({ container, key: "image" }, "inContainers");
    }
  }
}

function hasImage(container: JsonValue): container is { [key: string]: JsonValue } {
  return isJsonObject(container) && Object.hasOwn(container, "image") && typeof container["image"] !== "object";
}

function applyRules({ slot, inContainers, bySpec }: Place, rules: readonly Rule[], hits: number[]): string {
  const before = slotText(slot.container, slot.key);
  let image = before;
  rules.forEach(({ entry, pattern }, index) => {
    if (pattern === undefined) return;
    // An entry sees what it just wrote again where both ways lead here: a tag suffix is then added twice.
    for (const applies of [inContainers, bySpec]) {
      if (!applies || !pattern.test(image)) continue;
      hits[index] = (hits[index] ?? 0) + 1;
      image = changeImage(image, entry);
    }
  });
  if (image !== before) writeUntyped(slot, image);
  return before;
}

function changeImage(image: string, { newName, newTag = "", digest = "", tagSuffix = "" }: Image): string {
  const parts = splitImage(image);
  const name = newName === undefined || newName === "" ? parts.name : newName;
  let [tag, sha] = [parts.tag, parts.digest];
  if (newTag !== "" || digest !== "") [tag, sha] = [newTag, digest];
  else if (tagSuffix !== "") [tag, sha] = [tag + tagSuffix, ""];
  return `${name}${tag === "" ? "" : `:${tag}`}${sha === "" ? "" : `@${sha}`}`;
}

function splitImage(image: string): { readonly name: string; readonly tag: string; readonly digest: string } {
  const slash = Math.max(image.indexOf("/"), 0);
  const at = image.indexOf("@", slash);
  const colon = image.indexOf(":", slash);
  if (at >= 0 && (colon < 0 || at < colon)) return { name: image.slice(0, at), tag: "", digest: image.slice(at + 1) };
  if (colon < 0) return { name: image, tag: "", digest: "" };
  const end = at < 0 ? image.length : at;
  return { name: image.slice(0, colon), tag: image.slice(colon + 1, end), digest: at < 0 ? "" : image.slice(at + 1) };
}
