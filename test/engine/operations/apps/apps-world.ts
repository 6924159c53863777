import type { Artifact } from "../../../../src/engine/model/artifact.ts";
import type { Discovery, ServedKind } from "../../../../src/engine/model/discovery.ts";
import { GitOpsError } from "../../../../src/engine/model/errors.ts";
import type { EngineEvent } from "../../../../src/engine/model/event.ts";
import type { JsonObject } from "../../../../src/engine/model/json.ts";
import type { Manifest } from "../../../../src/engine/model/manifest.ts";
import { DEFAULT_POLICY } from "../../../../src/engine/model/delivery.ts";
import { groupOf, resourceKey, type ResourceId } from "../../../../src/engine/model/resource-id.ts";
import { DEFAULT_BUDGET } from "../../../../src/engine/build/build-options.ts";
import { syncApps } from "../../../../src/engine/operations/apps/sync-apps.ts";
import type { AppsOptions } from "../../../../src/engine/operations/apps/apps-request.ts";
import type { AppsResult } from "../../../../src/engine/operations/apps/apps-result.ts";
import type { AppWriterPorts } from "../../../../src/engine/operations/request.ts";
import type { Clock } from "../../../../src/engine/ports/clock.ts";
import { memoryTree } from "../../../support/memory-tree.ts";

const NAMESPACE = "apps";

/** A Kustomization that builds a folder of the one source. */
export function app(name: string, spec: JsonObject = {}): JsonObject {
  const base = { interval: "1h", path: name, prune: true, sourceRef: { kind: "GitRepository", name: "repo" } };
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name, namespace: NAMESPACE },
    spec: { ...base, ...spec },
  };
}

const SOURCE: JsonObject = {
  apiVersion: "source.toolkit.fluxcd.io/v1",
  kind: "GitRepository",
  metadata: { name: "repo", namespace: NAMESPACE },
  spec: { interval: "1h", url: "https://git.example/repo" },
};

function manifestOf(object: JsonObject): Manifest {
  const { apiVersion, kind, metadata } = object as unknown as { apiVersion: string; kind: string; metadata: { name: string } };
  return { id: { group: groupOf(apiVersion), kind, namespace: NAMESPACE, name: metadata.name }, apiVersion, object, origin: { file: "f" } };
}

/** What the apps of a run declare, by folder; every folder holds YAML files of objects. */
interface World {
  readonly declared: readonly JsonObject[];
  /** The apps that the build of each folder declares. */
  readonly nested?: Readonly<Record<string, readonly JsonObject[]>>;
  /** Kustomizations of the cluster; undefined where it does not serve the kind. */
  readonly live?: readonly JsonObject[];
  readonly options?: Partial<AppsOptions>;
  /** Called before a source is fetched. */
  readonly onFetch?: (signal: AbortSignal) => Promise<void>;
  readonly onStatus?: (id: ResourceId) => void;
  /** Called with how many leases are held, whenever that changes. */
  readonly onLease?: (held: number) => void;
  readonly signal?: AbortSignal;
}

/** What a run did. */
interface Ran extends AppsResult {
  readonly events: readonly EngineEvent[];
  /** Status of each app as it was written last, by its name. */
  readonly statuses: ReadonlyMap<string, JsonObject>;
  /** Names of objects whose spec was written, in order. */
  readonly written: readonly string[];
  outcomes(): Readonly<Record<string, string>>;
}

/** Time passes for nobody: a wait ends when it is cancelled. */
const stillClock: Clock = {
  now: () => 0,
  monotonic: () => 0,
  sleep: (_, signal) =>
    new Promise((_resolve, reject) => {
      if (signal?.aborted === true) reject(signal.reason);
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    }),
};

/** Runs apps on a cluster that holds nothing else, so that what decides is their order and their failures. */
export async function runApps(world: World): Promise<Ran> {
  const events: EngineEvent[] = [];
  const statuses = new Map<string, JsonObject>();
  const written: string[] = [];
  let held = 0;
  const live = new Map((world.live ?? []).map((object) => [resourceKey(manifestOf(object).id), object]));
  const cluster = {
    discover: () => Promise.resolve(discovery(world.live !== undefined)),
    get: (id: ResourceId) => Promise.resolve(id.kind === "Namespace" ? { metadata: { uid: "u" } } : live.get(resourceKey(id))),
    list: () => Promise.resolve([]),
    openApi: () => Promise.resolve(undefined),
  };
  const hold = (change: number): void => world.onLease?.((held += change));
  const lease = { lost: new AbortController().signal, release: () => Promise.resolve(hold(-1)) };
  const ports = {
    cluster,
    clock: stillClock,
    fetcher: { fetch: (_: unknown, { signal }: { signal: AbortSignal }) => fetched(world, signal) },
    destinations: { own: () => Promise.resolve(cluster) },
    bindings: {},
    deliveries: {
      ownerMark: () => ({ text: "", of: () => ({ labels: {}, annotations: {} }) }),
      read: () => Promise.resolve(undefined),
      begin: () => Promise.resolve(lease).finally(() => hold(1)),
    },
    objects: {
      record: () => Promise.resolve(),
      apply: (manifest: Manifest) => Promise.resolve(written.push(manifest.id.name)).then(() => manifest.object),
      patchStatus: (id: ResourceId, { status }: { status: JsonObject }) => {
        world.onStatus?.(id);
        statuses.set(id.name, status);
        return Promise.resolve({});
      },
    },
  } as unknown as AppWriterPorts;
  const { allowEmpty, allowMassPrune, confirmPrune, createNamespace, forceConflicts } = DEFAULT_POLICY;
  const options: AppsOptions = {
    build: { budget: DEFAULT_BUDGET, loadRestrictor: "LoadRestrictionsNone", strict: false },
    policy: { allowEmpty, allowMassPrune, confirmPrune, createNamespace, forceConflicts, preflight: false },
    wait: true,
    timeoutMs: undefined,
    takeover: false,
    crossNamespace: true,
    strictVariables: true,
    expectCluster: undefined,
    instead: undefined,
    ...world.options,
  };
  const context = { signal: world.signal ?? new AbortController().signal, emit: (event: EngineEvent) => void events.push(event) };
  const request = { declared: [SOURCE, ...world.declared].map(manifestOf), named: [], options };
  const result = await syncApps(request, ports, context);
  const outcomes = (): Record<string, string> => Object.fromEntries(result.apps.map(({ id, outcome }) => [id.name, outcome]));
  return { ...result, events, statuses, written, outcomes };
}

async function fetched({ nested = {}, declared, onFetch }: World, signal: AbortSignal): Promise<Artifact> {
  await onFetch?.(signal);
  if (signal.aborted) throw new GitOpsError("SOURCE_UNREACHABLE", "cut off");
  const folders = new Set([...declared, ...Object.values(nested).flat()].map((object) => manifestOf(object).id.name));
  const files: Record<string, string> = {};
  for (const folder of folders) {
    const objects = nested[folder] ?? [];
    files[`${folder}/kustomization.yaml`] = `resources: [${objects.map((_, index) => `${String(index)}.yaml`).join(", ")}]`;
    objects.forEach((object, index) => (files[`${folder}/${String(index)}.yaml`] = JSON.stringify(object)));
  }
  const source = { type: "git", url: "https://git.example/repo", ref: { type: "default" }, path: "" } as const;
  return { source, revision: "main@sha1:abc", tree: memoryTree(files), path: "" };
}

function discovery(servesApps: boolean): Discovery {
  const kind: ServedKind = {
    group: "kustomize.toolkit.fluxcd.io",
    kind: "Kustomization",
    version: "v1",
    versions: ["v1"],
    plural: "kustomizations",
    singular: "kustomization",
    shortNames: [],
    namespaced: true,
    verbs: ["get", "list"],
  };
  const find: Discovery["find"] = (id) => (servesApps && id.kind === kind.kind ? kind : undefined);
  return { kinds: servesApps ? [kind] : [], unavailableGroups: new Set(), find };
}
