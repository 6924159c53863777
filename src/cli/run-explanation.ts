import { explainSource, type ObjectQuery, type Source } from "../engine/index.ts";
import type { ReadSession, Rendered } from "./command.ts";
import { buildSettings, sourceFlags } from "./delivery-request.ts";
import { renderExplanation } from "./output/explanation.ts";
import { heard } from "./run-build.ts";

type ExplanationFlags = Parameters<typeof buildSettings>[0] &
  Parameters<typeof sourceFlags>[0] & { readonly output: "json" | "yaml" | undefined };

/** Builds a source and shows where an object of it, or a field, comes from. Throws what `explainSource` throws. */
export async function runExplanation(source: Source, query: ObjectQuery, input: ExplanationFlags, session: ReadSession): Promise<Rendered> {
  return heard(session, async (context) => {
    const found = await explainSource(source, query, buildSettings(input), await session.source(sourceFlags(input)), context);
    return renderExplanation(found, query.field, input.output);
  });
}
