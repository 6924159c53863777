import { build } from "../build/index.ts";
import { foldStringData } from "../compare/index.ts";
import type { Conventions, OwnerMark } from "../model/conventions.ts";
import type { Artifact } from "../model/artifact.ts";
import type { DeliveryRef } from "../model/delivery.ts";
import { objectAt, type JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import type { BuildOptions, BuildResult } from "../build/build-options.ts";
import type { BuildSurroundings } from "../ports/build-surroundings.ts";
import { addCommonMetadata } from "../build/flux/add-metadata.ts";
import { buildForFlux } from "../build/flux/index.ts";
import { substituteManifests } from "../build/substitute/substitute-manifests.ts";
import type { DeliveryRequest, ReaderPorts, RunContext } from "./request.ts";
import { withShownPaths } from "./shown-paths.ts";

/** Builds the files of an artifact. Throws what the build throws; tells how many objects came out, and every warning. */
export function buildArtifact(
  artifact: Artifact,
  options: DeliveryRequest["build"],
  ports: Pick<ReaderPorts, "clock" | "surroundings">,
  context: RunContext,
  delivery?: DeliveryRef,
): Promise<BuildResult> {
  return runBuild(artifact, options, { ports, context, delivery }, (given) => build(artifact.tree, artifact.path, given));
}

/** Runs a build of an artifact; tells how many objects came out, and every warning. */
export async function runBuild(
  artifact: Artifact,
  options: DeliveryRequest["build"],
  around: {
    readonly ports: Pick<ReaderPorts, "clock" | "surroundings">;
    readonly context: RunContext;
    /** A chart is released under the name and into the namespace of its delivery. */
    readonly delivery: DeliveryRef | undefined;
  },
  work: (options: BuildOptions) => Promise<BuildResult>,
): Promise<BuildResult> {
  const { ports, context, delivery } = around;
  const { budget, loadRestrictor, strict, tracesTouches = false, keepsEncrypted = false } = options;
  const given: BuildOptions = {
    budget,
    loadRestrictor,
    strict,
    tracesTouches,
    keepsEncrypted,
    monotonic: () => ports.clock.monotonic(),
    signal: context.signal,
    ...surroundingsOf(artifact, ports.surroundings, context, delivery),
  };
  const result = await withShownPaths(artifact, () => work(given));
  for (const diagnostic of result.warnings) {
    const { file, line, message } = diagnostic;
    context.emit({ type: "warning", message: `${file}${line === undefined ? "" : `:${String(line)}`}: ${message}`, diagnostic });
  }
  context.emit({ type: "build.finished", objects: result.manifests.length });
  return result;
}

/** A chart is released under the name and into the namespace of its delivery. */
function surroundingsOf(
  artifact: Artifact,
  surroundings: BuildSurroundings | undefined,
  { emit }: RunContext,
  delivery: DeliveryRef | undefined,
): Partial<BuildOptions> {
  if (surroundings === undefined) return {};
  const { allowedRemotes, openRemote, charts, release, chartTarget } = surroundings;
  const own = delivery === undefined ? release : { name: delivery.name, ...release, namespace: delivery.namespace };
  const remote = openRemote(artifact.source, emit);
  return { allowedRemotes, remote, release: own, chartTarget, ...(charts === undefined ? {} : { charts }) };
}

/** Builds what a request delivers: the files as they are, or as the object of an app says. */
export function buildDelivery(
  artifact: Artifact,
  request: DeliveryRequest,
  ports: Pick<ReaderPorts, "clock" | "surroundings">,
  context: RunContext,
): Promise<BuildResult> {
  if (request.app === undefined) return buildArtifact(artifact, request.build, ports, context, request.ref);
  const { app, variables, strictVariables } = request.app;
  return runBuild(artifact, request.build, { ports, context, delivery: undefined }, async (options) => {
    const { manifests, warnings } = await buildForFlux(artifact.tree, { ...app.build, path: artifact.path }, options);
    const { substitution, metadata } = app.build;
    const substituted =
      substitution === undefined
        ? manifests
        : substituteManifests(manifests, { ...substitution, from: variables, strict: strictVariables }, options.budget);
    return { manifests: addCommonMetadata(substituted, metadata), warnings };
  });
}

/**
 * A manifest as it is sent: with the owner mark, and `stringData` folded into `data`.
 * Hooks carry no mark: they are no part of what the delivery owns.
 */
export function asSent(manifest: Manifest, mark: OwnerMark, conventions: Conventions): Manifest {
  const folded = foldStringData(manifest.object);
  if (conventions.isHook(manifest.object)) return { ...manifest, object: folded };
  const metadata = objectAt(folded, "metadata");
  const marks = mark.of(manifest.id);
  const marked: JsonObject = {
    ...metadata,
    ...addedTo(metadata, "labels", marks.labels),
    ...addedTo(metadata, "annotations", marks.annotations),
  };
  return { ...manifest, object: { ...folded, metadata: marked } };
}

function addedTo(metadata: Readonly<JsonObject>, field: "labels" | "annotations", added: Readonly<Record<string, string>>): JsonObject {
  return Object.keys(added).length === 0 ? {} : { [field]: { ...objectAt(metadata, field), ...added } };
}
