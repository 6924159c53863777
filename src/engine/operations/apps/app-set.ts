import type { App, Dependency } from "../../model/app.ts";
import { GitOpsError } from "../../model/errors.ts";
import { resourceKey, type ResourceId } from "../../model/resource-id.ts";
import type { AppResult } from "./apps-request.ts";

/** One app of a run. */
export interface AppEntry {
  readonly app: App;
  /** From files, from the build of another app, or found in the cluster by its name. */
  readonly origin: "declared" | "nested" | "named";
  /** The app whose build declares it. */
  readonly parent: AppEntry | undefined;
  readonly children: AppEntry[];
  state: "waiting" | "running" | "done";
  result: AppResult | undefined;
  /** Resolves with the result when the app is done, its children with it where it waits for them. */
  readonly done: Promise<AppResult>;
  readonly finish: (result: AppResult) => void;
}

/** What keeps an app from starting: another one of the run, one that must be looked for in the cluster, or nothing. */
export type Blocker =
  | { readonly type: "none" }
  | { readonly type: "pending"; readonly dependency: Dependency }
  | { readonly type: "failed"; readonly dependency: Dependency }
  | { readonly type: "outside"; readonly dependencies: readonly Dependency[] };

/** The apps of a run, and what each waits for. */
export class AppSet {
  readonly #entries = new Map<string, AppEntry>();

  get all(): readonly AppEntry[] {
    return [...this.#entries.values()];
  }

  find(id: ResourceId): AppEntry | undefined {
    return this.#entries.get(resourceKey(id));
  }

  /** Adds an app; one that is known already stays as it was, and undefined comes back. */
  add(app: App, origin: AppEntry["origin"], parent?: AppEntry): AppEntry | undefined {
    if (this.find(app.id) !== undefined) return undefined;
    let finish: AppEntry["finish"] = () => undefined;
    const done = new Promise<AppResult>((resolve) => (finish = resolve));
    const entry: AppEntry = { app, origin, parent, children: [], state: "waiting", result: undefined, done, finish };
    this.#entries.set(resourceKey(app.id), entry);
    parent?.children.push(entry);
    return entry;
  }

  /** What an app waits for now. An app inside the one that it depends on needs no more than to have been applied by it. */
  blocker(entry: AppEntry): Blocker {
    const outside: Dependency[] = [];
    for (const dependency of entry.app.dependsOn) {
      const other = this.find(dependency.id);
      if (other === undefined) outside.push(dependency);
      else if (other.result === undefined) return { type: "pending", dependency };
      else if (other.result.outcome === "failed") return { type: "failed", dependency };
      // What was passed over, such as a suspended one, may be ready all the same: the cluster says.
      else if (other.result.outcome === "skipped" || dependency.readyExpr !== "") outside.push(dependency);
    }
    return outside.length === 0 ? { type: "none" } : { type: "outside", dependencies: outside };
  }

  /** The apps of the run whose end the health of an app is waiting for: those inside it where it waits for all, else those it lists. */
  awaitedBy({ app, children }: AppEntry): readonly AppEntry[] {
    if (app.wait.type === "all") return children;
    if (app.wait.type === "none") return [];
    const listed = app.wait.objects.map((id) => this.find(id)).filter((other) => other !== undefined);
    return listed.filter((other) => other.app !== app);
  }

  /**
   * A circle of apps that wait for each other: by `dependsOn`, or because the health of one counts for another.
   * Begins and ends with the same app; undefined where there is none.
   */
  cycle(): readonly ResourceId[] | undefined {
    const settled = new Set<AppEntry>();
    const path: AppEntry[] = [];
    const visit = (entry: AppEntry): readonly ResourceId[] | undefined => {
      if (settled.has(entry)) return undefined;
      const at = path.indexOf(entry);
      if (at >= 0) return [...path.slice(at), entry].map(({ app }) => app.id);
      path.push(entry);
      for (const next of [...this.#dependenciesOf(entry), ...this.awaitedBy(entry)]) {
        const found = visit(next);
        if (found !== undefined) return found;
      }
      path.pop();
      settled.add(entry);
      return undefined;
    };
    for (const entry of this.all) {
      const found = visit(entry);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #dependenciesOf({ app }: AppEntry): readonly AppEntry[] {
    return app.dependsOn.map(({ id }) => this.find(id)).filter((other) => other !== undefined);
  }
}

/** The refusal of apps that wait for each other. */
export function cycleError(cycle: readonly ResourceId[]): GitOpsError {
  const names = cycle.map(({ namespace, name }) => `${namespace}/${name}`).join(" → ");
  return new GitOpsError("DEPENDENCY_CYCLE", `these wait for each other and would wait for ever: ${names}`, {
    hint: "take one of the dependsOn entries away",
    data: { objects: cycle.map(({ namespace, name }) => `${namespace}/${name}`) },
  });
}
