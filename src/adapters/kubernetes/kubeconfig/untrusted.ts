import { GitOpsError } from "../../../engine/model/errors.ts";
import type { ClusterEntry, Kubeconfig, UserEntry } from "./document.ts";

/**
 * Refuses what a kubeconfig out of a Secret or a repository must not make this program do: run programs, read files of
 * this machine, or speak to a server that proves nothing. Every entry counts, not only the current one.
 * Throws KUBECONFIG_FORBIDDEN.
 */
export function refuseUntrusted(config: Kubeconfig, name: string): void {
  for (const [user, entry] of config.users) refuse(name, `user ${user}`, forbiddenInUser(entry));
  for (const [cluster, entry] of config.clusters) refuse(name, `cluster ${cluster}`, forbiddenInCluster(entry));
}

function forbiddenInUser(user: UserEntry): string | undefined {
  if (user.exec !== undefined) return "runs a program (exec)";
  if (user.authProvider !== undefined) return "uses an auth-provider";
  if (user.tokenFile !== undefined) return "reads a file (tokenFile)";
  if (user.clientCertificate?.type === "file") return "reads a file (client-certificate)";
  return user.clientKey?.type === "file" ? "reads a file (client-key)" : undefined;
}

function forbiddenInCluster(cluster: ClusterEntry): string | undefined {
  if (cluster.certificateAuthority?.type === "file") return "reads a file (certificate-authority)";
  if (cluster.insecureSkipTlsVerify) return "does not check the server's certificate (insecure-skip-tls-verify)";
  return /^http:/i.test(cluster.server) ? "speaks without encryption (http)" : undefined;
}

function refuse(name: string, entry: string, reason: string | undefined): void {
  if (reason === undefined) return;
  throw new GitOpsError("KUBECONFIG_FORBIDDEN", `kubeconfig ${name}: ${entry} ${reason}`, {
    hint: "put the data itself into the kubeconfig: certificate-authority-data, client-certificate-data, client-key-data, token",
    data: { path: name },
  });
}
