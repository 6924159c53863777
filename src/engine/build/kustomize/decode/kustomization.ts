import { helmChart, helmGlobals, oldHelmChart } from "../charts/chart-config.ts";
import { flag, integer, listOf, struct, text, textMap } from "./decoder.ts";

const gvk = { group: text, version: text, kind: text };
const resourceId = { ...gvk, name: text, namespace: text };

/** Which resources a patch or replacement is for: regular expressions, and selectors of labels and annotations. */
export const selector = struct({ ...resourceId, labelSelector: text, annotationSelector: text });
export type Selector = ReturnType<typeof selector>;

/** One place of a field, for the kinds that match; empty parts match any. */
export const fieldSpec = struct({ ...gvk, path: text, create: flag });
export type RawFieldSpec = ReturnType<typeof fieldSpec>;

export const patch = struct({
  path: text,
  patch: text,
  target: selector,
  options: struct({ allowNameChange: flag, allowKindChange: flag }),
});
export type PatchEntry = ReturnType<typeof patch>;

export const image = struct({ name: text, newName: text, newTag: text, digest: text, tagSuffix: text });
export type Image = ReturnType<typeof image>;

export const replica = struct({ name: text, count: integer });
export type Replica = ReturnType<typeof replica>;

const fieldOptions = struct({ delimiter: text, index: integer, encoding: text, create: flag });
export type FieldOptions = ReturnType<typeof fieldOptions>;

const source = struct({ ...resourceId, fieldPath: text, options: fieldOptions });
export type ReplacementSource = ReturnType<typeof source>;

const target = struct({ select: selector, reject: listOf(selector), fieldPaths: listOf(text), options: fieldOptions });
export type ReplacementTarget = ReturnType<typeof target>;

export const replacement = struct({ source, sourceValue: text, targets: listOf(target), path: text });
export type Replacement = ReturnType<typeof replacement>;

const generatorOptions = struct({ labels: textMap, annotations: textMap, disableNameSuffixHash: flag, immutable: flag });
export type GeneratorOptions = ReturnType<typeof generatorOptions>;

export const generatorFields = {
  name: text,
  namespace: text,
  behavior: text,
  literals: listOf(text),
  files: listOf(text),
  envs: listOf(text),
  env: text,
  options: generatorOptions,
  type: text,
};
const { type: _, ...configMapFields } = generatorFields;
const configMapArguments = struct(configMapFields);
const secretArguments = struct(generatorFields);
export type GeneratorArguments = ReturnType<typeof secretArguments>;

const label = struct({
  pairs: textMap,
  includeSelectors: flag,
  includeTemplates: flag,
  includeVolumeClaimTemplates: flag,
  fields: listOf(fieldSpec),
});
export type Label = ReturnType<typeof label>;

const variable = struct({
  name: text,
  objref: struct({ apiVersion: text, ...resourceId }),
  fieldref: struct({ fieldPath: text }),
});
export type Variable = ReturnType<typeof variable>;

const sortOptions = struct({
  order: text,
  legacySortOptions: struct({ orderFirst: listOf(text), orderLast: listOf(text) }),
});
export type SortOptions = ReturnType<typeof sortOptions>;

/** A kustomization file: every field that v5.8.2 knows. Absent and null fields are undefined. */
export const kustomization = struct({
  apiVersion: text,
  kind: text,
  metadata: struct({ name: text, namespace: text, labels: textMap, annotations: textMap }),
  openapi: textMap,
  namePrefix: text,
  nameSuffix: text,
  namespace: text,
  commonLabels: textMap,
  labels: listOf(label),
  commonAnnotations: textMap,
  patchesStrategicMerge: listOf(text),
  patchesJson6902: listOf(patch),
  patches: listOf(patch),
  images: listOf(image),
  imageTags: listOf(image),
  replacements: listOf(replacement),
  replicas: listOf(replica),
  vars: listOf(variable),
  sortOptions,
  resources: listOf(text),
  components: listOf(text),
  crds: listOf(text),
  bases: listOf(text),
  configMapGenerator: listOf(configMapArguments),
  secretGenerator: listOf(secretArguments),
  helmGlobals,
  helmCharts: listOf(helmChart),
  helmChartInflationGenerator: listOf(oldHelmChart),
  generatorOptions,
  configurations: listOf(text),
  generators: listOf(text),
  transformers: listOf(text),
  validators: listOf(text),
  buildMetadata: listOf(text),
});
export type Kustomization = ReturnType<typeof kustomization>;
