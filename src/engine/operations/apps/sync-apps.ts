import { dialectOf } from "../../dialects/table.ts";
import type { App, Dependency } from "../../model/app.ts";
import { GitOpsError } from "../../model/errors.ts";
import { NO_COUNTS } from "../../model/event.ts";
import type { JsonObject } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";
import { resourceKey, type ResourceId } from "../../model/resource-id.ts";
import type { ControllerLife } from "../controller-life.ts";
import { checkExpectedCluster } from "../cluster-identity.ts";
import { exitStatusOf } from "../deciding-failure.ts";
import type { AppWriterPorts, RunContext } from "../request.ts";
import { AppSet, cycleError, type AppEntry } from "./app-set.ts";
import { AppSources } from "./app-sources.ts";
import type { AppResult, AppsRequest } from "./apps-request.ts";
import { interrupted, resultOf, revisionOf, type AppsResult } from "./apps-result.ts";
import { askController } from "./ask-controller.ts";
import { sortDeclared } from "./declared-objects.ts";
import { unreadyReason } from "./dependency.ts";
import { manifestOfLive } from "./live-manifest.ts";
import { mayTell, writeStatus } from "./app-status.ts";
import { delivererOf, isUntended } from "./deliverer.ts";
import { failureOf, liveApp, runApp, type AppRunResult } from "./run-app.ts";
import { writeApp, writeSource } from "./write-declared.ts";

/** So many apps are delivered at once. */
const APPS_AT_ONCE = 16;

/** How long to sleep where only an end or something new can change anything. */
const LOOK_SELDOM_MS = 60_000;

/** A dependency outside of the run is asked for this often while something else still runs that may make it ready. */
const LOOK_AGAIN_MS = 2_000;

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
  /** Apps that did their own work, with those that they wait for now. */
  readonly #parked = new Map<AppEntry, readonly AppEntry[]>();
  /** Of apps whose builds declare what is no valid app: the failure of one. */
  readonly #brokenChildren = new Map<AppEntry, AppResult>();
  /** What is no expected failure. */
  #bug: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(request: AppsRequest, ports: AppWriterPorts, context: RunContext) {
    this.#request = request;
    this.#ports = ports;
    this.#context = context;
    this.#sources = new AppSources(ports, context);
  }

  /** Takes in what was asked for, and writes declared sources where the cluster serves their kinds. */
  async declare(): Promise<void> {
    const { declared, named, options } = this.#request;
    await checkExpectedCluster(options.expectCluster, this.#ports.cluster, this.#context);
    const { apps, sources } = sortDeclared(declared);
    for (const source of sources) this.#sources.declare(source);
    for (const manifest of apps) this.#add(manifest, "declared", undefined);
    for (const id of named) {
      const object = await this.#ports.cluster.get(id, this.#context);
      if (object === undefined)
        throw new GitOpsError("OBJECT_NOT_FOUND", `no ${id.kind} named ${id.name} in the namespace ${id.namespace}`, {
          hint: "gitops get -A lists all deliveries",
        });
      this.#add(manifestOfLive(object), "named", undefined);
    }
    const cycle = this.#set.cycle();
    if (cycle !== undefined) throw cycleError(cycle);
    const around = { ports: this.#ports, context: this.#context };
    for (const source of sources) await writeSource(source, this.#lives, around);
  }

  async toEnd(): Promise<AppsResult> {
    while (this.#set.all.some(({ state }) => state !== "done") && !this.#isBroken()) {
      // Before apps are looked for: what comes in meanwhile must not be missed.
      const news = this.#news();
      await this.#startWhatCan();
      if (this.#working() > 0) await this.#change(news);
      else if (this.#set.all.some(({ state }) => state === "waiting")) this.#giveUp();
      else if (this.#running.size > 0) await this.#change(news);
    }
    while (this.#set.all.some(({ state }) => state !== "done") || this.#running.size > 0) {
      for (const entry of this.#set.all) if (entry.state === "waiting") this.#skip(entry, "the run ended before");
      // Whoever is under way writes down what is owned and gives its lease back, after Ctrl-C, too.
      await Promise.all(this.#running);
    }
    if (this.#bug !== undefined) throw this.#bug.error;
    const result = resultOf(this.#results, this.#context.signal.aborted);
    const { counts, failures } = result;
    this.#context.emit({ type: "sync.finished", revision: revisionOf(this.#results), exitCode: exitStatusOf(failures), ...counts });
    return result;
  }

  #isBroken(): boolean {
    return this.#context.signal.aborted || this.#bug !== undefined;
  }

  /** How many apps are at work: not those that wait for others of the run and take no place from them. */
  #working(): number {
    const parked = [...this.#parked.values()].filter((awaited) => awaited.some(({ state }) => state !== "done"));
    return this.#running.size - parked.length;
  }

  /** Resolves when an app came in whose turn it may be: its parent may be waiting for it. */
  #news(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  /** Resolves when something ended or came in, and now and then where a dependency outside of the run is waited for. */
  async #change(news: Promise<void>): Promise<void> {
    const stop = new AbortController();
    const signal = AbortSignal.any([this.#context.signal, stop.signal]);
    const pause = this.#ports.clock.sleep(this.#unready.size > 0 ? LOOK_AGAIN_MS : LOOK_SELDOM_MS, signal).catch(() => undefined);
    await Promise.race([...this.#running, news, pause]);
    stop.abort();
  }

  #add(manifest: Manifest, origin: AppEntry["origin"], parent: AppEntry | undefined): void {
    const dialect = dialectOf(manifest.id)?.dialect;
    if (dialect === undefined) return;
    const warn = (message: string): void => this.#context.emit({ type: "warning", message });
    const entry = this.#set.add(dialect.app(manifest, warn), origin, parent);
    if (entry !== undefined && this.#isBroken()) this.#skip(entry, "the run ended before");
    this.#wake();
  }

  async #startWhatCan(): Promise<void> {
    for (const entry of this.#set.all.filter(({ state }) => state === "waiting")) {
      if (this.#working() >= APPS_AT_ONCE || this.#isBroken()) return;
      const blocker = this.#set.blocker(entry);
      if (blocker.type === "pending") continue;
      if (blocker.type === "failed") {
        this.#refuse(entry, unmet(notDelivered(blocker.dependency)));
        continue;
      }
      try {
        const reason = blocker.type === "outside" ? await this.#outsideReason(entry, blocker.dependencies) : undefined;
        if (reason === undefined) this.#start(entry);
        else this.#wait(entry, reason);
      } catch (error) {
        if (!(error instanceof GitOpsError)) throw error;
        this.#refuse(entry, error);
      }
    }
  }

  #wait(entry: AppEntry, reason: string): void {
    if (this.#unready.get(entry) === reason) return;
    this.#unready.set(entry, reason);
    this.#context.emit({ type: "app.waiting", id: entry.app.id, reason });
  }

  async #outsideReason({ app }: AppEntry, dependencies: Parameters<AppSet["blocker"]>[0]["app"]["dependsOn"]): Promise<string | undefined> {
    for (const dependency of dependencies) {
      const sameSource = this.#set.all.filter(({ app: other }) => isSame(other.source, app.source));
      const revision = sameSource.map(({ result }) => result?.revision ?? "").find((one) => one !== "");
      const reason = await unreadyReason(dependency, app, revision, this.#ports.cluster, this.#context);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  /** Nothing runs that could make the rest ready. */
  #giveUp(): void {
    const waiting = this.#set.all.filter(({ state }) => state === "waiting");
    const unready = waiting.filter((entry) => this.#set.blocker(entry).type !== "pending");
    for (const entry of unready.length > 0 ? unready : waiting) {
      const blocker = this.#set.blocker(entry);
      const reason = blocker.type === "failed" ? notDelivered(blocker.dependency) : this.#unready.get(entry);
      this.#refuse(entry, unmet(reason ?? "its dependencies are not ready"));
    }
  }

  #start(entry: AppEntry): void {
    this.#unready.delete(entry);
    this.#launch(entry, () => this.#run(entry));
  }

  /** Ends an app that was not begun, and tells so in its status where no controller does. */
  #refuse(entry: AppEntry, failure: GitOpsError): void {
    this.#unready.delete(entry);
    const { app } = entry;
    this.#launch(entry, async () => {
      const around = { ports: this.#ports, context: this.#contextOf(app) };
      const ended = this.#failed(failure);
      const live = await liveApp(app, around);
      if (live !== undefined && (await isUntended(app.id, live, this.#lives, around))) await this.#tell(entry, ended);
      this.#end(entry, ended);
    });
  }

  /** Expected failures end the app, whatever threw them; a bug of ours ends the run, once the others have put things in order. */
  #launch(entry: AppEntry, work: () => Promise<void>): void {
    entry.state = "running";
    const task: Promise<void> = work()
      .catch((error: unknown) => {
        const failure = this.#context.signal.aborted ? interrupted() : error;
        if (!(failure instanceof GitOpsError)) this.#bug ??= { error };
        if (entry.state !== "done") this.#end(entry, this.#failed(failure));
      })
      .finally(() => this.#running.delete(task));
    this.#running.add(task);
  }

  #failed(failure: unknown): AppRunResult {
    const now = this.#ports.clock.now();
    const failures = failure instanceof GitOpsError ? [failure] : [];
    const outcome = { revision: "", isHealthChecked: false, inventory: undefined, digest: "", startedAt: now, endedAt: now };
    return { revision: "", counts: NO_COUNTS, failures, outcome: { ...outcome, failure: failureOf(failures, "apply") } };
  }

  async #run(entry: AppEntry): Promise<void> {
    const { app, origin } = entry;
    const context = this.#contextOf(app);
    if (origin !== "named" && app.isSuspended) return this.#skip(entry, "suspended");
    const run = { ports: this.#ports, options: this.#request.options, context };
    const live = await liveApp(app, run);
    // What its parent applies leaves a suspension that a person made in the cluster.
    if (origin === "nested" && isSuspended(app.id, live)) return this.#skip(entry, "suspended in the cluster");
    const deliverer = await this.#delivererOf(entry, live, run);
    context.emit({ type: "app.started", id: app.id, by: deliverer.by });
    if (origin === "declared") await writeApp(app.manifest, deliverer.by === "gitops" && deliverer.keepsSuspended, run);
    if (deliverer.by === "controller") {
      const asked = await askController(app, this.#request.options, run);
      return asked === undefined ? this.#skip(entry, "it is gone") : this.#settle(entry, asked);
    }
    const onNested = (nested: readonly Manifest[]): void => this.#takeIn(nested, entry);
    const isOfRun = (id: ResourceId): boolean => this.#set.find(id) !== undefined;
    const result = await this.#withAwaited(entry, await runApp(app, { ...run, sources: this.#sources, onNested, isOfRun }));
    this.#end(entry, await this.#tell(entry, result));
  }

  /** Writes the status. Where it cannot be written the delivery did not end well, but what went wrong before comes first. */
  async #tell(entry: AppEntry, result: AppRunResult): Promise<AppRunResult> {
    const { app } = entry;
    if (!mayTell(result.failures)) return result;
    try {
      await writeStatus(app.id, result, { ports: this.#ports, context: this.#contextOf(app) });
      return result;
    } catch (error) {
      if (!(error instanceof GitOpsError)) throw error;
      return { ...result, failures: [...result.failures, error] };
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

  #takeIn(nested: readonly Manifest[], parent: AppEntry): void {
    const { apps, sources } = sortDeclared(nested);
    for (const source of sources) this.#sources.declare(source);
    for (const manifest of apps) {
      try {
        this.#add(manifest, "nested", parent);
      } catch (error) {
        // Applied it is; that it cannot be delivered is its own failure, not that of the app around it.
        if (!(error instanceof GitOpsError)) throw error;
        this.#misdeclared(manifest.id, parent, error);
      }
    }
    const cycle = this.#set.cycle();
    if (cycle === undefined) return;
    for (const entry of parent.children.filter(({ app }) => cycle.some((id) => isSame(id, app.id))))
      if (entry.state === "waiting") this.#refuse(entry, cycleError(cycle));
  }

  #misdeclared(id: ResourceId, parent: AppEntry, failure: GitOpsError): void {
    const result: AppResult = { id, by: "gitops", outcome: "failed", revision: "", counts: NO_COUNTS, message: "", failures: [failure] };
    this.#brokenChildren.set(parent, result);
    this.#results.push(result);
    this.#context.emit({ type: "app.finished", id, by: "gitops", outcome: "failed", revision: "", message: failure.message });
  }

  /** An app that waits for all it applies waits for the apps among them, too; one with a list of its own for the apps on it. */
  async #withAwaited(entry: AppEntry, result: AppRunResult): Promise<AppRunResult> {
    const { wait } = entry.app;
    if (wait.type === "none" || !this.#request.options.wait || result.failures.length > 0) return result;
    const awaited = this.#set.awaitedBy(entry);
    this.#parked.set(entry, awaited);
    this.#wake();
    const results = await Promise.all(awaited.map(({ done }) => done));
    this.#parked.delete(entry);
    if (this.#context.signal.aborted) return this.#failedAfter(result, interrupted());
    const broken = wait.type === "all" ? this.#brokenChildren.get(entry) : undefined;
    const failed = results.find(({ outcome }) => outcome === "failed") ?? broken;
    if (failed === undefined) return result;
    const message = `${failed.id.kind} ${failed.id.namespace}/${failed.id.name}, which it waits for, is not ready`;
    return this.#failedAfter(result, new GitOpsError("UNHEALTHY", message, { hint: "see that app's own failure" }));
  }

  #failedAfter(result: AppRunResult, failure: GitOpsError): AppRunResult {
    const outcome = { ...result.outcome, endedAt: this.#ports.clock.now(), failure: failureOf([failure], "health") };
    return { ...result, failures: [failure], outcome };
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

function isSuspended(id: ResourceId, live: JsonObject | undefined): boolean {
  return live !== undefined && dialectOf(id)?.dialect.view(live).isSuspended === true;
}

function unmet(message: string): GitOpsError {
  return new GitOpsError("DEPENDENCY_NOT_READY", message, { hint: "deliver it first, or in the same run" });
}

function isSame(a: ResourceId, b: ResourceId): boolean {
  return resourceKey(a) === resourceKey(b);
}
