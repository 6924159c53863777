import type { DeliveryRef } from "../../model/delivery.ts";
import type { ClusterReader } from "../../ports/cluster-reader.ts";
import type { ClusterBindings } from "../../ports/cluster-bindings.ts";
import { GitOpsError } from "../../model/errors.ts";
import { clusterIdentity } from "../cluster-identity.ts";
import type { RunContext } from "../request.ts";

/**
 * Stops a run of files that were delivered to another cluster before: apps of many clusters are called the same, their files are not.
 * @param paths of the files, absolute. @param expected uid of kube-system that was asked for; undefined where any will do.
 * @returns remembers the cluster; to be called when something was delivered.
 * @throws WRONG_CLUSTER
 */
export async function checkFilesCluster(
  paths: readonly string[],
  expected: string | undefined,
  ports: { readonly cluster: ClusterReader; readonly bindings: ClusterBindings },
  context: RunContext,
): Promise<() => Promise<void>> {
  const identity = await clusterIdentity(ports.cluster, context);
  if (identity === undefined) return () => Promise.resolve();
  for (const path of paths) {
    const known = await ports.bindings.read(keyOf(path));
    if (known === undefined || known === identity || expected === identity) continue;
    throw new GitOpsError("WRONG_CLUSTER", `${path} was last delivered to another cluster (${known}), this is ${identity}`, {
      hint: `choose the right context with --context, or say that this one is meant: --expect-cluster ${identity}`,
      data: { cluster: identity, expected: known },
    });
  }
  return async () => {
    for (const path of paths) await ports.bindings.write(keyOf(path), identity);
  };
}

function keyOf(path: string): DeliveryRef {
  return { dialect: "flux", namespace: "", name: path };
}
