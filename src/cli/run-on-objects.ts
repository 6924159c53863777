import { decidingFirst, type GitOpsError, type RunContext } from "../engine/index.ts";
import type { Rendered, WriteSession } from "./command.ts";
import { exitStatusOf } from "./exit-status.ts";
import { outcomeDocument, outcomeText, type ShownOutcome } from "./output/outcomes.ts";
import { openProgress } from "./output/progress.ts";
import type { Progress } from "./output/progress-listener.ts";

/** What a command did with the objects that it was given. */
export interface ObjectsResult {
  readonly outcomes: readonly ShownOutcome[];
  /** Names that could not be found; the others are handled all the same. */
  readonly missing: readonly GitOpsError[];
  /** Why nothing was done, where nothing was. */
  readonly note?: string;
}

/** Runs work on delivery objects: progress on stderr, the outcomes on stdout, every failure told and the deciding one first. */
export async function runOnObjects(
  session: WriteSession,
  format: { readonly output: "json" | undefined; readonly documentKind: string },
  work: (context: RunContext, progress: Progress) => Promise<ObjectsResult>,
): Promise<Rendered> {
  const progress = await openProgress(session);
  let result: ObjectsResult;
  try {
    const context = session.listen(progress.emit);
    const expected = await session.expectedCluster();
    if (expected !== undefined) {
      const { checkExpectedCluster } = await session.engine();
      await checkExpectedCluster(expected, (await session.asking()).cluster, context);
    }
    result = await work(context, progress);
  } finally {
    progress.close();
  }
  const { outcomes, missing } = result;
  const failures = decidingFirst([...outcomes.flatMap(({ error }) => (error === undefined ? [] : [error])), ...missing]);
  const exitStatus = exitStatusOf(failures, session.signal);
  if (format.output === "json") return { text: outcomeDocument(format.documentKind, outcomes), exitStatus, failures };
  const nothing = outcomes.length === 0 && failures.length === 0 ? { note: result.note ?? "no object is selected" } : {};
  return { text: outcomeText(outcomes, session.terminal), exitStatus, failures, ...nothing };
}
