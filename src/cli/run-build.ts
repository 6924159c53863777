// The engine is named by its parts here, and nothing of it that a build has no use for: what `gitops build` loads decides how fast it starts.
import { buildSource, printManifests, type EngineEvent, type RunContext, type Source } from "../engine/index.ts";
import type { ReadSession, Rendered } from "./command.ts";
import { buildSettings, sourceFlags } from "./delivery-request.ts";

type BuildFlags = Parameters<typeof buildSettings>[0] & Parameters<typeof sourceFlags>[0];

/** Builds a source and prints its manifests. Throws what `buildSource` throws. */
export async function runBuild(source: Source, input: BuildFlags, session: ReadSession): Promise<Rendered> {
  return heard(session, async (context) => {
    const { result } = await buildSource(source, buildSettings(input), await session.source(sourceFlags(input)), context);
    return { text: printManifests(result.manifests.map(({ object }) => object)), exitStatus: 0, warnings: result.warnings };
  });
}

/**
 * Runs a build and shows what it says: it takes no time worth a line for each step, so --verbose shows them, and warnings are always
 * shown. What shows them is loaded with the first one.
 */
export async function heard(session: ReadSession, build: (context: RunContext) => Promise<Rendered>): Promise<Rendered> {
  const { verbose } = session.globals;
  const progress = verbose ? await openProgress(session) : undefined;
  let warnings: EngineEvent[] = [];
  const context = session.listen((event) => {
    const isWarning = event.type === "warning";
    if (isWarning && (progress === undefined || event.diagnostic !== undefined)) warnings.push(event);
    else progress?.emit(event);
  });
  try {
    const rendered = await build(context);
    // What it says of files is among what is rendered, with its column and hint.
    warnings = warnings.filter((event) => event.type === "warning" && event.diagnostic === undefined);
    return rendered;
  } finally {
    const late = warnings.length > 0 ? await openProgress(session) : progress;
    for (const warning of warnings) late?.emit(warning);
    late?.close();
  }
}

async function openProgress(session: ReadSession) {
  const { openProgress: open } = await import("./output/progress.ts");
  return open(session);
}
