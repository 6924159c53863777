import { dialectOf } from "../../dialects/table.ts";
import type { App } from "../../model/app.ts";
import type { Artifact } from "../../model/artifact.ts";
import type { DeliveryRef, SyncPolicy } from "../../model/delivery.ts";
import { GitOpsError } from "../../model/errors.ts";
import { formatResourceId, resourceKey, type ResourceId } from "../../model/resource-id.ts";
import type { ClusterBindings } from "../../ports/cluster-bindings.ts";
import type { ClusterReader } from "../../ports/cluster-reader.ts";
import { prepareSync } from "../prepare-sync.ts";
import type { AppReaderPorts, DeliveryRequest, Destinations, PreparedSync, ReaderPorts, RunContext } from "../request.ts";
import { withTop } from "./artifact-top.ts";
import type { AppSources } from "./app-sources.ts";
import type { AppsOptions } from "./apps-request.ts";
import { isPlayed } from "./declared-objects.ts";
import { readSecret, readVariables } from "./read-maps.ts";

/** The keys of a kubeconfig in a Secret, where the app names none (fluxcd/pkg/apis/meta, `KubeConfigReference`). */
const KUBECONFIG_KEYS = ["value", "value.yaml"];

/** The delivery that an app is. */
export function deliveryOf({ id }: App): DeliveryRef {
  return { dialect: dialectOf(id)?.dialect.name ?? "flux", namespace: id.namespace, name: id.name };
}

/**
 * Fetches, builds, compares and plans one app; changes nothing.
 * @throws what {@link prepareSync} throws, and OBJECT_NOT_FOUND, UNSUPPORTED_CONTENT, REFERENCE_FORBIDDEN, SUSPENDED.
 */
export async function prepareApp<Cluster extends ClusterReader>(
  app: App,
  sources: Pick<AppSources, "artifact">,
  ports: Omit<AppReaderPorts, "destinations"> & { readonly destinations: Destinations<Cluster> },
  options: AppsOptions,
  context: RunContext,
): Promise<{ readonly prepared: PreparedSync; readonly cluster: Cluster }> {
  refuseForeignReferences(app, options);
  const [variables, cluster] = await Promise.all([
    readVariables(app.build.substitution?.from ?? [], app.id.namespace, ports.cluster, context),
    openDestination(app, ports, context),
  ]);
  const request = requestOf(app, variables, options);
  const fetcher = { fetch: () => filesOf(app, sources, ports, options, context) };
  const { surroundings } = ports;
  const outside = surroundings === undefined ? {} : { surroundings };
  const reading: ReaderPorts = { ...outside, fetcher, cluster, deliveries: ports.deliveries, bindings: NO_BINDINGS, clock: ports.clock };
  return { prepared: await prepareSync(request, reading, context), cluster };
}

/** Apps of several clusters are often called the same: that a name was delivered elsewhere before says nothing. */
export const NO_BINDINGS: ClusterBindings = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  remove: () => Promise.resolve(),
};

/** What delivering an app asks of a build and of a plan. */
export function requestOf(app: App, variables: readonly Readonly<Record<string, string>>[], options: AppsOptions): DeliveryRequest {
  const policy: SyncPolicy = {
    ...options.policy,
    prune: app.prune,
    force: app.force,
    wait: options.wait && app.wait.type !== "none",
    timeoutMs: options.timeoutMs ?? app.timeoutMs,
  };
  const self = resourceKey(app.id);
  return {
    ref: deliveryOf(app),
    source: { type: "git", url: "", ref: { type: "default" }, path: app.build.path },
    override: {},
    policy,
    build: { ...options.build, loadRestrictor: "LoadRestrictionsNone" },
    expectCluster: app.destination.kubeConfig === undefined ? options.expectCluster : undefined,
    app: {
      app,
      variables,
      strictVariables: options.strictVariables,
      plays: (id) => isPlayed(id) && resourceKey(id) !== self,
      isOfRun: () => false,
    },
  };
}

/** The files to build: those of the source, or what was given in their place. */
async function filesOf(
  app: App,
  sources: Pick<AppSources, "artifact">,
  ports: Pick<AppReaderPorts, "fetcher">,
  { instead }: AppsOptions,
  context: RunContext,
): Promise<Artifact> {
  const isThis = instead !== undefined && resourceKey(instead.app) === resourceKey(app.id);
  if (isThis && "files" in instead) return withTop(await ports.fetcher.fetch(instead.files, context));
  const artifact = await sources.artifact(app.source, isThis && "ref" in instead ? instead.ref : "");
  return { ...artifact, path: app.build.path };
}

function refuseForeignReferences({ id, source, dependsOn }: App, { crossNamespace }: AppsOptions): void {
  if (crossNamespace) return;
  const foreign = [source, ...dependsOn.map((dependency) => dependency.id)].find(({ namespace }) => namespace !== id.namespace);
  if (foreign === undefined) return;
  throw new GitOpsError(
    "REFERENCE_FORBIDDEN",
    `${formatResourceId(id)} refers to ${formatResourceId(foreign)} of the namespace ${foreign.namespace}, and references across namespaces are off`,
    { hint: "move it into the same namespace, or leave --no-cross-namespace-refs out", data: { object: formatResourceId(id) } },
  );
}

/** The cluster that an app delivers to, as whom it says. Throws OBJECT_NOT_FOUND, INVALID_KUBECONFIG, KUBECONFIG_FORBIDDEN. */
export async function openDestination<Cluster extends ClusterReader>(
  { id, destination }: App,
  ports: { readonly cluster: ClusterReader; readonly destinations: Destinations<Cluster> },
  context: RunContext,
): Promise<Cluster> {
  const { kubeConfig, serviceAccount } = destination;
  const user = serviceAccount === "" ? "" : `system:serviceaccount:${id.namespace}:${serviceAccount}`;
  if (kubeConfig === undefined) return ports.destinations.own(user);
  const where: ResourceId = { group: "", kind: "Secret", namespace: id.namespace, name: kubeConfig.name };
  const secret = await readSecret(where, ports.cluster, context);
  const keys = kubeConfig.key === "" ? KUBECONFIG_KEYS : [kubeConfig.key];
  const text = keys.map((key) => secret.get(key)).find((value) => value !== undefined);
  if (text === undefined) {
    throw new GitOpsError("INVALID_KUBECONFIG", `the Secret ${id.namespace}/${kubeConfig.name} has no key ${keys.join(" or ")}`, {
      hint: "store the kubeconfig there, or name its key in spec.kubeConfig.secretRef.key",
      data: { object: formatResourceId(where), namespace: id.namespace },
    });
  }
  return ports.destinations.remote(new TextDecoder().decode(text), `Secret ${id.namespace}/${kubeConfig.name}`, user);
}
