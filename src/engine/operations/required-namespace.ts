import { GitOpsError } from "../model/errors.ts";
import type { Manifest } from "../model/manifest.ts";
import type { ClusterReader } from "../ports/cluster-reader.ts";
import type { DeliveryRequest, RunContext } from "./request.ts";

/**
 * The delivery's namespace must exist, be in the build, or be allowed to be made: its record lives there.
 * @returns the namespaces that this run makes although the build has none.
 * @throws NAMESPACE_NOT_FOUND
 */
export async function checkNamespace(
  { ref, policy, app }: DeliveryRequest,
  desired: readonly Manifest[],
  cluster: ClusterReader,
  context: RunContext,
): Promise<readonly string[]> {
  // The record of an app lies beside the app, not on the other cluster that it delivers to.
  if (app?.app.destination.kubeConfig !== undefined) return [];
  if (desired.some(({ id }) => id.group === "" && id.kind === "Namespace" && id.name === ref.namespace)) return [];
  if (await mayExist(ref.namespace, cluster, context)) return [];
  if (policy.createNamespace) return [ref.namespace];
  throw new GitOpsError("NAMESPACE_NOT_FOUND", `the namespace ${ref.namespace} does not exist`, {
    hint: "make it with --create-namespace, put it into the repository, or choose another with -n",
    data: { namespace: ref.namespace },
  });
}

/** Who may not look at the namespace itself may still work in it: then the first write says whether it is there. */
async function mayExist(name: string, cluster: ClusterReader, context: RunContext): Promise<boolean> {
  try {
    return (await cluster.get({ group: "", kind: "Namespace", namespace: "", name }, context)) !== undefined;
  } catch (error) {
    if (error instanceof GitOpsError && error.code === "FORBIDDEN") return true;
    throw error;
  }
}
