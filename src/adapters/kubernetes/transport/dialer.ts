import { readFile } from "node:fs/promises";
import type { Agent as HttpAgent, ClientRequest, RequestOptions } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { checkServerIdentity, createSecureContext, type PeerCertificate, type SecureContext } from "node:tls";
import { GitOpsError } from "../../../engine/model/errors.ts";
import type { ClientCertificate, ClusterAccess, Material } from "../access.ts";
import { plainHttp } from "./plain-http.ts";
import { hostOf, proxyFor } from "./proxy.ts";

/** Options that bring a request to the server over a kept connection. */
export interface Dialer {
  /** @param purpose watches hold their connection for minutes, so they never take one from the calls. */
  target(purpose: "call" | "watch", identity: ClientCertificate | undefined): RequestOptions;
  close(): void;
}

/** Longer than any pause of a run, shorter than the 90 s after which API servers close an idle connection. */
const IDLE_CONNECTION_MS = 45_000;

type IdentityCheck = (host: string, certificate: PeerCertificate) => Error | undefined;

/** Reads the CA and prepares connections; none is opened yet. Throws INVALID_KUBECONFIG. */
export async function createDialer(
  access: ClusterAccess,
  connections: number,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Dialer> {
  const { server } = access;
  const authority =
    access.certificateAuthority === undefined ? undefined : await readMaterial(access.certificateAuthority, "certificate-authority");
  const proxy = access.proxyUrl ?? proxyFor(server, environment);
  const createAgent = await agentFactory(server, proxy, access.tlsServerName ?? hostOf(server));
  const opened: HttpAgent[] = [];
  let current = openAgents();
  let context: { readonly identity: ClientCertificate | undefined; readonly secure: SecureContext } | undefined;

  function openAgents(): Readonly<Record<"call" | "watch", HttpAgent>> {
    const agents = { call: createAgent(connections), watch: createAgent(Infinity) };
    opened.push(agents.call, agents.watch);
    return agents;
  }
  function secureContext(identity: ClientCertificate | undefined): SecureContext {
    if (context !== undefined && context.identity === identity) return context.secure;
    // Kept connections must not go on under the old name; calls under way end on theirs, which then closes for its age.
    if (context !== undefined) current = openAgents();
    context = { identity, secure: buildContext(authority, identity) };
    return context.secure;
  }

  const base: RequestOptions = {
    protocol: server.protocol,
    hostname: hostOf(server),
    port: server.port === "" ? (server.protocol === "http:" ? 80 : 443) : Number(server.port),
  };
  return {
    target(purpose, identity) {
      if (server.protocol === "http:") return { ...base, agent: current[purpose] };
      const secure = secureContext(identity);
      return Object.assign(
        { ...base, agent: current[purpose] },
        {
          secureContext: secure,
          rejectUnauthorized: !access.insecureSkipTlsVerify,
          ...(access.tlsServerName === undefined ? {} : { servername: access.tlsServerName }),
        },
      );
    },
    close() {
      for (const agent of opened) agent.destroy();
    },
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

async function agentFactory(server: URL, proxy: string | undefined, serverName: string): Promise<(maxSockets: number) => HttpAgent> {
  // Behind a proxy Node forgets an IP address, and would check the certificate for "localhost".
  // The check belongs to the agent: given with each request, it would keep connections from being used again.
  const identity: IdentityCheck = (_host, certificate) => checkServerIdentity(serverName, certificate);
  const kept = { keepAlive: true, keepAliveMsecs: 15_000, maxFreeSockets: 32, timeout: IDLE_CONNECTION_MS, noDelay: true };
  const options = (maxSockets: number) => ({ ...kept, maxSockets, checkServerIdentity: identity });
  if (proxy === undefined)
    return (most) => (server.protocol === "http:" ? new (plainHttp().Agent)(options(most)) : new HttpsAgent(options(most)));
  if (proxy.startsWith("socks")) {
    const { SocksProxyAgent } = await import("socks-proxy-agent");
    return (most) => checking(new SocksProxyAgent(proxy, options(most)), identity);
  }
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  return (most) => checking(new HttpsProxyAgent(proxy, options(most)), identity);
}

/** Proxy agents do not hand their own TLS options on. */
function checking<A extends HttpAgent & { connect(request: ClientRequest, options: never): unknown }>(
  agent: A,
  identity: IdentityCheck,
): A {
  const connect = agent.connect.bind(agent) as (request: ClientRequest, options: object) => unknown;
  return Object.assign(agent, {
    connect: (request: ClientRequest, options: object) => connect(request, { ...options, checkServerIdentity: identity }),
  });
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
