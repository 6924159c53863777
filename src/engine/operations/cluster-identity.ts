import { GitOpsError } from "../model/errors.ts";
import { stringAt } from "../model/json.ts";
import type { ClusterReader } from "../ports/cluster-reader.ts";
import type { StoredDelivery } from "../ports/delivery-store.ts";
import type { DeliveryRequest, ReaderPorts, RunContext } from "./request.ts";

/**
 * The cluster's identity: the uid of the Namespace kube-system, which lives as long as the cluster does.
 * @returns undefined for a user who may not read it: many may work in their own namespace only.
 */
export async function clusterIdentity(cluster: ClusterReader, context: RunContext): Promise<string | undefined> {
  try {
    const namespace = await cluster.get({ group: "", kind: "Namespace", namespace: "", name: "kube-system" }, context);
    return stringAt(namespace, "metadata", "uid");
  } catch (error) {
    if (error instanceof GitOpsError && error.code === "FORBIDDEN") return undefined;
    throw error;
  }
}

/**
 * Stops what was told which cluster to expect, and meets another.
 * @param expected uid of kube-system; undefined where any will do.
 * @throws WRONG_CLUSTER
 */
export async function checkExpectedCluster(expected: string | undefined, cluster: ClusterReader, context: RunContext): Promise<void> {
  if (expected === undefined) return;
  const identity = await clusterIdentity(cluster, context);
  if (expected !== identity)
    throw wrongCluster(`this is the cluster ${identity ?? "(unknown)"}, not the expected ${expected}`, identity, expected);
}

/**
 * Stops a run that meets another cluster than the delivery knows: the wrong cluster has no inventory that could warn.
 * Where the identity may not be read, a record that is there proves the cluster well enough, since another one would not have it.
 * @returns the identity to record; "" where it can't be known yet.
 * @throws WRONG_CLUSTER
 */
export async function checkCluster(
  { expectCluster, ref }: DeliveryRequest,
  identity: string | undefined,
  stored: StoredDelivery | undefined,
  ports: Pick<ReaderPorts, "bindings">,
): Promise<string> {
  if (expectCluster !== undefined && expectCluster !== identity)
    throw wrongCluster(`this is the cluster ${identity ?? "(unknown)"}, not the expected ${expectCluster}`, identity, expectCluster);
  if (expectCluster !== undefined) return expectCluster;
  const recorded = stored?.inventory.cluster;
  if (identity === undefined && recorded !== undefined) return recorded;
  const known = recorded || (await ports.bindings.read(ref)) || undefined;
  if (known === undefined || known === identity) return identity ?? "";
  throw wrongCluster(
    `the delivery ${ref.name} was last synced to another cluster (${known}), this is ${identity ?? "not known to be it"}`,
    identity,
    known,
  );
}

function wrongCluster(message: string, identity: string | undefined, expected: string): GitOpsError {
  const hint =
    identity === undefined
      ? "let this user get the Namespace kube-system, whose uid tells clusters apart"
      : `choose the right context with --context, or say that this one is meant: --expect-cluster ${identity}`;
  return new GitOpsError("WRONG_CLUSTER", message, { hint, data: { ...(identity === undefined ? {} : { cluster: identity }), expected } });
}
