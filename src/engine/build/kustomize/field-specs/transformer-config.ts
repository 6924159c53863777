import { buildFailure } from "../fail.ts";
import { type Gvk, isSelected } from "../resources/identity.ts";
import { rank, sortText } from "../resources/kind-order.ts";
import { byBytes } from "../resources/byte-order.ts";
import { type FieldSpec, FieldSpecConflict, fieldSpecOfRow, mergeFieldSpecs } from "./field-spec.ts";
import { BUILT_IN_FIELD_SPECS } from "./table.ts";

/** Where names of a kind are referred to. */
export interface NameReference extends Gvk {
  readonly referrers: readonly FieldSpec[];
}

const SECTIONS = [
  ...(["namePrefix", "nameSuffix", "namespace", "commonLabels", "labels", "templateLabels"] as const),
  ...(["volumeClaimTemplateLabels", "commonAnnotations", "varReference", "images", "replicas"] as const),
] as const;
export type Section = (typeof SECTIONS)[number];

/** Which fields the transformers of a kustomization work on. */
export interface TransformerConfig {
  readonly sections: Readonly<Record<Section, readonly FieldSpec[]>>;
  readonly nameReference: readonly NameReference[];
}

/** A configuration of nothing. */
export const emptyConfig: TransformerConfig = { sections: sectionsOf(() => []), nameReference: [] };

/** The configuration that every kustomization starts with. */
export const defaultConfig: TransformerConfig = merged("", emptyConfig, {
  sections: sectionsOf((section) => (section === "labels" ? [] : BUILT_IN_FIELD_SPECS[section].map(fieldSpecOfRow))),
  nameReference: BUILT_IN_FIELD_SPECS.nameReference.map(([target, referrers]) => {
    const { group, version, kind } = fieldSpecOfRow(target);
    return { group, version, kind, referrers: referrers.map(fieldSpecOfRow) };
  }),
});

/** Builds a record with a value for every section. */
export function sectionsOf(of: (section: Section) => readonly FieldSpec[]): Record<Section, readonly FieldSpec[]> {
  const sections: Partial<Record<Section, readonly FieldSpec[]>> = {};
  for (const section of SECTIONS) sections[section] = of(section);
  return sections as Record<Section, readonly FieldSpec[]>; // every section was set just above
}

/** Adds a configuration to another, sorted by kind. Throws BUILD_FAILED, naming `file`, where they disagree. */
export function mergeConfigs(file: string, config: TransformerConfig, added: TransformerConfig): TransformerConfig {
  if (config === added || added === emptyConfig) return config;
  if (config === emptyConfig && added === defaultConfig) return added;
  return merged(file, config, added);
}

function merged(file: string, config: TransformerConfig, added: TransformerConfig): TransformerConfig {
  try {
    return {
      sections: sectionsOf((section) => sortByKind(mergeFieldSpecs(config.sections[section], added.sections[section]))),
      nameReference: sortByKind(mergeReferences(config.nameReference, added.nameReference)),
    };
  } catch (error) {
    if (error instanceof FieldSpecConflict) throw buildFailure(file, error.message);
    throw error;
  }
}

/** A configuration in the order that merging goes by: that of kinds. */
export function sortConfig({ sections, nameReference }: TransformerConfig): TransformerConfig {
  return { sections: sectionsOf((section) => sortByKind(sections[section])), nameReference: sortByKind(nameReference) };
}

function mergeReferences(references: readonly NameReference[], added: readonly NameReference[]): readonly NameReference[] {
  let result = references;
  for (const reference of added) {
    const sameKind = (one: Gvk) => one.group === reference.group && one.version === reference.version && one.kind === reference.kind;
    if (!result.some(sameKind)) result = [...result, reference];
    else result = result.map((one) => (sameKind(one) ? { ...one, referrers: mergeFieldSpecs(one.referrers, reference.referrers) } : one));
  }
  return result;
}

function sortByKind<T extends Gvk>(items: readonly T[]): readonly T[] {
  if (items.length < 2) return items;
  const keyed = items.map((item) => ({ item, rank: rank(item.kind), text: sortText(item) }));
  return keyed.sort((a, b) => a.rank - b.rank || byBytes(a.text, b.text)).map(({ item }) => item);
}

/** The specs of a list that are for a kind. */
export function specsForKind(specs: readonly FieldSpec[], gvk: Gvk): readonly FieldSpec[] {
  return specs.filter((spec) => isSelected(gvk, spec));
}
