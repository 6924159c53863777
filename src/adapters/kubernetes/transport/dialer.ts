import { readFile } from "node:fs/promises";
import { Agent as HttpAgent, type RequestOptions } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { createSecureContext, type SecureContext } from "node:tls";
import { GitOpsError } from "../../../engine/model/errors.ts";
import type { ClusterAccess, Material } from "../access.ts";
import type { ClientCertificate } from "../credentials/credentials.ts";
import { proxyFor } from "./proxy.ts";

/** Options that bring a request to the server over a kept connection. */
export interface Dialer {
  /** @param purpose watches hold their connection for minutes, so they never take one from the calls. */
  target(purpose: "call" | "watch", certificate: ClientCertificate | undefined): RequestOptions;
  close(): void;
}

/** Longer than any pause of a run, shorter than the 90 s after which API servers close an idle connection. */
const IDLE_CONNECTION_MS = 45_000;

/** Reads the CA and prepares connections; none is opened yet. Throws INVALID_KUBECONFIG. */
export async function createDialer(access: ClusterAccess, connections: number, environment: Readonly<Record<string, string | undefined>>): Promise<Dialer> {
  const { server } = access;
  const authority = access.certificateAuthority === undefined ? undefined : await readMaterial(access.certificateAuthority, "certificate-authority");
  const proxy = access.proxyUrl ?? proxyFor(server, environment);
  const agents = { call: await createAgent(server, proxy, connections), watch: await createAgent(server, proxy, Infinity) };
  const contexts = new Map<ClientCertificate | undefined, SecureContext>();

  function secureContext(certificate: ClientCertificate | undefined): SecureContext {
    let context = contexts.get(certificate);
    if (context === undefined) {
      context = buildContext(authority, certificate);
      // A new certificate replaces the old one for good; kept connections must not go on under the old name.
      if (contexts.size > 0) dropConnections();
      contexts.clear();
      contexts.set(certificate, context);
    }
    return context;
  }
  function dropConnections(): void {
    agents.call.destroy();
    agents.watch.destroy();
  }

  const base: RequestOptions = {
    protocol: server.protocol,
    hostname: server.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: server.port === "" ? (server.protocol === "http:" ? 80 : 443) : Number(server.port),
  };
  return {
    target(purpose, certificate) {
      const target = { ...base, agent: agents[purpose] };
      if (server.protocol === "http:") return target;
      return Object.assign(target, {
        secureContext: secureContext(certificate),
        rejectUnauthorized: !access.insecureSkipTlsVerify,
        ...(access.tlsServerName === undefined ? {} : { servername: access.tlsServerName }),
      });
    },
    close: dropConnections,
  };
}

/** The text of inline material, or of the file. Throws INVALID_KUBECONFIG, naming the file. */
export async function readMaterial(material: Material, field: string): Promise<string> {
  if (material.type === "inline") return material.text;
  try {
    return await readFile(material.path, "utf8");
  } catch (cause) {
    throw new GitOpsError("INVALID_KUBECONFIG", `${field}: ${material.path} can't be read`, {
      hint: "the kubeconfig names this file: put it back, or fetch the kubeconfig again",
      cause,
      data: { path: material.path },
    });
  }
}

async function createAgent(server: URL, proxy: string | undefined, maxSockets: number): Promise<HttpAgent> {
  const options = { keepAlive: true, keepAliveMsecs: 15_000, maxSockets, maxFreeSockets: 32, timeout: IDLE_CONNECTION_MS, noDelay: true };
  if (proxy === undefined) return server.protocol === "http:" ? new HttpAgent(options) : new HttpsAgent(options);
  if (/^socks(4|5)?[ah]?:/.test(proxy)) {
    const { SocksProxyAgent } = await import("socks-proxy-agent");
    return new SocksProxyAgent(proxy, options);
  }
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  return new HttpsProxyAgent(proxy, options);
}

function buildContext(authority: string | undefined, certificate: ClientCertificate | undefined): SecureContext {
  try {
    return createSecureContext({
      ...(authority === undefined ? {} : { ca: authority }),
      ...(certificate === undefined ? {} : { cert: certificate.certificate, key: certificate.key }),
    });
  } catch (cause) {
    throw new GitOpsError("INVALID_KUBECONFIG", "the certificate authority, client certificate or key can't be used as PEM", {
      hint: "fetch the kubeconfig again; certificate and key must belong together",
      cause,
    });
  }
}
