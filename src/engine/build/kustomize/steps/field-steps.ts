import type { Image, Kustomization, Replacement } from "../decode/kustomization.ts";
import { isJsonObject } from "../../../model/json.ts";
import { readYaml } from "../../../yaml/read.ts";
import { replacement } from "../decode/kustomization.ts";
import { writtenPath } from "../decode/read-kustomization.ts";
import type { Toucher } from "../trace/trace.ts";
import { below, buildFailure } from "../fail.ts";
import { nearest } from "../nearest.ts";
import { type FieldSpec, FieldSpecConflict } from "../field-specs/field-spec.ts";
import type { TransformerConfig } from "../field-specs/transformer-config.ts";
import { type ReadReplacement, transformReplacements } from "../replacements/replace.ts";
import { transformImages } from "../transformers/images.ts";
import { labelSpecs, transformKeyValues } from "../transformers/key-values.ts";
import { transformAffix } from "../transformers/name-affix.ts";
import { transformNamespace } from "../transformers/namespace.ts";
import { transformReplicas } from "../transformers/replicas.ts";
import type { ResourceMap } from "../resources/resource-map.ts";
import { jsonPatchStep, patchStep, strategicMergeStep } from "./patch-steps.ts";
import { loadedFile, type StepContext, type TransformStep, warnOfTypo } from "./step.ts";

/** The transformers that the fields of a kustomization ask for, in kustomize's order, whatever the order in the file. Throws BUILD_FAILED. */
export function fieldSteps(context: StepContext, fields: Kustomization, config: TransformerConfig): readonly TransformStep[] {
  const { sections } = config;
  const at = (label: string): Toucher => ({ label, spot: context.spot(label) });
  const { patchesStrategicMerge = [], patches = [], namespace = "", namePrefix = "", nameSuffix = "" } = fields;
  return [
    ...(patchesStrategicMerge.length === 0 ? [] : [strategicMergeStep(context, patchesStrategicMerge, "patchesStrategicMerge")]),
    ...patches.map((entry, index) => patchStep(context, entry, `patches[${index}]`)),
    ...unless(namespace === "", at("namespace"), "NamespaceTransformer", (resources) =>
      transformNamespace(resources, { namespace, specs: sections.namespace, subjects: "defaultOnly", unsetOnly: false }),
    ),
    ...unless(namePrefix === "", at("namePrefix"), "PrefixTransformer", (resources) =>
      transformAffix(resources, { side: "prefix", text: namePrefix, specs: sections.namePrefix }),
    ),
    ...unless(nameSuffix === "", at("nameSuffix"), "SuffixTransformer", (resources) =>
      transformAffix(resources, { side: "suffix", text: nameSuffix, specs: sections.nameSuffix }),
    ),
    ...labelSteps(context, fields, config),
    ...unless((fields.commonAnnotations?.size ?? 0) === 0, at("commonAnnotations"), "AnnotationsTransformer", (resources) =>
      transformKeyValues(resources.all, fields.commonAnnotations ?? new Map(), sections.commonAnnotations),
    ),
    ...(fields.patchesJson6902 ?? []).map(({ patch, path, target }, index) =>
      jsonPatchStep(context, { operations: patch, path, target }, `patchesJson6902[${index}]`),
    ),
    ...(fields.replicas ?? []).map((entry, index) =>
      step(at(`replicas[${index}]`), "ReplicaCountTransformer", (resources) =>
        transformReplicas(context.spot(`replicas[${index}].name`), resources, [entry], sections.replicas),
      ),
    ),
    ...imageSteps(context, fields, config),
    ...replacementSteps(context, fields.replacements ?? []),
  ];
}

type Run = TransformStep["run"];

function step(at: Toucher, name: string, run: Run): TransformStep {
  return { ...at, name, run };
}

function unless(isNothing: boolean, at: Toucher, name: string, run: Run): readonly TransformStep[] {
  return isNothing ? [] : [step(at, name, run)];
}

/** Every entry of `labels`, then `commonLabels`: that one runs where any of both is there. */
function labelSteps(
  context: StepContext,
  { labels = [], commonLabels = new Map<string, string>() }: Kustomization,
  config: TransformerConfig,
): readonly TransformStep[] {
  if (labels.length === 0 && commonLabels.size === 0) return [];
  try {
    const entries = labels.map((label) => ({ pairs: label.pairs ?? new Map<string, string>(), specs: labelSpecs(label, config) }));
    return [...entries, { pairs: commonLabels, specs: config.sections.commonLabels }].map(({ pairs, specs }, index) => {
      const label = index < labels.length ? `labels[${index}]` : "commonLabels";
      return step({ label, spot: context.spot(label) }, "LabelTransformer", (resources) => transformKeyValues(resources.all, pairs, specs));
    });
  } catch (error) {
    if (error instanceof FieldSpecConflict) throw buildFailure(context.spot("labels"), `labels: ${error.message}`);
    throw error;
  }
}

/** One walk for all images; the steps of the others only show in transformer annotations. */
function imageSteps(context: StepContext, fields: Kustomization, { sections }: TransformerConfig): readonly TransformStep[] {
  const places = (fields.images ?? []).map((entry, index) => {
    const label = writtenPath(fields, "images", index);
    return { entry, label, spot: context.spot(label) };
  });
  const run = (chosen: typeof places) => (resources: ResourceMap) => setImages(context, resources, chosen, sections.images);
  const parts = places.map((place) => ({ ...place, run: run([place]) }));
  return places.map((place, index) => ({
    ...step(place, "ImageTagTransformer", index === 0 ? run(places) : () => undefined),
    parts: index === 0 ? parts : [],
  }));
}

/** Changes images, and warns of entries that no container has. */
export function setImages(
  context: StepContext,
  resources: ResourceMap,
  entries: readonly (Toucher & { readonly entry: Image })[],
  specs: readonly FieldSpec[],
): void {
  const { hits, names } = transformImages(
    resources,
    entries.map(({ entry }) => entry),
    specs,
  );
  for (const [index, { entry, label, spot }] of entries.entries()) {
    if (hits[index] !== 0) continue;
    const { name = "" } = entry;
    const message = `${label}: no container has the image ${JSON.stringify(name)}`;
    warnOfTypo(context, below(spot, "name"), message, imageHint(name, names()));
  }
}

function imageHint(name: string, present: readonly string[]): string {
  const meant = nearest(name, present);
  return meant === undefined ? "write the name as it stands in the manifest, without its tag" : `did you mean ${meant}?`;
}

/** The transformer of `replacements`, those in files read. Throws BUILD_FAILED. */
export function replacementSteps(context: StepContext, entries: readonly Replacement[]): readonly TransformStep[] {
  if (entries.length === 0) return [];
  const replacements = entries.flatMap((entry, index) => readReplacement(context, entry, `replacements[${index}]`));
  const run =
    (chosen: readonly ReadReplacement[]): Run =>
    (resources) =>
      transformReplacements(context, resources, chosen);
  const parts = replacements.map((one) => ({ label: one.label, spot: one.spot, run: run([one]) }));
  return [{ ...step({ label: "replacements", spot: context.spot("replacements") }, "ReplacementTransformer", run(replacements)), parts }];
}

function readReplacement(context: StepContext, entry: Replacement, label: string): readonly ReadReplacement[] {
  const path = entry.path ?? "";
  if (path === "") return [{ replacement: entry, spot: context.spot(label), label }];
  if (entry.source !== undefined || (entry.targets ?? []).length > 0)
    throw buildFailure(context.spot(label), `${label}: cannot specify both path and inline replacement`);
  const { path: file, bytes } = loadedFile(context, path);
  const [document] = readYaml(bytes, { file, dialect: "kustomization", budget: context.session.options.budget, afterEnd: "dropped" });
  const value = document?.value ?? null;
  if (!Array.isArray(value) && !isJsonObject(value))
    throw buildFailure({ file, field: "" }, "the file is no replacement; expected a map or a list of maps");
  return (Array.isArray(value) ? value : [value]).map((one, index) => {
    const spot = { file, field: Array.isArray(value) ? `/${index}` : "" };
    const own = Array.isArray(value) ? `[${index}]` : "the replacement";
    return { replacement: replacement(one, { ...spot, path: own, strict: false }), spot, label: own };
  });
}
