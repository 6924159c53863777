import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after } from "node:test";
import { connectCluster, type ClusterConnectionOptions, type KubernetesCluster } from "../../../src/adapters/kubernetes/connect.ts";
import { systemClock } from "../../../src/adapters/system-clock.ts";
import type { EngineEvent } from "../../../src/engine/model/event.ts";
import type { Clock } from "../../../src/engine/ports/clock.ts";

/** What a server that misbehaves was asked. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A server that speaks HTTP as the test wants it, since a real API server can't be made to fail on command. */
export interface FaultServer {
  readonly url: string;
  readonly seen: Seen[];
}

/** Starts it; `answer` gets the request and how often its path was asked before. It ends with the test file. */
export async function faultServer(
  answer: (seen: Seen, response: ServerResponse, before: number) => void,
  create: (listener: RequestListener) => ReturnType<typeof createServer> = createServer,
): Promise<FaultServer> {
  const seen: Seen[] = [];
  const server = create((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => (body += part));
    request.on("end", () => {
      const asked: Seen = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
      const before = seen.filter(({ method, path }) => method === asked.method && path === asked.path).length;
      seen.push(asked);
      if (asked.path === "/api" || asked.path === "/apis")
        return json(response, 200, asked.path === "/api" ? CORE : { kind: "APIGroupDiscoveryList", items: [] });
      answer(asked, response, before);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const scheme = "setSecureContext" in server ? "https" : "http";
  return { url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const VERBS = ["get", "list", "watch", "create", "update", "patch", "delete"];
const CORE = {
  kind: "APIGroupDiscoveryList",
  items: [
    {
      metadata: { name: "" },
      versions: [
        {
          version: "v1",
          freshness: "Current",
          resources: [
            {
              resource: "configmaps",
              responseKind: { group: "", version: "v1", kind: "ConfigMap" },
              scope: "Namespaced",
              singularResource: "configmap",
              verbs: VERBS,
              shortNames: ["cm"],
            },
            {
              resource: "secrets",
              responseKind: { group: "", version: "v1", kind: "Secret" },
              scope: "Namespaced",
              singularResource: "secret",
              verbs: VERBS,
            },
            {
              resource: "namespaces",
              responseKind: { group: "", version: "v1", kind: "Namespace" },
              scope: "Cluster",
              singularResource: "namespace",
              verbs: VERBS,
            },
          ],
        },
      ],
    },
  ],
};

/** Answers with JSON. */
export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** A metav1.Status. */
export function status(code: number, reason: string, message = reason, details: unknown = {}): Record<string, unknown> {
  return { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message, details };
}

/** Time that passes only when someone sleeps. */
export function fakeClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  let time = 0;
  return {
    slept,
    now: () => Date.UTC(2026, 0, 1) + time,
    monotonic: () => time,
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      slept.push(milliseconds);
      time += milliseconds;
    },
  };
}

/** A cluster behind that server, reached with a token. */
export function clusterAt(url: string, options: Partial<ClusterConnectionOptions> = {}): Promise<ClusterForTests> {
  return clusterFor({ server: url, token: "secret-token", ...options });
}

/** A cluster with a clock that does not wait, what it told, and how long it would have slept. */
export interface ClusterForTests {
  readonly cluster: KubernetesCluster;
  readonly events: EngineEvent[];
  readonly slept: readonly number[];
}

/** Opens a cluster with these options; nothing of this machine's own configuration gets in. */
export async function clusterFor(options: Partial<ClusterConnectionOptions>): Promise<ClusterForTests> {
  const events: EngineEvent[] = [];
  const clock = fakeClock();
  const environment = { HOME: "/nonexistent", XDG_CACHE_HOME: "/nonexistent" };
  const cluster = await connectCluster({ environment, clock, emit: (event) => events.push(event), ...options });
  after(() => cluster.close());
  return { cluster, events, slept: clock.slept };
}

/** For tests of what really takes time: a clock that waits, and limits short enough for a test. */
export const realTime: Partial<ClusterConnectionOptions> = { clock: systemClock() };
