import { decodeYamlText } from "../../../yaml/decode.ts";
import type { PatchEntry, Selector } from "../decode/kustomization.ts";
import { buildFailure } from "../fail.ts";
import { isInline } from "../load/inline.ts";
import { parsePatch, readOperations } from "../patches/parse-patch.ts";
import type { PatchSource } from "../patches/apply-patch.ts";
import { makeResources, readResourceDocuments } from "../resources/read-resources.ts";
import type { Resource } from "../resources/resource.ts";
import { compileSelector } from "../resources/selector.ts";
import { transformJsonPatch } from "../transformers/json-patches.ts";
import { type ReadPatch, transformPatch } from "../transformers/patches.ts";
import { transformStrategicMerge } from "../transformers/strategic-merge-patches.ts";
import { loadedFile, type StepContext, type TransformStep, warnOrFail } from "./step.ts";

const NO_MATCH = "compare the target with the kinds and names of the build; they are regular expressions for the whole name";

/** An entry of `patches`. Throws BUILD_FAILED. */
export function patchStep(context: StepContext, entry: PatchEntry, label: string): TransformStep {
  const patch = readPatch(context, entry, label);
  return {
    name: "PatchTransformer",
    run: (resources) => {
      if (transformPatch(resources, patch) === 0 && patch.target !== undefined)
        warnOrFail(context, `${label}: the target matches no resource`, NO_MATCH);
    },
  };
}

function readPatch(context: StepContext, entry: PatchEntry, label: string): ReadPatch {
  const inline = (entry.patch ?? "").trim();
  const path = entry.path ?? "";
  if ((inline === "") === (path === "")) throw buildFailure(context.file, `${label}: must specify one of patch and path`);
  const { file, text } = path === "" ? { file: context.file, text: inline } : textOf(context, path);
  const parsed = parsePatch(file, text, context.session.options.budget, label);
  const target = entry.target === undefined ? undefined : compileSelector(context.file, `${label}.target`, entry.target);
  return {
    source: { file, label },
    target,
    merges: parsed.type === "merge" ? makeResources(file, parsed.documents, context.schema) : [],
    operations: parsed.type === "operations" ? parsed.operations : undefined,
    allowNameChange: entry.options?.allowNameChange === true,
    allowKindChange: entry.options?.allowKindChange === true,
  };
}

function textOf(context: StepContext, path: string): { readonly file: string; readonly text: string } {
  const loaded = loadedFile(context, path);
  return { file: loaded.path, text: decodeYamlText(loaded.bytes, loaded.path) };
}

/** All entries of `patchesStrategicMerge`: inline patches and paths. Throws BUILD_FAILED. */
export function strategicMergeStep(context: StepContext, entries: readonly string[], label: string): TransformStep {
  const patches: { readonly patch: Resource; readonly source: PatchSource }[] = [];
  for (const [index, entry] of entries.entries()) {
    const { file, text } = isInline(entry) ? { file: context.file, text: entry } : textOf(context, entry);
    const documents = readResourceDocuments(file, text, context.session.options.budget);
    const source = { file, label: `${label}[${index}]` };
    patches.push(...makeResources(file, documents, context.schema).map((patch) => ({ patch, source })));
  }
  if (patches.length === 0) throw buildFailure(context.file, `${label}: patch appears to be empty`);
  return { name: "PatchStrategicMergeTransformer", run: (resources) => transformStrategicMerge(resources, patches) };
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
  if ((target?.name ?? "") === "" || target === undefined) throw buildFailure(context.file, `${label}: must specify the target name`);
  if ((inline === "") === (path === "")) throw buildFailure(context.file, `${label}: must specify one of patch and path`);
  const { file, text } = path === "" ? { file: context.file, text: inline } : textOf(context, path);
  const operations = readOperations(file, text, context.session.options.budget);
  if (operations.length === 0) throw buildFailure(file, `${label}: patch appears to be empty`);
  const patch = { source: { file, label }, target: compileSelector(context.file, `${label}.target`, target), operations };
  return {
    name: "PatchJson6902Transformer",
    run: (resources) => {
      if (transformJsonPatch(resources, patch) === 0) warnOrFail(context, `${label}: the target matches no resource`, NO_MATCH);
    },
  };
}
