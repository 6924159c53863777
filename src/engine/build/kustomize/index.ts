import type { FileTree } from "../../model/artifact.ts";
import type { Diagnostic } from "../../model/diagnostic.ts";
import type { Origin } from "../../model/manifest.ts";
import { fileFailure } from "../../yaml/failure.ts";
import { settleNothings } from "../../yaml/source-text.ts";
import type { BuildOptions } from "../build-options.ts";
import type { BuiltObject } from "../built-object.ts";
import { noProblems } from "../problems.ts";
import { accumulate, type Accumulator, type BuildContext, emptyAccumulator } from "./accumulate.ts";
import { buildFailure } from "./fail.ts";
import { addHashSuffixes } from "./generators/hash.ts";
import { FolderLoader } from "./load/folder-loader.ts";
import type { LoadedFolder } from "./load/loaded.ts";
import { loadFolder } from "./load/loaded-folder.ts";
import { LoadSession } from "./load/session.ts";
import { NotLoaded } from "./not-loaded.ts";
import { provenanceText, transformationsText } from "./provenance.ts";
import { fixNameReferences } from "./references/name-references.ts";
import { resolveVariables } from "./references/variables.ts";
import { formatId } from "./resources/identity.ts";
import { misfitIn } from "./resources/misfits.ts";
import type { Resource, ResourceOrigin } from "./resources/resource.ts";
import { BuildSchema } from "./schema/choose.ts";
import { placedError } from "./report-place.ts";
import type { KustomizeResult } from "./result.ts";
import { Tracer } from "./trace/tracer.ts";
import { sortResources } from "./sort-order.ts";
import { transformKeyValues } from "./transformers/key-values.ts";

const LOCAL_CONFIG = "config.kubernetes.io/local-config";
const ORIGIN = "config.kubernetes.io/origin";
const TRANSFORMATIONS = "alpha.config.kubernetes.io/transformations";
const MANAGED_BY = "app.kubernetes.io/managed-by";
/** The version whose output this is, byte for byte. */
const KUSTOMIZE_VERSION = "v5.8.2";

export type { KustomizeResult } from "./result.ts";

/**
 * Builds a kustomization as `kustomize build` v5.8.2 does.
 *
 * @param path of the folder, inside the tree.
 *
 * Throws BUILD_FAILED with `data.diagnostics`, FEATURE_FORBIDDEN for charts, remote content and plugins that run programs,
 * PATH_ESCAPES_REPOSITORY, LIMIT_EXCEEDED, and what the signal carries.
 */
export async function buildKustomization(tree: FileTree, path: string, options: BuildOptions): Promise<KustomizeResult> {
  const session = new LoadSession(tree, options);
  for (;;) {
    try {
      return await buildOnce(session, path);
    } catch (error) {
      if (!(error instanceof NotLoaded)) throw placedError(error, session.bytesOf);
      await error.load();
      session.startAgain();
    }
  }
}

async function buildOnce(session: LoadSession, path: string): Promise<KustomizeResult> {
  const root = await session.tree.resolve(path);
  const folder = await loadFolder(new FolderLoader(session, root), { file: path === "" ? "." : path }, (plugins) =>
    pluginConfigs(session, plugins),
  );
  const metadata = folder.fields.buildMetadata ?? [];
  const { tracesTouches = false } = session.options;
  const tracer =
    tracesTouches === false ? undefined : new Tracer(session.bytesOf, tracesTouches === true ? undefined : tracesTouches.ofKind);
  const context: BuildContext = { session, schema: new BuildSchema(), traces: metadata.length > 0, tracer };
  const accumulator = emptyAccumulator();
  accumulate(context, folder, accumulator);
  const resources = finish(accumulator, folder, tracer);
  if (session.options.strict) refuseTypos(session.typos);
  if (metadata.includes("managedByLabel")) addManagedBy(resources);
  for (const resource of resources) finishResource(resource, metadata);
  return {
    objects: resources.map((resource) => ({
      object: resource.object,
      origin: writtenOrigin(resource.origin),
      ...touchesOf(resource, tracer),
    })),
    warnings: session.warnings,
  };
}

function touchesOf(resource: Resource, tracer: Tracer | undefined): Pick<BuiltObject, "touches"> {
  return tracer === undefined ? {} : { touches: tracer.touchesOf(resource) };
}

/** Without what only messages need. */
function writtenOrigin({ file, line }: ResourceOrigin): Origin {
  return line === undefined ? { file } : { file, line };
}

/** All of them at once: each is one line to correct. Throws BUILD_FAILED. */
function refuseTypos(typos: readonly Diagnostic[]): void {
  const problems = noProblems();
  for (const typo of typos) {
    problems.collect(() => {
      throw fileFailure("BUILD_FAILED", { ...typo, severity: "error" });
    });
  }
  problems.throwAny();
}

/** What happens once, at the root: hashes, references, vars, local configuration, order. */
function finish({ resources, config, variables }: Accumulator, folder: LoadedFolder, tracer: Tracer | undefined): readonly Resource[] {
  const spot = { file: folder.file, field: "/" };
  addHashSuffixes(resources);
  tracer?.observe(resources.all, { label: "nameSuffixHash", spot });
  fixNameReferences(resources, config.nameReference);
  tracer?.observe(resources.all, { label: "nameReference", spot });
  resolveVariables(resources, variables, config.sections.varReference);
  tracer?.observe(resources.all, { label: "vars", spot });
  for (const resource of resources.all) checkComplete(resource);
  const kept = resources.all.filter((resource) => {
    const local = resource.metadataTexts("annotations").get(LOCAL_CONFIG);
    return local === undefined || local === "false";
  });
  checkUnique(kept);
  return sortResources(folder.file, kept, folder.fields.sortOptions);
}

function checkComplete({ kind, name, origin }: Resource): void {
  if (kind === "") throw buildFailure(origin, "an object lost its kind on the way");
  if (name === "" && !kind.endsWith("List")) throw buildFailure(origin, `a ${kind} lost its metadata.name on the way`);
}

function checkUnique(resources: readonly Resource[]): void {
  const seen = new Map<string, Resource>();
  for (const resource of resources) {
    const { key, origin, id } = resource;
    const other = seen.get(key);
    if (other !== undefined)
      throw buildFailure(origin, `two resources end with the id ${formatId(id)}; the other is in ${other.origin.file}`);
    seen.set(key, resource);
  }
}

function addManagedBy(resources: readonly Resource[]): void {
  const labels = { group: "", version: "", kind: "", path: "metadata/labels", create: true };
  transformKeyValues(resources, new Map([[MANAGED_BY, `kustomize-${KUSTOMIZE_VERSION}`]]), [labels]);
}

/** Throws BUILD_FAILED for a text that a replacement put into a number, a boolean or a null. */
function checkTypes({ object, misfit }: Resource): void {
  const path = misfit === undefined ? undefined : misfitIn(object);
  if (misfit !== undefined && path !== undefined) throw misfit(path);
}

/** Annotations end as texts, and an empty map of them vanishes. */
function finishResource(resource: Resource, metadata: readonly string[]): void {
  const annotations = resource.metadataTexts("annotations");
  annotations.delete(ORIGIN);
  annotations.delete(TRANSFORMATIONS);
  const { provenance, transformations } = resource;
  if (provenance !== undefined && metadata.includes("originAnnotations")) annotations.set(ORIGIN, provenanceText(provenance));
  if (transformations.length > 0 && metadata.includes("transformerAnnotations"))
    annotations.set(TRANSFORMATIONS, transformationsText(transformations));
  resource.setMetadataTexts("annotations", annotations);
  checkTypes(resource);
  settleNothings(resource.object);
}

/** Resources of a folder that configures plugins. They are built before the schema of the build is known. */
function pluginConfigs(session: LoadSession, folder: LoadedFolder): readonly Resource[] {
  const accumulator = emptyAccumulator();
  accumulate({ session, schema: new BuildSchema(), traces: false, tracer: undefined }, folder, accumulator);
  return accumulator.resources.all;
}
