import type { FieldSpec } from "../field-specs/field-spec.ts";
import { walkField } from "../field-specs/walk-field.ts";
import { writeUntyped } from "../resources/joined-scalars.ts";
import { isSelected } from "../resources/identity.ts";
import type { ResourceMap } from "../resources/resource-map.ts";
import { slotText } from "../resources/scalar.ts";

/** Kinds whose names are given by what they stand for. */
const UNTOUCHED = [{ kind: "CustomResourceDefinition" }, { group: "apiregistration.k8s.io", kind: "APIService" }, { kind: "Namespace" }];

/** A prefix or a suffix of names. */
export interface Affix {
  readonly side: "prefix" | "suffix";
  readonly text: string;
  readonly specs: readonly FieldSpec[];
}

/** Puts a text before or behind names, and remembers it: references are told apart by it. */
export function transformAffix(resources: ResourceMap, { side, text, specs }: Affix): void {
  for (const resource of resources.all) {
    const original = resource.originalId;
    if (UNTOUCHED.some((kind) => isSelected(original, kind))) continue;
    for (const spec of specs) {
      if (!isSelected(original, spec)) continue;
      if (spec.path === "metadata/name" && text !== "") {
        if (side === "prefix") resource.prefixes = [...resource.prefixes, text];
        else resource.suffixes = [...resource.suffixes, text];
        resource.storePreviousId();
      }
      walkField(resource, spec, "scalar", (value, slot) => {
        if (typeof value === "object" && value !== null) return "expected a scalar";
        const before = slotText(slot.container, slot.key);
        writeUntyped(slot, side === "prefix" ? text + before : before + text);
        return undefined;
      });
    }
  }
  resources.renamed();
}
