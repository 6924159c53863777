import { GitOpsError } from "../model/errors.ts";
import { stringAt } from "../model/json.ts";
import type { ClusterReader } from "../ports/cluster-reader.ts";
import type { StoredDelivery } from "../ports/delivery-store.ts";
import type { DeliveryRequest, ReaderPorts, RunContext } from "./request.ts";

/** The cluster's identity: the uid of the Namespace kube-system, which lives as long as the cluster does. */
export async function clusterIdentity(cluster: ClusterReader, context: RunContext): Promise<string> {
  const namespace = await cluster.get({ group: "", kind: "Namespace", namespace: "", name: "kube-system" }, context);
  return stringAt(namespace, "metadata", "uid");
}

/**
 * Stops a run that meets another cluster than the delivery knows: the wrong cluster has no inventory that could warn.
 * @throws WRONG_CLUSTER
 */
export async function checkCluster(request: DeliveryRequest, identity: string, stored: StoredDelivery | undefined, ports: ReaderPorts): Promise<void> {
  const { expectCluster, ref } = request;
  if (expectCluster !== undefined) {
    if (expectCluster === identity) return;
    throw new GitOpsError("WRONG_CLUSTER", `this is the cluster ${identity}, not the expected ${expectCluster}`, {
      hint: "choose the right context with --context",
      data: { cluster: identity, expected: expectCluster },
    });
  }
  const known = stored?.inventory.cluster ?? (await ports.bindings.read(ref));
  if (known === undefined || known === identity) return;
  throw new GitOpsError("WRONG_CLUSTER", `the delivery ${ref.name} was last synced to another cluster (${known}), this is ${identity}`, {
    hint: `choose the right context with --context, or say that this one is meant: --expect-cluster ${identity}`,
    data: { cluster: identity, expected: known },
  });
}
