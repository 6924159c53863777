import { dialectOf } from "../dialects/table.ts";
import type { App } from "../model/app.ts";
import { GitOpsError } from "../model/errors.ts";
import type { Manifest } from "../model/manifest.ts";
import { resourceKey, type ResourceId } from "../model/resource-id.ts";
import { AppSources } from "./apps/app-sources.ts";
import type { AppsRequest } from "./apps/apps-request.ts";
import { sortDeclared } from "./apps/declared-objects.ts";
import { manifestOfLive } from "./apps/live-manifest.ts";
import { prepareApp } from "./apps/prepare-app.ts";
import { mapBounded } from "./bounded.ts";
import type { AppReaderPorts, PreparedSync, RunContext } from "./request.ts";

/** What a delivery of one app would change, or why nobody can tell. */
export interface AppDiff {
  readonly id: ResourceId;
  readonly prepared: PreparedSync | undefined;
  readonly failure: GitOpsError | undefined;
}

const APPS_AT_ONCE = 4;

/**
 * What a run would change, app by app: those of files with the apps that their builds declare, a named one alone. Changes nothing.
 *
 * @throws INVALID_MANIFEST for what is declared, OBJECT_NOT_FOUND for a named app; the signal's reason.
 */
export async function diffApps(request: AppsRequest, ports: AppReaderPorts, context: RunContext): Promise<readonly AppDiff[]> {
  const sources = new AppSources(ports, context);
  const seen = new Set<string>();
  const diffs: AppDiff[] = [];
  const takeIn = (manifests: readonly Manifest[]): readonly App[] => {
    const declared = sortDeclared(manifests);
    for (const source of declared.sources) sources.declare(source);
    return declared.apps.flatMap((manifest) => {
      const key = resourceKey(manifest.id);
      if (seen.has(key)) return [];
      seen.add(key);
      return appOf(manifest, context);
    });
  };
  const named = await Promise.all(request.named.map((id) => readNamed(id, ports, context)));
  let next: readonly App[] = takeIn([...request.declared, ...named]);
  while (next.length > 0) {
    const found = await mapBounded(next, APPS_AT_ONCE, (app) => diffOf(app, { sources, request, ports, context }));
    diffs.push(...found);
    next = request.named.length > 0 ? [] : takeIn(found.flatMap(({ prepared }) => prepared?.nested ?? []));
  }
  return diffs;
}

interface Surroundings {
  readonly sources: AppSources;
  readonly request: AppsRequest;
  readonly ports: AppReaderPorts;
  readonly context: RunContext;
}

async function diffOf(app: App, { sources, request, ports, context }: Surroundings): Promise<AppDiff> {
  const own = { ...context, emit: (event: Parameters<RunContext["emit"]>[0]) => context.emit({ ...event, app: app.id }) };
  try {
    const { prepared } = await prepareApp(app, sources, ports, request.options, own);
    return { id: app.id, prepared, failure: undefined };
  } catch (error) {
    if (!(error instanceof GitOpsError) || context.signal.aborted) throw error;
    return { id: app.id, prepared: undefined, failure: error };
  }
}

function appOf(manifest: Manifest, context: RunContext): readonly App[] {
  const dialect = dialectOf(manifest.id)?.dialect;
  return dialect === undefined ? [] : [dialect.app(manifest, (message) => context.emit({ type: "warning", message }))];
}

async function readNamed(id: ResourceId, { cluster }: AppReaderPorts, context: RunContext): Promise<Manifest> {
  const object = await cluster.get(id, context);
  if (object !== undefined) return manifestOfLive(object);
  throw new GitOpsError("OBJECT_NOT_FOUND", `no ${id.kind} named ${id.name} in the namespace ${id.namespace}`, {
    hint: "gitops get -A lists all deliveries",
  });
}
