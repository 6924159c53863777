import { decodeYamlText } from "../../../yaml/decode.ts";
import type { PatchEntry, Selector } from "../decode/kustomization.ts";
import { buildFailure } from "../fail.ts";
import { isInline } from "../load/inline.ts";
import { parsePatch, readOperations } from "../patches/parse-patch.ts";
import { type PatchSource, readInPatch, sourceOfDocument } from "../patches/patch-source.ts";
import { makeResources, readResourceDocuments } from "../resources/read-resources.ts";
import type { Resource } from "../resources/resource.ts";
import { missHint } from "../resources/near-miss.ts";
import { compileSelector } from "../resources/selector.ts";
import { transformJsonPatch } from "../transformers/json-patches.ts";
import { type ReadPatch, transformPatch } from "../transformers/patches.ts";
import { transformStrategicMerge } from "../transformers/strategic-merge-patches.ts";
import { loadedFile, type StepContext, type TransformStep, warnOfTypo } from "./step.ts";

/** An entry of `patches`. Throws BUILD_FAILED. */
export function patchStep(context: StepContext, entry: PatchEntry, label: string): TransformStep {
  const patch = readPatch(context, entry, label);
  return {
    name: "PatchTransformer",
    label,
    spot: patch.source.spot,
    run: (resources) => {
      if (transformPatch(resources, patch) > 0 || patch.target === undefined) return;
      warnOfTypo(
        context,
        context.spot(`${label}.target`),
        `${label}: the target matches no resource`,
        missHint(resources.all, patch.target),
      );
    },
  };
}

function readPatch(context: StepContext, entry: PatchEntry, label: string): ReadPatch {
  const inline = (entry.patch ?? "").trim();
  const path = entry.path ?? "";
  if ((inline === "") === (path === "")) throw buildFailure(context.spot(label), `${label}: must specify one of patch and path`);
  const source = sourceOf(context, { path, inline, field: `${label}.patch` }, label);
  const parsed = readInPatch(source, () => parsePatch(source, context.session.options.budget));
  const target = entry.target === undefined ? undefined : compileSelector(context.spot(`${label}.target`), `${label}.target`, entry.target);
  return {
    source,
    target,
    merges: parsed.type === "merge" ? makeResources(source.spot.file, parsed.documents, context.schema) : [],
    operations: parsed.type === "operations" ? parsed.operations : undefined,
    allowNameChange: entry.options?.allowNameChange === true,
    allowKindChange: entry.options?.allowKindChange === true,
  };
}

/** The text of a patch, which stands in a file or in a field of the kustomization. */
function sourceOf(
  context: StepContext,
  { path, inline, field }: { readonly path: string; readonly inline: string; readonly field: string },
  label: string,
): PatchSource {
  if (path === "") return { spot: context.spot(field), text: inline, label };
  const loaded = loadedFile(context, path);
  return { spot: { file: loaded.path }, text: decodeYamlText(loaded.bytes, loaded.path), label };
}

/** All entries of `patchesStrategicMerge`: inline patches and paths. Throws BUILD_FAILED. */
export function strategicMergeStep(context: StepContext, entries: readonly string[], label: string): TransformStep {
  const patches: { readonly patch: Resource; readonly source: PatchSource }[] = [];
  for (const [index, entry] of entries.entries()) {
    const own = `${label}[${index}]`;
    const source = sourceOf(context, { path: isInline(entry) ? "" : entry, inline: entry, field: own }, own);
    const { file } = source.spot;
    const documents = readInPatch(source, () => readResourceDocuments(file, source.text, context.session.options.budget));
    patches.push(...makeResources(file, documents, context.schema).map((patch) => ({ patch, source: sourceOfDocument(source, patch) })));
  }
  if (patches.length === 0) throw buildFailure(context.spot(label), `${label}: patch appears to be empty`);
  return {
    name: "PatchStrategicMergeTransformer",
    label,
    spot: context.spot(label),
    run: (resources) => transformStrategicMerge(resources, patches),
    parts: patches.map((one) => ({
      label: one.source.label,
      spot: one.source.spot,
      run: (resources) => transformStrategicMerge(resources, [one]),
    })),
  };
}

/** What an entry of `patchesJson6902` says. */
export interface JsonPatchEntry {
  readonly target?: Selector | undefined;
  readonly path?: string | undefined;
  readonly operations?: string | undefined;
}

/** An entry of `patchesJson6902`. Throws BUILD_FAILED. */
export function jsonPatchStep(
  context: StepContext,
  { target, path = "", operations: inline = "" }: JsonPatchEntry,
  label: string,
): TransformStep {
  if ((target?.name ?? "") === "" || target === undefined)
    throw buildFailure(context.spot(`${label}.target`), `${label}: must specify the target name`);
  if ((inline === "") === (path === "")) throw buildFailure(context.spot(label), `${label}: must specify one of patch and path`);
  const source = sourceOf(context, { path, inline, field: `${label}.patch` }, label);
  const operations = readInPatch(source, () => readOperations(source, context.session.options.budget));
  if (operations.length === 0) throw buildFailure(source.spot, `${label}: patch appears to be empty`);
  const patch = { source, target: compileSelector(context.spot(`${label}.target`), `${label}.target`, target), operations };
  return {
    name: "PatchJson6902Transformer",
    label,
    spot: source.spot,
    run: (resources) => {
      if (transformJsonPatch(resources, patch) > 0) return;
      warnOfTypo(
        context,
        context.spot(`${label}.target`),
        `${label}: the target matches no resource`,
        missHint(resources.all, patch.target),
      );
    },
  };
}
