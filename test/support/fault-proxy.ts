import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, createServer, request as send } from "node:https";
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ControlPlane } from "./control-plane.ts";

/** A request as the client sent it. */
export interface ProxiedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether the server would store something: no read, no dry-run, no review. */
  readonly isWrite: boolean;
}

/** An answer, whole. */
export interface ProxiedAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

/** What can be done with one request. Exactly one of `pass`, `answer`, `cut` and `reset` ends it. */
export interface Wire {
  /** Sends it to the real server and passes the answer on, piece by piece. */
  pass(): void;
  /** Sends it (under another path, where one is given) to the real server and brings the answer; the client hears nothing yet. */
  forward(path?: string): Promise<ProxiedAnswer>;
  /** Answers the client. */
  answer(answer: ProxiedAnswer): void;
  /** Answers with half of the body, then breaks the connection. */
  cut(answer: ProxiedAnswer): void;
  /** Breaks the client's connection. */
  reset(): void;
}

/** Decides what becomes of each request of one user of the proxy. */
export type Handling = (request: ProxiedRequest, wire: Wire) => void | Promise<void>;

/** A proxy in front of the real API server that fails on command: the one place where the tests lie to the program. */
export interface FaultProxy {
  /** Path of a kubeconfig whose requests (as administrator) are handled in this way. */
  kubeconfig(handling: Handling): string;
  close(): void;
}

/**
 * Starts the proxy. It ends TLS with the API server's own certificate, so a kubeconfig differs by its port only; the users of one proxy are told apart
 * by their tokens, in place of which the real server gets the administrator's (or the one given).
 */
export async function startFaultProxy(plane: ControlPlane, token: string = plane.token): Promise<FaultProxy> {
  const folder = mkdtempSync(join(tmpdir(), "gitops-proxy-"));
  const handlings = new Map<string, Handling>();
  const upstream = new Agent({ keepAlive: true, ca: readFileSync(plane.caFile), maxSockets: 256 });
  const pki = join(plane.directory, "pki");
  const server = createServer(
    { cert: readFileSync(join(pki, "apiserver.crt")), key: readFileSync(join(pki, "apiserver.key")) },
    (message, response) => {
      const handling = handlings.get(message.headers.authorization ?? "");
      if (handling === undefined) return void response.writeHead(401).end();
      receive(message)
        .then((request) => handling(request, wireTo(request, response, plane.server, upstream, token)))
        .catch(() => response.destroy());
    },
  );
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    kubeconfig(handling) {
      const name = randomBytes(8).toString("hex");
      handlings.set(`Bearer ${name}`, handling);
      const path = join(folder, `${name}.kubeconfig`);
      writeFileSync(path, kubeconfigText(address, readFileSync(plane.caFile), name), { mode: 0o600 });
      return path;
    },
    close() {
      server.closeAllConnections();
      server.close();
      upstream.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A metav1.Status as the API server sends it. */
export function failure(status: number, reason: string, message: string, headers: OutgoingHttpHeaders = {}): ProxiedAnswer {
  const body = JSON.stringify({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code: status });
  return { status, headers: { "content-type": "application/json", ...headers }, body };
}

function kubeconfigText(server: string, authority: Buffer, token: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "fault",
    clusters: [{ name: "fault", cluster: { server, "certificate-authority-data": authority.toString("base64") } }],
    users: [{ name: "fault", user: { token } }],
    contexts: [{ name: "fault", context: { cluster: "fault", user: "fault" } }],
  });
}

async function receive(message: IncomingMessage): Promise<ProxiedRequest> {
  const { method = "", url: path = "", headers } = message;
  return {
    method,
    path,
    headers,
    body: await textOf(message),
    isWrite: method !== "GET" && !/[?&]dryRun=/.test(path) && !/\/selfsubject\w+reviews/.test(path),
  };
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of message.setEncoding("utf8")) text += String(part);
  return text;
}

function wireTo(request: ProxiedRequest, response: ServerResponse, server: string, agent: Agent, token: string): Wire {
  const open = (path = request.path): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { host: _, connection: __, ...headers } = request.headers;
      const sent = send(
        new URL(path, server),
        { method: request.method, agent, headers: { ...headers, authorization: `Bearer ${token}` } },
        resolve,
      );
      sent.on("error", reject);
      response.on("close", () => response.writableFinished || sent.destroy());
      sent.end(request.body);
    });
  const forward = async (path?: string): Promise<ProxiedAnswer> => {
    const message = await open(path);
    return { status: message.statusCode ?? 0, headers: withoutFraming(message.headers), body: await textOf(message) };
  };
  return {
    forward,
    pass: () =>
      void open().then(
        (message) => {
          response.writeHead(message.statusCode ?? 0, withoutFraming(message.headers));
          response.flushHeaders();
          message.on("error", () => response.destroy());
          message.pipe(response);
        },
        () => response.destroy(),
      ),
    answer: ({ status, headers, body }) => void response.writeHead(status, headers).end(body),
    cut: ({ status, headers, body }) => {
      response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
      response.write(body.slice(0, Math.floor(body.length / 2)), () => response.socket?.destroy());
    },
    reset: () => void response.socket?.destroy(),
  };
}

/** The proxy frames its answers itself. */
function withoutFraming({
  connection: _,
  "content-length": __,
  "transfer-encoding": ___,
  ...headers
}: IncomingHttpHeaders): OutgoingHttpHeaders {
  return headers;
}
