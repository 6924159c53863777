import { readFile } from "node:fs/promises";
import { GitOpsError } from "../../../engine/model/errors.ts";
import type { ClusterAccess } from "../access.ts";

const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The access of a Pod's own ServiceAccount, or undefined outside of a cluster.
 * @param folder where the token, the CA and the namespace are mounted.
 */
export async function inClusterAccess(
  environment: Readonly<Record<string, string | undefined>>,
  folder = FOLDER,
): Promise<ClusterAccess | undefined> {
  const host = environment["KUBERNETES_SERVICE_HOST"];
  if (host === undefined || host === "") return undefined;
  const port = environment["KUBERNETES_SERVICE_PORT"] || "443";
  const address = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (!URL.canParse(address)) {
    throw new GitOpsError("INVALID_KUBECONFIG", "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT make no address", {
      hint: "unset them outside of a cluster",
    });
  }
  return {
    contextName: "",
    namespace: await podNamespace(folder),
    server: new URL(address),
    certificateAuthority: { type: "file", path: `${folder}/ca.crt` },
    insecureSkipTlsVerify: false,
    tlsServerName: undefined,
    proxyUrl: undefined,
    disableCompression: false,
    clientCertificate: undefined,
    bearer: { type: "tokenFile", path: `${folder}/token` },
    impersonate: undefined,
    warnings: [],
  };
}

async function podNamespace(folder: string): Promise<string> {
  try {
    return (await readFile(`${folder}/namespace`, "utf8")).trim() || "default";
  } catch {
    // Some runtimes mount the token alone; client-go falls back in the same way.
    return "default";
  }
}
