import { build } from "../../build/index.ts";
import { buildForFlux } from "../../build/flux/index.ts";
import type { Manifest } from "../../model/manifest.ts";
import type { Source } from "../../model/source.ts";
import { withTop } from "./artifact-top.ts";
import { runBuild } from "../desired-state.ts";
import type { AppReaderPorts, DeliveryRequest, RunContext } from "../request.ts";

/**
 * The objects that files declare, read as an app would read them: a folder without a kustomization stands for all YAML below it, and a
 * folder inside that has one is built. A single file is read as it is.
 *
 * @param file of the source's folder; "" for all of it.
 * @throws what the fetcher and the build throw.
 */
export async function readDeclared(
  source: Source,
  file: string,
  settings: DeliveryRequest["build"],
  ports: Pick<AppReaderPorts, "fetcher" | "clock" | "surroundings">,
  context: RunContext,
): Promise<readonly Manifest[]> {
  const artifact = await ports.fetcher.fetch(source, { ...context, identify: false });
  const { tree, path } = withTop(artifact);
  const { manifests } = await runBuild(artifact, settings, { ports, context, delivery: undefined }, (options) =>
    file === ""
      ? buildForFlux(tree, { path, overlay: {}, ignoreMissingComponents: false }, options)
      : build(tree, path === "" ? file : `${path}/${file}`, options),
  );
  return manifests;
}
