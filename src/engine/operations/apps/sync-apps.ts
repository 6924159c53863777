import { dialectOf } from "../../dialects/table.ts";
import type { App, Dependency } from "../../model/app.ts";
import { GitOpsError } from "../../model/errors.ts";
import type { SyncCounts } from "../../model/event.ts";
import type { Manifest } from "../../model/manifest.ts";
import { resourceKey, type ResourceId } from "../../model/resource-id.ts";
import type { ControllerLife } from "../controller-life.ts";
import { exitStatusOf } from "../deciding-failure.ts";
import { readObject } from "../read-objects.ts";
import { reconcileObjects } from "../reconcile-objects.ts";
import type { AppWriterPorts, RunContext } from "../request.ts";
import { AppSet, cycleError, type AppEntry } from "./app-set.ts";
import { AppSources } from "./app-sources.ts";
import type { AppResult, AppsRequest } from "./apps-request.ts";
import { sortDeclared } from "./declared-objects.ts";
import { unreadyReason } from "./dependency.ts";
import { manifestOfLive } from "./live-manifest.ts";
import { delivererOf, liveApp, NO_COUNTS, runApp, writeStatus, type AppRunResult } from "./run-app.ts";

/** So many apps are delivered at once. */
const APPS_AT_ONCE = 16;

/** A dependency outside of the run is asked for this often while something else still runs that may make it ready. */
const LOOK_AGAIN_MS = 2_000;

/** How a run of several apps ended. */
export interface AppsResult {
  /** In the order in which the apps ended. */
  readonly apps: readonly AppResult[];
  readonly counts: SyncCounts;
  readonly failures: readonly GitOpsError[];
}

/**
 * Delivers apps in the order of their dependencies, with the apps that their builds declare, until all are done. Each is delivered by
 * its controller where one is alive and the app is new to the cluster or was named, else by this process.
 * Failures of apps stand in the result; one stops those that depend on it and no other.
 *
 * @throws INVALID_MANIFEST for what is declared, DEPENDENCY_CYCLE, OBJECT_NOT_FOUND for a named app; the signal's reason.
 */
export async function syncApps(request: AppsRequest, ports: AppWriterPorts, context: RunContext): Promise<AppsResult> {
  const run = new AppsRun(request, ports, context);
  await run.declare();
  return run.toEnd();
}

class AppsRun {
  readonly #request: AppsRequest;
  readonly #ports: AppWriterPorts;
  readonly #context: RunContext;
  readonly #set = new AppSet();
  readonly #sources: AppSources;
  readonly #lives = new Map<string, Promise<ControllerLife>>();
  readonly #results: AppResult[] = [];
  readonly #running = new Set<Promise<void>>();
  /** Apps whose dependencies outside of the run were not ready when they were looked at last, with the reason. */
  readonly #unready = new Map<AppEntry, string>();
  #waitingForChildren = 0;
  #wake: () => void = () => undefined;

  constructor(request: AppsRequest, ports: AppWriterPorts, context: RunContext) {
    this.#request = request;
    this.#ports = ports;
    this.#context = context;
    this.#sources = new AppSources(ports, context);
  }

  /** Takes in what was asked for, and writes declared sources where the cluster serves their kinds. */
  async declare(): Promise<void> {
    const { declared, named } = this.#request;
    const { apps, sources } = sortDeclared(declared);
    for (const source of sources) {
      this.#sources.declare(source);
      await this.#writeObject(source);
    }
    for (const manifest of apps) this.#add(manifest, "declared", undefined);
    for (const id of named) {
      const object = await this.#ports.cluster.get(id, this.#context);
      if (object === undefined)
        throw new GitOpsError("OBJECT_NOT_FOUND", `no ${id.kind} named ${id.name} in the namespace ${id.namespace}`, {
          hint: "gitops get -A lists all deliveries",
        });
      this.#add(manifestOfLive(object), "named", undefined);
    }
    this.#refuseCycle();
  }

  async toEnd(): Promise<AppsResult> {
    while (this.#set.all.some(({ state }) => state !== "done")) {
      this.#context.signal.throwIfAborted();
      await this.#startWhatCan();
      if (this.#running.size > 0) await Promise.race([...this.#running, this.#news(), this.#pause()]);
      else if (this.#set.all.some(({ state }) => state === "waiting")) this.#giveUp();
    }
    await Promise.all(this.#running);
    const failures = this.#results.flatMap(({ failures: own }) => own.filter((error) => error instanceof GitOpsError));
    const counts = this.#results.map((result) => result.counts).reduce(sum, NO_COUNTS);
    this.#context.emit({ type: "sync.finished", revision: this.#revision(), exitCode: exitStatusOf(failures), ...counts });
    return { apps: this.#results, counts, failures };
  }

  #revision(): string {
    const revisions = new Set(this.#results.map(({ revision }) => revision).filter((revision) => revision !== ""));
    const [only] = revisions;
    return revisions.size === 1 && only !== undefined ? only : "";
  }

  /** Resolves when an app came in whose turn it may be: its parent may be waiting for it. */
  #news(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  /** Wakes the loop now and then where a dependency outside of the run is waited for. */
  #pause(): Promise<void> {
    if (this.#unready.size === 0) return new Promise(() => undefined);
    return this.#ports.clock.sleep(LOOK_AGAIN_MS, this.#context.signal);
  }

  #add(manifest: Manifest, origin: AppEntry["origin"], parent: AppEntry | undefined): void {
    const dialect = dialectOf(manifest.id)?.dialect;
    if (dialect === undefined) return;
    const warn = (message: string): void => this.#context.emit({ type: "warning", message });
    this.#set.add(dialect.app(manifest, warn), origin, parent);
    this.#wake();
  }

  #refuseCycle(): void {
    const cycle = this.#set.cycle();
    if (cycle !== undefined) throw cycleError(cycle);
  }

  async #startWhatCan(): Promise<void> {
    this.#unready.clear();
    for (const entry of this.#set.all.filter(({ state }) => state === "waiting")) {
      if (this.#running.size - this.#waitingForChildren >= APPS_AT_ONCE) return;
      const blocker = this.#set.blocker(entry);
      if (blocker.type === "failed") {
        this.#end(entry, this.#unmet(notDelivered(blocker.dependency)));
        continue;
      }
      if (blocker.type === "pending") continue;
      if (blocker.type === "outside") {
        const reason = await this.#outsideReason(entry, blocker.dependencies);
        if (reason !== undefined) {
          this.#unready.set(entry, reason);
          this.#context.emit({ type: "app.waiting", id: entry.app.id, reason });
          continue;
        }
      }
      this.#start(entry);
    }
  }

  async #outsideReason({ app }: AppEntry, dependencies: Parameters<AppSet["blocker"]>[0]["app"]["dependsOn"]): Promise<string | undefined> {
    for (const dependency of dependencies) {
      const revision = this.#set.all.find(({ app: other, result }) => isSame(other.source, app.source) && result !== undefined)?.result
        ?.revision;
      const reason = await unreadyReason(dependency, app, revision, this.#ports.cluster, this.#context);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  /** Nothing runs that could make the rest ready. */
  #giveUp(): void {
    for (const entry of this.#set.all.filter(({ state }) => state === "waiting")) {
      const blocker = this.#set.blocker(entry);
      if (blocker.type === "pending") continue;
      const reason = blocker.type === "failed" ? notDelivered(blocker.dependency) : this.#unready.get(entry);
      this.#end(entry, this.#unmet(reason ?? "its dependencies are not ready"));
    }
  }

  #unmet(message: string): AppRunResult {
    const now = this.#ports.clock.now();
    const failure = new GitOpsError("DEPENDENCY_NOT_READY", message, { hint: "deliver it first, or in the same run" });
    return {
      revision: "",
      counts: NO_COUNTS,
      failures: [failure],
      outcome: {
        revision: "",
        failure: { stage: "dependency", message },
        isHealthChecked: false,
        inventory: undefined,
        digest: "",
        startedAt: now,
        endedAt: now,
      },
    };
  }

  #start(entry: AppEntry): void {
    entry.state = "running";
    const task: Promise<void> = this.#run(entry).finally(() => this.#running.delete(task));
    this.#running.add(task);
  }

  async #run(entry: AppEntry): Promise<void> {
    const { app, origin } = entry;
    const context = this.#contextOf(app);
    try {
      if (origin !== "named" && app.isSuspended) return this.#skip(entry, "suspended");
      const run = { ports: this.#ports, options: this.#request.options, context };
      const live = await liveApp(app, run);
      const deliverer = await this.#delivererOf(entry, live, run);
      context.emit({ type: "app.started", id: app.id, by: deliverer.by });
      if (origin === "declared") await this.#writeObject(app.manifest);
      if (deliverer.by === "controller") return await this.#byController(entry);
      const onNested = (nested: readonly Manifest[]): void => this.#takeIn(nested, entry);
      const result = await runApp(app, { ...run, sources: this.#sources, onNested });
      const ended = await this.#withChildren(entry, result);
      await writeStatus(app.id, ended, run);
      this.#end(entry, ended);
    } catch (error) {
      if (!(error instanceof GitOpsError) || this.#context.signal.aborted) throw error;
      this.#end(entry, { ...this.#unmet(error.message), failures: [error] });
    }
  }

  /** A named app goes through its controller where one is alive; nested ones are their controller's as soon as they are applied. */
  async #delivererOf(
    { app, origin }: AppEntry,
    live: Parameters<typeof delivererOf>[1],
    run: Parameters<typeof delivererOf>[3],
  ): ReturnType<typeof delivererOf> {
    try {
      return await delivererOf(app, origin === "nested" ? undefined : live, this.#lives, run);
    } catch (error) {
      const isAsked = origin === "named" && !this.#request.options.takeover;
      if (!isAsked || !(error instanceof GitOpsError) || error.code !== "CONTROLLER_ALIVE") throw error;
      return { by: "controller", name: error.message };
    }
  }

  async #byController(entry: AppEntry): Promise<void> {
    const { app } = entry;
    const spoken = dialectOf(app.id);
    const object = await this.#ports.cluster.get(app.id, this.#context);
    if (spoken === undefined || object === undefined) return this.#skip(entry, "it is gone");
    const { wait, timeoutMs } = this.#request.options;
    const options = { withSource: true, wait, timeoutMs: timeoutMs ?? app.timeoutMs, skipsSuspended: false };
    const outcomes = await reconcileObjects([readObject(spoken, object)], options, this.#ports, this.#contextOf(app));
    const own = outcomes.find(({ id }) => isSame(id, app.id));
    const failures = outcomes.flatMap(({ error }) => (error === undefined ? [] : [error]));
    this.#settle(entry, {
      id: app.id,
      by: "controller",
      outcome: failures.length === 0 ? "ready" : "failed",
      revision: own?.view.revision ?? "",
      counts: NO_COUNTS,
      message: "",
      failures,
    });
  }

  #takeIn(nested: readonly Manifest[], parent: AppEntry): void {
    const { apps, sources } = sortDeclared(nested);
    for (const source of sources) this.#sources.declare(source);
    for (const manifest of apps) this.#add(manifest, "nested", parent);
    const cycle = this.#set.cycle();
    if (cycle === undefined) return;
    for (const entry of parent.children.filter(({ app }) => cycle.some((id) => isSame(id, app.id))))
      if (entry.state === "waiting") this.#end(entry, { ...this.#unmet("a circle of dependencies"), failures: [cycleError(cycle)] });
  }

  /** An app that waits for all it applies waits for the apps among them, too. */
  async #withChildren(entry: AppEntry, result: AppRunResult): Promise<AppRunResult> {
    if (entry.app.wait.type !== "all" || !this.#request.options.wait || result.failures.length > 0) return result;
    // Who only waits takes no place from those that are waited for.
    this.#waitingForChildren += 1;
    this.#wake();
    const results = await Promise.all(entry.children.map(({ done }) => done));
    this.#waitingForChildren -= 1;
    const failed = results.find(({ outcome }) => outcome === "failed");
    if (failed === undefined) return result;
    const message = `${failed.id.kind} ${failed.id.namespace}/${failed.id.name}, which it declares, is not ready`;
    const failure = new GitOpsError("UNHEALTHY", message, { hint: "see that app's own failure" });
    return { ...result, failures: [failure], outcome: { ...result.outcome, failure: { stage: "health", message } } };
  }

  /** The declared object itself, where the cluster serves its kind. */
  async #writeObject(manifest: Manifest): Promise<void> {
    const { cluster, objects } = this.#ports;
    if ((await cluster.discover(this.#context)).find(manifest.id) === undefined) return;
    const { status: _, ...object } = manifest.object;
    await objects.apply({ ...manifest, object }, { fieldManager: "gitops", signal: this.#context.signal });
  }

  #contextOf(app: App): RunContext {
    const { signal, emit } = this.#context;
    return { signal, emit: (event) => (event.type === "sync.finished" ? undefined : emit({ ...event, app: app.id })) };
  }

  #skip(entry: AppEntry, message: string): void {
    const { id } = entry.app;
    this.#settle(entry, { id, by: "gitops", outcome: "skipped", revision: "", counts: NO_COUNTS, message, failures: [] });
  }

  #end(entry: AppEntry, { revision, counts, failures }: AppRunResult): void {
    const outcome = failures.length === 0 ? "ready" : "failed";
    this.#settle(entry, { id: entry.app.id, by: "gitops", outcome, revision, counts, message: "", failures });
  }

  #settle(entry: AppEntry, result: AppResult): void {
    entry.state = "done";
    entry.result = result;
    this.#results.push(result);
    const { id, by, outcome, revision, failures } = result;
    const message = failures[0]?.message ?? result.message;
    this.#context.emit({ type: "app.finished", id, by, outcome, revision, message });
    entry.finish(result);
  }
}

function notDelivered({ id: { namespace, name } }: Dependency): string {
  return `the dependency ${namespace}/${name} was not delivered`;
}

function isSame(a: ResourceId, b: ResourceId): boolean {
  return resourceKey(a) === resourceKey(b);
}

function sum(a: SyncCounts, b: SyncCounts): SyncCounts {
  return {
    created: a.created + b.created,
    configured: a.configured + b.configured,
    unchanged: a.unchanged + b.unchanged,
    pruned: a.pruned + b.pruned,
    skipped: a.skipped + b.skipped,
    failed: a.failed + b.failed,
    writes: a.writes + b.writes,
  };
}
