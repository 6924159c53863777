import type { App } from "../../model/app.ts";
import type { AppOutcome, FailedStage } from "../../model/app-outcome.ts";
import { GitOpsError, type ErrorCode } from "../../model/errors.ts";
import { NO_COUNTS, type EngineEvent, type SyncCounts } from "../../model/event.ts";
import type { JsonObject } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";
import type { ResourceId } from "../../model/resource-id.ts";
import { executePlan } from "../execute-plan.ts";
import type { AppWriterPorts, PreparedSync, RunContext } from "../request.ts";
import type { AppSources } from "./app-sources.ts";
import type { AppsOptions } from "./apps-request.ts";
import { NO_BINDINGS, prepareApp } from "./prepare-app.ts";

/** What the run of one app needs. */
export interface AppRun {
  readonly sources: AppSources;
  readonly ports: AppWriterPorts;
  readonly options: AppsOptions;
  readonly context: RunContext;
  /** Called once everything is applied, with the apps and sources of the build. */
  readonly onNested: (nested: readonly Manifest[]) => void;
  /** Whether an app is one of this run. */
  readonly isOfRun: (id: ResourceId) => boolean;
}

/** How the run of one app ended, its children aside. */
export interface AppRunResult {
  readonly revision: string;
  readonly counts: SyncCounts;
  readonly outcome: AppOutcome;
  readonly failures: readonly GitOpsError[];
}

/** Delivers one app by this process. Expected failures stand in the result. */
export async function runApp(app: App, run: AppRun): Promise<AppRunResult> {
  const { ports, options, sources } = run;
  const startedAt = ports.clock.now();
  const stage = followStage(run.context);
  const ended = (revision: string, digest: string, counts: SyncCounts, failures: readonly GitOpsError[]): AppRunResult => ({
    revision,
    counts,
    failures,
    outcome: {
      revision,
      digest,
      failure: failureOf(failures, stage.current()),
      isHealthChecked: options.wait && app.wait.type !== "none",
      inventory: undefined,
      startedAt,
      endedAt: ports.clock.now(),
    },
  });
  // Fetched once for many apps, so that the event of it does not say which ones got so far.
  const told: Pick<AppSources, "artifact"> = {
    artifact: async (id, ref) => {
      const artifact = await sources.artifact(id, ref);
      stage.fetched(artifact.revision);
      return artifact;
    },
  };
  let prepared: PreparedSync | undefined;
  try {
    const opened = await prepareApp(app, told, ports, options, stage.context);
    prepared = withRun(opened.prepared, run.isOfRun);
    const { nested } = prepared;
    const writing = { ...ports, cluster: opened.cluster, fetcher: ports.fetcher, bindings: NO_BINDINGS };
    const result = await executePlan(prepared, writing, stage.context, () => run.onNested(nested));
    return ended(result.revision, prepared.digest, result.counts, result.failures.filter(isExpected));
  } catch (error) {
    if (!isExpected(error) || run.context.signal.aborted) throw error;
    return ended(prepared?.revision ?? stage.revision(), prepared?.digest ?? "", NO_COUNTS, [error]);
  }
}

function withRun(prepared: PreparedSync, isOfRun: AppRun["isOfRun"]): PreparedSync {
  const { request } = prepared;
  return request.app === undefined ? prepared : { ...prepared, request: { ...request, app: { ...request.app, isOfRun } } };
}

function isExpected(error: unknown): error is GitOpsError {
  return error instanceof GitOpsError;
}

/** Knows how far a run came: what fails before the build is the source's fault, what fails in it the build's. */
function followStage(context: RunContext): {
  readonly context: RunContext;
  readonly fetched: (revision: string) => void;
  readonly current: () => FailedStage;
  readonly revision: () => string;
} {
  let stage: FailedStage = "source";
  let revision = "";
  const emit = (event: EngineEvent): void => {
    if (event.type === "build.finished") stage = "apply";
    context.emit(event);
  };
  const fetched = (of: string): void => void ([stage, revision] = ["build", of]);
  return { context: { ...context, emit }, fetched, current: () => stage, revision: () => revision };
}

/** Codes that tell by themselves what failed. */
const STAGES: Readonly<Partial<Record<ErrorCode, FailedStage>>> = {
  UNHEALTHY: "health",
  HEALTH_TIMEOUT: "health",
  PRUNE_WITHHELD: "prune",
  REFERENCE_FORBIDDEN: "access",
  INVALID_EXPRESSION: "expression",
  DEPENDENCY_NOT_READY: "dependency",
  DEPENDENCY_CYCLE: "dependency",
  BUILD_FAILED: "build",
};

/** The deciding failure, as a status tells it. */
export function failureOf(failures: readonly GitOpsError[], stage: FailedStage): AppOutcome["failure"] {
  const [first] = failures;
  return first === undefined ? undefined : { stage: STAGES[first.code] ?? stage, message: first.message };
}

/** The live object of an app, where its kind is served. */
export async function liveApp({ id }: App, { ports, context }: Pick<AppRun, "ports" | "context">): Promise<JsonObject | undefined> {
  const isServed = (await ports.cluster.discover(context)).find(id) !== undefined;
  return isServed ? ports.cluster.get(id, context) : undefined;
}
