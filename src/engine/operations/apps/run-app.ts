import { controllerOf, type ControllerLife } from "../controller-life.ts";
import { dialectOf, type DialectKind } from "../../dialects/table.ts";
import type { App } from "../../model/app.ts";
import type { AppOutcome, FailedStage } from "../../model/app-outcome.ts";
import { GitOpsError, type ErrorCode } from "../../model/errors.ts";
import type { EngineEvent, SyncCounts } from "../../model/event.ts";
import type { JsonObject } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";
import { formatResourceId, type ResourceId } from "../../model/resource-id.ts";
import { executePlan } from "../execute-plan.ts";
import { startGrace } from "../execute/grace.ts";
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

export const NO_COUNTS: SyncCounts = { created: 0, configured: 0, unchanged: 0, pruned: 0, skipped: 0, failed: 0, writes: 0 };

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

/**
 * Who delivers an app: its controller where one is alive, else this process. `keepsSuspended`: the suspended object keeps a living
 * controller out, and must not be resumed by being written as it is declared.
 */
export type Deliverer = { readonly by: "gitops"; readonly keepsSuspended: boolean } | { readonly by: "controller"; readonly name: string };

/**
 * Decides who delivers an app. A living controller is never fought: what it delivers is refused, unless it is suspended or, with
 * `takeover`, suspended here.
 * Throws CONTROLLER_ALIVE.
 *
 * @param live the object in the cluster; undefined where there is none.
 */
export async function delivererOf(
  app: App,
  live: JsonObject | undefined,
  lives: Map<string, Promise<ControllerLife>>,
  { ports, options, context }: Pick<AppRun, "ports" | "options" | "context">,
): Promise<Deliverer> {
  const spoken = dialectOf(app.id);
  const isServed = (await ports.cluster.discover(context)).find(app.id) !== undefined;
  if (spoken === undefined || !isServed) return { by: "gitops", keepsSuspended: false };
  const { title } = spoken.kind.controller;
  const life = await (lives.get(title) ?? remember(lives, title, controllerOf(spoken.kind, ports, context)));
  if (life.alive === false) return { by: "gitops", keepsSuspended: false };
  if (live !== undefined && spoken.dialect.view(live).isSuspended) return { by: "gitops", keepsSuspended: true };
  if (live === undefined && life.alive === true) return { by: "controller", name: life.by };
  if (!options.takeover) throw controllerAlive(app, life);
  if (live !== undefined) {
    const patch = spoken.dialect.suspendPatch(true, "delivered by gitops", "");
    await ports.objects.patch(app.id, patch, { fieldManager: "gitops", resourceVersion: "", ...context });
    context.emit({ type: "warning", message: `suspended: ${title} no longer delivers it; gitops resume gives it back`, id: app.id });
  }
  return { by: "gitops", keepsSuspended: live !== undefined };
}

function remember<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): Value {
  map.set(key, value);
  return value;
}

function controllerAlive({ id }: App, life: Exclude<ControllerLife, { alive: false }>): GitOpsError {
  const name = `${id.namespace}/${id.name}`;
  const why = life.alive === true ? `${life.by} delivers it` : `nobody can tell whether its controller is alive: ${life.why}`;
  return new GitOpsError("CONTROLLER_ALIVE", `${id.kind} ${name} is not delivered by this process: ${why}`, {
    hint: `gitops reconcile ${id.kind.toLowerCase()} ${id.name} -n ${id.namespace}, or suspend it first; --takeover suspends it and goes on`,
    data: { object: formatResourceId(id), namespace: id.namespace },
  });
}

/** Failures after which a status of ours would be wrong: another run delivers the app, or the object is of another cluster. */
const UNTOLD: ReadonlySet<ErrorCode> = new Set(["LOCK_HELD", "WRONG_CLUSTER"]);

/** Whether a run may tell in the status how it ended. */
export function mayTell(failures: readonly GitOpsError[]): boolean {
  return !failures.some(({ code }) => UNTOLD.has(code));
}

/** Writes what a run came to into the status of the app's object, where it is in the cluster; within a grace after a cancellation. */
export async function writeStatus(
  id: ResourceId,
  { outcome, counts }: Pick<AppRunResult, "outcome" | "counts">,
  { ports, context }: Pick<AppRun, "ports" | "context">,
): Promise<void> {
  const spoken = dialectOf(id);
  /** An Event for who watches the cluster, where something changed or failed. What keeps it from being written is told, and fails nothing. */
  async function recordEvent(
    object: JsonObject,
    { dialect, kind }: DialectKind,
    { outcome, counts }: Pick<AppRunResult, "outcome" | "counts">,
    { ports, context }: Pick<AppRun, "ports" | "context">,
  ): Promise<void> {
    const { failure, revision } = outcome;
    const { created, configured, pruned } = counts;
    if (failure === undefined && created + configured + pruned === 0) return;
    const changes = `${String(created)} created, ${String(configured)} configured, ${String(pruned)} pruned`;
    const type = failure === undefined ? "Normal" : "Warning";
    const message = failure?.message ?? `Applied revision: ${revision} (${changes})`;
    const event = { ...dialect.eventAfter(outcome), type, message, component: kind.controller.title } as const;
    try {
      await ports.objects.record(object, event, context);
    } catch (error) {
      if (!isExpected(error)) throw error;
      context.emit({ type: "warning", message: `no Event was recorded: ${error.message}` });
    }
  }

  const grace = startGrace(context.signal, ports.clock);
  const { signal } = grace;
  try {
    if (spoken === undefined || (await ports.cluster.discover({ signal })).find(id) === undefined) return;
    const live = await ports.cluster.get(id, { signal });
    if (live === undefined) return;
    const status = spoken.dialect.statusAfter(live, outcome);
    const fieldManager = spoken.dialect.record.statusManager;
    const told = await ports.objects.patchStatus(id, { status }, { fieldManager, resourceVersion: "", signal });
    await recordEvent(told, spoken, { outcome, counts }, { ports, context: { ...context, signal } });
  } finally {
    grace.cancel();
  }
}

/** Whether no controller is alive that would tell in its own words what becomes of an app; without a right to know, there may be one. */
export async function isUntended(
  id: ResourceId,
  live: JsonObject,
  lives: Map<string, Promise<ControllerLife>>,
  { ports, context }: Pick<AppRun, "ports" | "context">,
): Promise<boolean> {
  const spoken = dialectOf(id);
  if (spoken === undefined || spoken.dialect.view(live).isSuspended) return true;
  const { title } = spoken.kind.controller;
  return (await (lives.get(title) ?? remember(lives, title, controllerOf(spoken.kind, ports, context)))).alive === false;
}

/** The live object of an app, where its kind is served. */
export async function liveApp({ id }: App, { ports, context }: Pick<AppRun, "ports" | "context">): Promise<JsonObject | undefined> {
  const isServed = (await ports.cluster.discover(context)).find(id) !== undefined;
  return isServed ? ports.cluster.get(id, context) : undefined;
}
