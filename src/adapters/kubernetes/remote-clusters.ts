import type { RemoteCluster, RemoteClusters } from "../../engine/ports/remote-clusters.ts";
import { connectCluster, findAccess, type ClusterConnectionOptions, type KubernetesCluster } from "./connect.ts";
import { staticKubeconfig } from "./kubeconfig/static-kubeconfig.ts";

/** Enough for a cluster that is there; one that is not must not hold up a list. */
const PROBE_LIMITS = { connectMs: 3_000, headersMs: 5_000, callMs: 5_000, attempts: 2, hopelessAttempts: 1 };

/** Reaches other clusters as this person, or by kubeconfigs alone. `options` are those of the connection at hand, without its flags. */
export function createRemoteClusters(
  options: Pick<ClusterConnectionOptions, "kubeconfig" | "environment" | "clock" | "emit" | "interactive" | "userAgent">,
): RemoteClusters {
  return {
    ofContext: async (context) => remote(await connectCluster({ ...options, context })),
    ofKubeconfig: async (text, name) => {
      const { kubeconfig: _own, ...others } = options;
      return remote(await connectCluster({ ...others, untrustedKubeconfig: { text, name }, limits: PROBE_LIMITS }));
    },
    kubeconfigOf: async (context, account) => staticKubeconfig(await findAccess({ ...options, context }), account),
  };
}

function remote(connected: KubernetesCluster): RemoteCluster {
  const { objects, serverHost: server } = connected;
  return { cluster: connected, objects, server, version: ({ signal }) => connected.version(signal), close: () => connected.close() };
}
