import { DIALECT_KINDS } from "../../dialects/table.ts";
import { GitOpsError } from "../../model/errors.ts";
import { stringAt, type JsonObject } from "../../model/json.ts";
import { resourceKey, type ResourceId } from "../../model/resource-id.ts";
import { mapBounded } from "../bounded.ts";
import type { ReadObject } from "../read-objects.ts";
import type { FleetPorts, RunContext } from "../request.ts";
import { selectObjects } from "../select-objects.ts";
import { CLUSTER_LABEL, kubeconfigIn, secretId } from "./cluster-secret.ts";

/** A cluster that deliveries can be sent to. */
export interface ClusterStatus {
  /** The Secret with its kubeconfig. */
  readonly id: ResourceId;
  /** `host:port`; "" where the kubeconfig cannot be read. */
  readonly server: string;
  readonly isReachable: boolean;
  /** Of its API server; "" where it is not reachable. */
  readonly version: string;
  readonly latencyMs: number;
  /** Why it cannot be reached. */
  readonly error: GitOpsError | undefined;
  readonly usedBy: readonly ResourceId[];
}

const CLUSTERS_AT_ONCE = 16;

/**
 * The clusters of one namespace or of all: those that were added, and those that an app names. All are asked at the same time, and
 * one that does not answer holds up none.
 */
export async function listClusters(
  namespace: string | undefined,
  ports: FleetPorts,
  context: RunContext,
): Promise<readonly ClusterStatus[]> {
  const where = namespace === undefined ? {} : { namespace };
  const query = { group: "", kind: "Secret", labelSelector: `${CLUSTER_LABEL}=true`, ...where };
  const [secrets, apps] = await Promise.all([ports.cluster.list(query, context), remoteApps(namespace, ports, context)]);
  const known = new Map<string, { readonly id: ResourceId; readonly secret: JsonObject | undefined }>();
  for (const secret of secrets) {
    const id = secretId(stringAt(secret, "metadata", "namespace"), stringAt(secret, "metadata", "name"));
    known.set(resourceKey(id), { id, secret });
  }
  for (const app of apps) {
    const id = secretOf(app);
    if (!known.has(resourceKey(id))) known.set(resourceKey(id), { id, secret: undefined });
  }
  return mapBounded([...known.values()], CLUSTERS_AT_ONCE, async ({ id, secret }) => ({
    ...(await probe(id, secret, ports, context)),
    usedBy: apps.filter((app) => resourceKey(secretOf(app)) === resourceKey(id)).map(({ view }) => view.id),
  }));
}

/** Apps that deliver to another cluster by a Secret. */
export async function remoteApps(
  namespace: string | undefined,
  ports: Pick<FleetPorts, "cluster">,
  context: RunContext,
): Promise<readonly ReadObject[]> {
  const kinds = DIALECT_KINDS.filter(({ kind }) => kind.role === "app");
  const apps = await selectObjects(kinds, { namespace, labelSelector: "" }, ports, context);
  return apps.filter(({ view }) => view.clusterSecret !== "");
}

/** The Secret that an app's kubeconfig lies in. */
export function secretOf({ view }: ReadObject): ResourceId {
  return secretId(view.id.namespace, view.clusterSecret);
}

/** Whether a cluster answers to the kubeconfig in a Secret. Failures are data: they are in `error`. */
export async function probe(
  id: ResourceId,
  secret: JsonObject | undefined,
  ports: FleetPorts,
  context: RunContext,
): Promise<Omit<ClusterStatus, "usedBy">> {
  const { clock, remotes, cluster } = ports;
  let server = "";
  try {
    const text = kubeconfigIn(secret ?? (await cluster.get(id, context)) ?? {});
    if (text === undefined) throw noKubeconfig(id);
    const remote = await remotes.ofKubeconfig(text, `${id.namespace}/${id.name}`);
    ({ server } = remote);
    try {
      const started = clock.monotonic();
      const version = await remote.version(context);
      const latencyMs = clock.monotonic() - started;
      // Anybody may ask for the version; only with credentials that count does the server say what it serves.
      await remote.cluster.discover(context);
      return { id, server, isReachable: true, version, latencyMs, error: undefined };
    } finally {
      remote.close();
    }
  } catch (error) {
    if (!(error instanceof GitOpsError) || context.signal.aborted) throw error;
    return { id, server, isReachable: false, version: "", latencyMs: 0, error };
  }
}

function noKubeconfig(id: ResourceId): GitOpsError {
  return new GitOpsError("INVALID_KUBECONFIG", `the Secret ${id.namespace}/${id.name} holds no kubeconfig under the key value`, {
    hint: `gitops cluster add ${id.name} -n ${id.namespace}`,
  });
}
