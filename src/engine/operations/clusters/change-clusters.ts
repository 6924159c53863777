import { GitOpsError } from "../../model/errors.ts";
import { formatPlacedId, resourceKey, type ResourceId } from "../../model/resource-id.ts";
import { ASKING_MANAGER } from "../ask/field-manager.ts";
import type { FleetPorts, RunContext } from "../request.ts";
import { accountToken, type AccountRequest } from "./account-token.ts";
import { clusterSecret, isClusterSecret, secretId } from "./cluster-secret.ts";
import { probe, remoteApps, secretOf, type ClusterStatus } from "./cluster-status.ts";

/** A cluster to add. */
export interface AddClusterRequest {
  readonly name: string;
  readonly namespace: string;
  /** Of the person's own kubeconfig. */
  readonly context: string;
  /** Whose token the kubeconfig carries; undefined for the context's own credentials. */
  readonly account: AccountRequest | undefined;
}

/**
 * Makes the Secret with a kubeconfig that `spec.kubeConfig.secretRef` can name, or renews the one that was made before. The kubeconfig
 * is tried first: one that does not work is never stored.
 * @throws OWNED_BY_ANOTHER for a Secret of that name that this program has not made, KUBECONFIG_FORBIDDEN, CONTEXT_NOT_FOUND, and what
 * the cluster that is added answers.
 */
export async function addCluster(request: AddClusterRequest, ports: FleetPorts, context: RunContext): Promise<ClusterStatus> {
  const { cluster, objects, remotes, clock } = ports;
  const id = secretId(request.namespace, request.name);
  const former = await cluster.get(id, context);
  if (former !== undefined && !isClusterSecret(former)) {
    throw new GitOpsError("OWNED_BY_ANOTHER", `there is another Secret ${formatPlacedId(id)}, which gitops has not made`, {
      hint: "choose another name",
      data: { object: formatPlacedId(id), namespace: id.namespace },
    });
  }
  const text = await remotes.kubeconfigOf(request.context, await credentialsOf(request, ports, context));
  const manifest = clusterSecret(id, text);
  const status = await probe(id, manifest.object, { ...ports, clock }, context);
  if (status.error !== undefined) throw status.error;
  await objects.apply(manifest, { fieldManager: ASKING_MANAGER, signal: context.signal });
  context.emit({ type: "object.applied", id, action: former === undefined ? "created" : "configured" });
  if (/^(localhost|127\.|\[::1\])/.test(status.server)) {
    context.emit({ type: "warning", id, message: `${status.server} is an address of this machine: controllers elsewhere do not reach it` });
  }
  return { ...status, usedBy: await usersOf(id, ports, context) };
}

async function credentialsOf({ account, context: name }: AddClusterRequest, { remotes, clock }: FleetPorts, context: RunContext) {
  if (account === undefined) return undefined;
  const remote = await remotes.ofContext(name);
  try {
    return await accountToken(account, remote, clock, context);
  } finally {
    remote.close();
  }
}

/**
 * Removes a cluster that was added. The cluster itself, and what was delivered to it, stay as they are.
 * @throws OBJECT_NOT_FOUND, PROTECTED_PRUNE where an app still delivers to it.
 */
export async function removeCluster(id: ResourceId, ports: FleetPorts, context: RunContext): Promise<void> {
  const secret = await ports.cluster.get(id, context);
  if (secret === undefined || !isClusterSecret(secret)) {
    const what = secret === undefined ? "no cluster" : "no cluster that gitops has added";
    throw new GitOpsError("OBJECT_NOT_FOUND", `${what} is named ${id.name} in the namespace ${id.namespace}`, {
      hint: "gitops cluster list shows them",
      data: { name: id.name, namespace: id.namespace },
    });
  }
  const users = await usersOf(id, ports, context);
  if (users.length > 0) {
    throw new GitOpsError("PROTECTED_PRUNE", `the cluster ${id.name} is in use by ${users.map(formatPlacedId).join(", ")}`, {
      hint: "delete these, or have them deliver elsewhere",
      data: { objects: users.map(formatPlacedId) },
    });
  }
  await ports.objects.delete(id, context);
}

async function usersOf(id: ResourceId, ports: FleetPorts, context: RunContext): Promise<readonly ResourceId[]> {
  const apps = await remoteApps(id.namespace, ports, context);
  return apps.filter((app) => resourceKey(secretOf(app)) === resourceKey(id)).map(({ view }) => view.id);
}
