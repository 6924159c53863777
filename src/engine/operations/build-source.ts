import type { BuildResult } from "../build/build-options.ts";
import type { Revision, Source } from "../model/source.ts";
import { buildArtifact } from "./desired-state.ts";
import type { DeliveryRequest, ReaderPorts, RunContext } from "./request.ts";

/**
 * Fetches a source and builds it; needs no cluster. The revision of a folder is `local`: nobody asks for more, and it would cost a digest.
 * @throws what the fetcher throws, BUILD_FAILED, UNSUPPORTED_CONTENT, LIMIT_EXCEEDED, PATH_ESCAPES_REPOSITORY, FEATURE_FORBIDDEN.
 */
export async function buildSource(
  source: Source,
  options: DeliveryRequest["build"],
  ports: Pick<ReaderPorts, "fetcher" | "clock" | "surroundings">,
  context: RunContext,
): Promise<{ readonly revision: Revision; readonly result: BuildResult }> {
  const artifact = await ports.fetcher.fetch(source, { ...context, identify: false });
  return { revision: artifact.revision, result: await buildArtifact(artifact, { ...options, keepsEncrypted: true }, ports, context) };
}
