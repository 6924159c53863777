import { GitOpsError, NO_COUNTS, type PreparedSync, type RunContext, type SyncResult } from "../engine/index.ts";
import type { Rendered, WriteSession } from "./command.ts";
import type { RunInput } from "./commands/delivery-options.ts";
import { exitStatusOf } from "./exit-status.ts";
import { finishedLine } from "./output/event-json.ts";
import { planLines } from "./output/plan.ts";
import { openProgress } from "./output/progress.ts";
import type { Progress } from "./output/progress-listener.ts";
import { confirm } from "./output/prompt.ts";
import { styleOf } from "./output/style.ts";
import { dryRunEvents, summaryLine } from "./output/summary.ts";

/** The two halves of a run that writes, with the question between them. */
export interface PlannedRun {
  readonly question: string;
  readonly prepare: (context: RunContext) => Promise<PreparedSync>;
  readonly execute: (prepared: PreparedSync, context: RunContext) => Promise<SyncResult>;
}

type PlanInput = Pick<RunInput, "yes" | "dryRun" | "output">;

/**
 * Plans, stops at guards, asks where a person is there, and executes. A dry run stops before executing.
 * Failures come back in the result, not as exceptions, so that the last line of `-o json` is always written.
 */
export async function runPlan(session: WriteSession, input: PlanInput, run: PlannedRun): Promise<Rendered> {
  return reported(session, input.output, async (context, progress) => {
    const prepared = await run.prepare(context);
    const guards = prepared.plan.guards.map(
      ({ code, message, hint, objects }) => new GitOpsError(code, message, { hint, data: { objects } }),
    );
    if (guards.length > 0) return { revision: prepared.revision, counts: NO_COUNTS, failures: guards };
    if (input.dryRun === "server")
      return { revision: prepared.revision, counts: dryRunEvents(prepared, context.emit), failures: [], dryRun: true };
    const isAsked = session.terminal.interactive && !input.yes && input.output !== "json";
    if (isAsked && changesAnything(prepared)) {
      progress.pause();
      const lines = [...planLines(prepared, styleOf(session.terminal.stderrColor, session.terminal.unicode)), ""].join("\n");
      if (!(await confirm(session.terminal, `${lines}${run.question}`, session.signal)))
        return { revision: prepared.revision, counts: NO_COUNTS, failures: [], declined: true };
    }
    return run.execute(prepared, context);
  });
}

/** Runs a release: there is nothing to plan, only a question. */
export async function runRelease(
  session: WriteSession,
  input: Pick<RunInput, "yes"> & { readonly output: "json" | undefined },
  release: (context: RunContext) => Promise<SyncResult>,
): Promise<Rendered> {
  return reported(session, input.output, async (context) => {
    const isAsked = session.terminal.interactive && !input.yes && input.output !== "json";
    if (isAsked && !(await confirm(session.terminal, "Release? The objects stay, nothing owns them afterwards.", session.signal))) {
      return { revision: "", counts: NO_COUNTS, failures: [], declined: true };
    }
    return release(context);
  });
}

interface Outcome extends SyncResult {
  readonly dryRun?: true;
  readonly declined?: true;
}

async function reported(
  session: WriteSession,
  output: "json" | undefined,
  work: (context: RunContext, progress: Progress) => Promise<Outcome>,
): Promise<Rendered> {
  const progress = await openProgress(session, output);
  let outcome: Outcome;
  try {
    outcome = await work(session.listen(progress.emit), progress);
  } catch (error) {
    outcome = {
      revision: "",
      counts: NO_COUNTS,
      failures: [error instanceof Error ? error : new Error("something that is no error was thrown")],
    };
  } finally {
    progress.close();
  }
  const exitStatus = exitStatusOf(outcome.failures, session.signal);
  if (output === "json") return { text: finishedLine(outcome, exitStatus, Date.now()), exitStatus, failures: outcome.failures };
  if (outcome.declined === true) return { text: "nothing was changed\n", exitStatus };
  const isSilent = outcome.failures.length > 0 && outcome.counts === NO_COUNTS;
  return { text: isSilent ? "" : summaryLine(outcome, session.terminal), exitStatus, failures: outcome.failures };
}

function changesAnything(prepared: PreparedSync): boolean {
  const { waves, prune } = prepared.plan;
  return (
    prune.length > 0 ||
    waves.some(({ stages }) => stages.some(({ steps }) => steps.some(({ hook, change }) => hook !== undefined || change.action !== "none")))
  );
}
