import {
  GitOpsError,
  NO_COUNTS,
  resultOf,
  type AppResult,
  type AppsRequest,
  type AppsResult,
  type AppDiff,
  type RunContext,
} from "../engine/index.ts";
import type { ReadSession, Rendered, WriteSession } from "./command.ts";
import { appsFinishedLine, appsTable } from "./output/apps.ts";
import { renderDiffs } from "./output/apps-diff.ts";
import { openProgress } from "./output/progress.ts";
import { confirm } from "./output/prompt.ts";
import { dryRunEvents } from "./output/summary.ts";
import { exitStatusOf } from "./exit-status.ts";

/** What the two halves of a run of apps need. */
export interface AppsRunInput {
  readonly yes: boolean;
  readonly dryRun: "none" | "server";
  readonly output: "json" | undefined;
}

/**
 * Delivers apps: asks where a person is there, runs, and shows how each ended. A dry run shows what would change.
 * Failures come back in the result, not as exceptions, so that the last line of `-o json` is always written.
 */
export async function runApps(
  session: WriteSession,
  input: AppsRunInput,
  run: {
    readonly request: (context: RunContext) => Promise<AppsRequest>;
    readonly sync: (request: AppsRequest, context: RunContext) => Promise<AppsResult>;
    readonly diff: (request: AppsRequest, context: RunContext) => Promise<readonly AppDiff[]>;
  },
): Promise<Rendered> {
  const progress = await openProgress(session, input.output);
  const context = session.listen(progress.emit);
  let thrown: readonly Error[] = [];
  let result: AppsResult = { apps: [], counts: NO_COUNTS, failures: [] };
  try {
    const request = await run.request(context);
    if (input.dryRun === "server" && input.output === "json")
      result = { ...result, ...dryRunOf(await run.diff(request, context), context) };
    else if (input.dryRun === "server")
      return await renderDiffs(await run.diff(request, context), { output: undefined, plan: false }, session.terminal, 0);
    else if (session.terminal.interactive && !input.yes && input.output !== "json") {
      progress.pause();
      const names = [...request.declared.map(({ id }) => id), ...request.named].map(
        ({ kind, namespace, name }) => `  ${kind} ${namespace}/${name}`,
      );
      if (!(await confirm(session.terminal, `${names.join("\n")}\nDeliver these?`, session.signal)))
        return { text: "nothing was changed\n", exitStatus: 0 };
    }
    if (input.dryRun === "none") result = await run.sync(request, context);
  } catch (error) {
    thrown = [error instanceof Error ? error : new Error("something that is no error was thrown")];
  } finally {
    progress.close();
  }
  const failures = [...thrown, ...result.failures];
  const exitStatus = exitStatusOf(failures, session.signal);
  const text = input.output === "json" ? appsFinishedLine(result, exitStatus, Date.now()) : appsTable(result.apps);
  return { text, exitStatus, failures };
}

/** What a dry run came to, with an event for each object. */
function dryRunOf(diffs: readonly AppDiff[], { emit }: RunContext): Pick<AppsResult, "apps" | "counts" | "failures"> {
  const apps = diffs.map(({ id, prepared, failure }): AppResult => {
    const guards = (prepared?.plan.guards ?? []).map(
      ({ code, message, hint, objects }) => new GitOpsError(code, message, { hint, data: { objects } }),
    );
    const failures = failure === undefined ? guards : [failure];
    const counts = prepared === undefined ? NO_COUNTS : dryRunEvents(prepared, (event) => emit({ ...event, app: id }));
    const outcome = failures.length === 0 ? "ready" : "failed";
    return { id, by: "gitops", outcome, revision: prepared?.revision ?? "", counts, message: "", failures };
  });
  return resultOf(apps, false);
}

/** Shows what delivering apps would change, and changes nothing. */
export async function runAppsDiff(
  session: ReadSession,
  format: { readonly output: "json" | "yaml" | undefined; readonly plan: boolean },
  diff: (context: RunContext) => Promise<readonly AppDiff[]>,
): Promise<Rendered> {
  const progress = await openProgress(session);
  const context = session.listen((event) => {
    if (format.output !== "json" || event.type === "warning") progress.emit(event);
  });
  try {
    const diffs = await diff(context);
    progress.close();
    return await renderDiffs(diffs, format, session.terminal, 1);
  } finally {
    progress.close();
  }
}
