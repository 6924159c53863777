import { isJsonObject, type JsonObject } from "../../../model/json.ts";
import { type FieldSpec, mergeFieldSpecs } from "../field-specs/field-spec.ts";
import { specsForKind, type TransformerConfig } from "../field-specs/transformer-config.ts";
import { walkPath } from "../field-specs/walk-field.ts";
import type { Label } from "../decode/kustomization.ts";
import { fieldSpecOf } from "../field-specs/field-spec.ts";
import { formatGvk } from "../resources/identity.ts";
import { checkPlainKey } from "../resources/plain-key.ts";
import type { Resource } from "../resources/resource.ts";
import { setText, type Slot } from "../resources/scalar.ts";
import { joinScalars, writeSlot } from "../resources/joined-scalars.ts";

/** Sets labels or annotations at every place that the specs name: one walk for all keys. */
export function transformKeyValues(resources: readonly Resource[], pairs: ReadonlyMap<string, string>, specs: readonly FieldSpec[]): void {
  if (pairs.size === 0) return;
  const byKind = new Map<string, readonly FieldSpec[]>();
  for (const resource of resources) {
    const { gvk } = resource;
    const kind = formatGvk(gvk);
    const matching = byKind.get(kind) ?? specsForKind(specs, gvk);
    byKind.set(kind, matching);
    const added = new Map<string, Slot[]>();
    for (const spec of matching) {
      walkPath(resource, spec, "map", (value) => {
        if (value === null) return undefined;
        if (!isJsonObject(value)) return "expected a map";
        setPairs(resource.origin.file, value, pairs, added);
        return undefined;
      });
    }
    for (const slots of added.values()) joinScalars(slots);
  }
}

function setPairs(file: string, map: JsonObject, pairs: ReadonlyMap<string, string>, added: Map<string, Slot[]>): void {
  for (const [key, text] of pairs) {
    const slot = { container: map, key };
    if (Object.hasOwn(map, key)) {
      writeSlot(slot, text);
      continue;
    }
    checkPlainKey(file, key);
    setText(map, key, text);
    const others = added.get(key);
    if (others === undefined) added.set(key, [slot]);
    else others.push(slot);
  }
}

/** The fields that an entry of `labels` is written to. Throws FieldSpecConflict. */
export function labelSpecs(label: Label, { sections }: TransformerConfig): readonly FieldSpec[] {
  const own = mergeFieldSpecs((label.fields ?? []).map(fieldSpecOf), sections.labels);
  if (label.includeSelectors === true) return mergeFieldSpecs(own, sections.commonLabels);
  const templates = label.includeTemplates === true ? mergeFieldSpecs(own, sections.templateLabels) : own;
  const claims = label.includeVolumeClaimTemplates === true ? mergeFieldSpecs(templates, sections.volumeClaimTemplateLabels) : templates;
  return mergeFieldSpecs(claims, [{ group: "", version: "", kind: "", path: "metadata/labels", create: true }]);
}
