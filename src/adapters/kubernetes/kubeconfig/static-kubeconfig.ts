import { GitOpsError } from "../../../engine/model/errors.ts";
import type { JsonObject } from "../../../engine/model/json.ts";
import type { AccountCredentials } from "../../../engine/ports/remote-clusters.ts";
import { printYaml } from "../../../engine/yaml/print.ts";
import type { ClusterAccess } from "../access.ts";
import { readMaterial } from "../transport/dialer.ts";

/**
 * A kubeconfig whose every field is data: what a controller can use that has neither the person's programs nor their files.
 * @throws KUBECONFIG_FORBIDDEN
 */
export async function staticKubeconfig(access: ClusterAccess, account: AccountCredentials | undefined): Promise<string> {
  const { server, tlsServerName, proxyUrl, insecureSkipTlsVerify, contextName } = access;
  if (server.protocol === "http:") throw forbidden(contextName, "speaks without encryption (http)", "use the https address of the server");
  if (insecureSkipTlsVerify)
    throw forbidden(
      contextName,
      "does not check the server's certificate",
      "put its authority into the context: certificate-authority-data",
    );
  const authority =
    access.certificateAuthority === undefined
      ? (account?.authority ?? "")
      : await readMaterial(access.certificateAuthority, "certificate-authority");
  const cluster = {
    server: server.href.replace(/\/$/, ""),
    ...(authority === "" ? {} : { "certificate-authority-data": base64(authority) }),
    ...(tlsServerName === undefined ? {} : { "tls-server-name": tlsServerName }),
    ...(proxyUrl === undefined ? {} : { "proxy-url": proxyUrl }),
  };
  return printYaml({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "cluster",
    clusters: [{ name: "cluster", cluster }],
    contexts: [{ name: "cluster", context: { cluster: "cluster", user: "user" } }],
    users: [{ name: "user", user: account === undefined ? await staticUser(access) : { token: account.token } }],
  });
}

async function staticUser({ bearer, clientCertificate, impersonate, contextName }: ClusterAccess): Promise<JsonObject> {
  const hint = "give --service-account NAMESPACE/NAME: a token of such an account is made on that cluster and used";
  if (bearer.type === "exec") throw forbidden(contextName, "gets its credentials from a program (exec)", hint);
  if (bearer.type === "tokenFile") throw forbidden(contextName, "reads its token from a file that changes (tokenFile)", hint);
  if (impersonate !== undefined) throw forbidden(contextName, "acts as another user", hint);
  const certificate =
    clientCertificate === undefined
      ? {}
      : {
          "client-certificate-data": base64(await readMaterial(clientCertificate.certificate, "client-certificate")),
          "client-key-data": base64(await readMaterial(clientCertificate.key, "client-key")),
        };
  if (bearer.type === "token") return { ...certificate, token: bearer.token };
  if (bearer.type === "basic") return { ...certificate, username: bearer.username, password: bearer.password };
  if (clientCertificate === undefined) throw forbidden(contextName, "has no credentials at all", hint);
  return certificate;
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

function forbidden(context: string, reason: string, hint: string): GitOpsError {
  return new GitOpsError("KUBECONFIG_FORBIDDEN", `the context ${context} ${reason}: no controller could use it`, {
    hint,
    data: { context },
  });
}
