import { build } from "../build/index.ts";
import { foldStringData } from "../compare/index.ts";
import type { Artifact } from "../model/artifact.ts";
import { objectAt, type JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import { hookOf } from "../plan/index.ts";
import type { BuildResult } from "../build/build-options.ts";
import type { DeliveryRequest, ReaderPorts, RunContext } from "./request.ts";
import { withShownPaths } from "./shown-paths.ts";

/** Builds the files of an artifact. Throws what the build throws; tells how many objects came out, and every warning. */
export async function buildArtifact(
  artifact: Artifact,
  options: DeliveryRequest["build"],
  ports: Pick<ReaderPorts, "clock">,
  context: RunContext,
): Promise<BuildResult> {
  const { budget, loadRestrictor, strict } = options;
  const given = { budget, loadRestrictor, strict, monotonic: () => ports.clock.monotonic(), signal: context.signal };
  const result = await withShownPaths(artifact, () => build(artifact.tree, artifact.path, given));
  for (const { file, line, message } of result.warnings) {
    context.emit({ type: "warning", message: `${file}${line === undefined ? "" : `:${String(line)}`}: ${message}` });
  }
  context.emit({ type: "build.finished", objects: result.manifests.length });
  return result;
}

/**
 * A manifest as it is sent: with the owner mark, and `stringData` folded into `data`.
 * Hooks carry no mark: they are no part of what the delivery owns.
 */
export function asSent(manifest: Manifest, mark: { readonly label: string; readonly value: string }): Manifest {
  const folded = foldStringData(manifest.object);
  if (hookOf(manifest) !== undefined) return { ...manifest, object: folded };
  const metadata = objectAt(folded, "metadata");
  const labels: JsonObject = { ...objectAt(metadata, "labels"), [mark.label]: mark.value };
  return { ...manifest, object: { ...folded, metadata: { ...metadata, labels } } };
}
