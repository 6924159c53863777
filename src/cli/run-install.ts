import {
  checkExpectedCluster,
  DEFAULT_BUDGET,
  definitionsAmong,
  GitOpsError,
  installDefinitions,
  ownDefinitions,
  readDeclared,
  type DeliveryRequest,
  type Manifest,
  type RunContext,
} from "../engine/index.ts";
import { located } from "./apps-request.ts";
import type { Rendered, WriteSession } from "./command.ts";
import { renderExport } from "./output/export.ts";
import { installedText } from "./output/installed.ts";
import { openProgress } from "./output/progress.ts";

interface InstallInput {
  readonly crds: readonly string[];
  readonly dryRun: "none" | "server";
  readonly output: "yaml" | "json" | undefined;
  readonly timeout: number;
}

/** Installs CustomResourceDefinitions, or prints them. */
export async function runInstall(input: InstallInput, session: WriteSession): Promise<Rendered> {
  const { crds, output, timeout: timeoutMs } = input;
  const dryRun = input.dryRun === "server";
  const progress = await openProgress(session);
  try {
    const context = session.listen(progress.emit);
    const definitions = crds.length === 0 ? undefined : await readDefinitions(crds, session, context);
    if (output !== undefined) {
      const objects = definitions?.map(({ object }) => object) ?? ownDefinitions();
      return { text: renderExport(objects, output), exitStatus: 0 };
    }
    const ports = await session.asking();
    await checkExpectedCluster(await session.expectedCluster(), ports.cluster, context);
    const installed = await installDefinitions({ definitions, dryRun, timeoutMs }, ports, context);
    return { text: installedText(installed, dryRun), exitStatus: 0 };
  } finally {
    progress.close();
  }
}

/** Files of a person's own, read as `sync -f` reads them. */
const READING: DeliveryRequest["build"] = { budget: DEFAULT_BUDGET, loadRestrictor: "LoadRestrictionsRootOnly", strict: false };

/** The definitions of files. Throws what reading throws, and INVALID_MANIFEST where there are none. */
async function readDefinitions(paths: readonly string[], session: WriteSession, context: RunContext): Promise<readonly Manifest[]> {
  const quiet: RunContext = { ...context, emit: (event) => (event.type === "warning" ? context.emit(event) : undefined) };
  const ports = await session.source({});
  const manifests: Manifest[] = [];
  for (const path of paths) {
    const { folder, file } = await located(path);
    manifests.push(...(await readDeclared({ type: "directory", path: folder }, file, READING, ports, quiet)));
  }
  const definitions = definitionsAmong(manifests);
  if (definitions.length === 0) {
    throw new GitOpsError("INVALID_MANIFEST", `no CustomResourceDefinition is declared in ${paths.join(", ")}`, {
      hint: "without --crds this program's own are installed",
    });
  }
  const others = manifests.length - definitions.length;
  if (others > 0) {
    const message = `${String(others)} other objects of these files are left alone: --crds-only installs CustomResourceDefinitions`;
    context.emit({ type: "warning", message });
  }
  return definitions;
}
