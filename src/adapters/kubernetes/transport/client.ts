import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { Emit } from "../../../engine/model/event.ts";
import { GitOpsError } from "../../../engine/model/errors.ts";
import type { ResourceId } from "../../../engine/model/resource-id.ts";
import type { Clock } from "../../../engine/ports/clock.ts";
import type { ClusterAccess, Impersonation } from "../access.ts";
import { isManifestFault } from "../server-words.ts";
import type { CredentialSource, Credentials } from "../credentials/credentials.ts";
import { createConcurrencyGate } from "./concurrency.ts";
import type { Dialer } from "./dialer.ts";
import { exchange, openExchange, type OpenAnswer, type WireAnswer, type WireRequest } from "./exchange.ts";
import { TransportFailure, failureError } from "./failure.ts";
import type { TransportLimits } from "./limits.ts";
import { hostOf, isLoopback } from "./proxy.ts";
import { decideRetry, retryAfterMs } from "./retry.ts";
import { createWarningReporter } from "./warnings.ts";

/** One call to the API server. */
export interface ApiCall {
  readonly method: "GET" | "PATCH" | "POST" | "PUT" | "DELETE";
  /** Path and query, encoded. */
  readonly path: string;
  /** In words, for messages and events: `apply configmap/web`. */
  readonly what: string;
  readonly body?: string;
  readonly contentType?: string;
  /** JSON where it is left out. */
  readonly accept?: string;
  readonly ifNoneMatch?: string;
  /** Repeating it changes nothing that the first one has not changed. */
  readonly idempotent: boolean;
  /** The object it is about, for warnings of the server. */
  readonly object?: ResourceId;
  readonly signal: AbortSignal;
}

/** Speaks to one API server as one user. */
export interface ApiClient {
  /** `host:port`, for messages. */
  readonly server: string;
  /**
   * The server's answer, whatever its status but redirects; 401 and passing failures were tried again before.
   * Throws CLUSTER_UNREACHABLE, TIMED_OUT, CERTIFICATE_INVALID, REDIRECT_REFUSED, LIMIT_EXCEEDED, UNAUTHENTICATED (no credentials).
   */
  call(call: ApiCall): Promise<WireAnswer>;
  /** One attempt, whose body the caller reads from `message` until `end()`. Throws as `call`, and TransportFailure. */
  open(call: ApiCall): Promise<OpenAnswer>;
  close(): void;
}

/** What a client is made of. */
export interface ApiClientParts {
  readonly access: ClusterAccess;
  readonly dialer: Dialer;
  readonly credentials: CredentialSource;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly emit: Emit;
  readonly userAgent: string;
}

/** Puts retries, credentials, throttling and warnings around single exchanges. */
export function createApiClient(parts: ApiClientParts): ApiClient {
  const { access, dialer, credentials, clock, limits, emit } = parts;
  const server = access.server.host;
  const gate = createConcurrencyGate(limits.connections);
  const report = createWarningReporter(emit);
  const write = requestWriter(access, parts.userAgent);
  let serverKnown = false;

  async function attempt(call: ApiCall, credential: Credentials): Promise<WireAnswer> {
    await gate.enter(call.signal);
    try {
      // Admission webhooks may hold a write for 30 s each.
      const allowed = call.method === "GET" ? limits : { ...limits, headersMs: limits.callMs };
      const request = write(call, credential.authorization);
      const answer = await exchange(dialer.target("call", credential.certificate), request, allowed, call.signal);
      serverKnown = true;
      if (answer.status === 429) gate.throttled();
      else if (answer.status < 400) gate.accepted();
      return answer;
    } finally {
      gate.leave();
    }
  }

  async function attemptAuthenticated(call: ApiCall): Promise<WireAnswer> {
    const credential = await credentials.current(call.signal);
    const answer = await attempt(call, credential);
    if (answer.status !== 401) return answer;
    const fresh = await credentials.refresh(credential, call.signal);
    return attempt(call, fresh);
  }

  async function pause(call: ApiCall, number: number, delayMs: number, reason: string): Promise<void> {
    emit({ type: "request.retried", what: call.what, reason, attempt: number, delayMs: Math.round(delayMs) });
    if (delayMs > 0) await clock.sleep(delayMs, call.signal);
  }

  async function callWithRetries(call: ApiCall): Promise<WireAnswer> {
    const started = clock.monotonic();
    for (let number = 1; ; number++) {
      let outcome: WireAnswer | TransportFailure;
      try {
        outcome = await attemptAuthenticated(call);
        if (outcome.status < 400) return accepted(outcome, call);
      } catch (error) {
        if (!(error instanceof TransportFailure)) throw error;
        outcome = error;
      }
      if (!(outcome instanceof TransportFailure) && outcome.status === 500 && isManifestFault(outcome.text)) return outcome;
      const attempted = { number, elapsedMs: clock.monotonic() - started, idempotent: call.idempotent, serverKnown, outcome };
      const decision = decideRetry(attempted, limits, clock.now(), Math.random());
      if (decision.retry) await pause(call, number, decision.delayMs, decision.reason);
      else if (outcome instanceof TransportFailure) throw failureError(outcome, server, call.what);
      else return outcome;
    }
  }

  function accepted(answer: WireAnswer, call: ApiCall): WireAnswer {
    refuseForeignAnswer(server, answer.status, answer.headers["content-type"], call.what);
    if (answer.headers["warning"] !== undefined) report(answer.headers["warning"], call.object);
    return answer;
  }

  return { server, call: callWithRetries, open: (call) => openStream(parts, write, call), close: () => dialer.close() };
}

type WriteRequest = (call: ApiCall, authorization: string | undefined) => WireRequest;

function requestWriter(access: ClusterAccess, userAgent: string): WriteRequest {
  const constant = constantHeaders(access, userAgent);
  const basePath = access.server.pathname.replace(/\/+$/, "");
  return (call, authorization) => {
    const headers: OutgoingHttpHeaders = { ...constant, accept: call.accept ?? "application/json" };
    if (authorization !== undefined) headers["authorization"] = authorization;
    if (call.contentType !== undefined) headers["content-type"] = call.contentType;
    // Node leaves it out for DELETE, and the server would take the body for the next request.
    if (call.body !== undefined) headers["content-length"] = Buffer.byteLength(call.body);
    if (call.ifNoneMatch !== undefined) headers["if-none-match"] = call.ifNoneMatch;
    return { method: call.method, path: basePath + call.path, headers, body: call.body };
  };
}

async function openStream(
  { dialer, credentials, limits, access }: ApiClientParts,
  write: WriteRequest,
  call: ApiCall,
): Promise<OpenAnswer> {
  const send = (credential: Credentials): Promise<OpenAnswer> => {
    const wire = write(call, credential.authorization);
    const request = { ...wire, headers: { ...wire.headers, "accept-encoding": "identity" } };
    return openExchange(dialer.target("watch", credential.certificate), request, limits, call.signal);
  };
  const credential = await credentials.current(call.signal);
  let answer = await send(credential);
  if (answer.message.statusCode === 401) {
    discard(answer);
    answer = await send(await credentials.refresh(credential, call.signal));
  }
  const { statusCode = 0, headers } = answer.message;
  if (statusCode < 400) refuseForeignAnswer(access.server.host, statusCode, headers["content-type"], call.what);
  return answer;
}

function refuseForeignAnswer(server: string, status: number, contentType: string | undefined, what: string): void {
  if (status >= 300 && status !== 304) {
    throw new GitOpsError("REDIRECT_REFUSED", `${server} redirects ${what} elsewhere, which an API server does not do`, {
      hint: "the address of the kubeconfig leads to a login page or a load balancer: use the API server's own",
      data: { server, status },
    });
  }
  if (/^text\/html\b/i.test(contentType ?? "")) {
    throw new GitOpsError("CLUSTER_UNREACHABLE", `${server} answers with a web page, so it is no API server`, {
      hint: "check the server's address in the kubeconfig, and the proxy",
      data: { server, retryable: false },
    });
  }
}

/** Milliseconds that a refused stream asks to wait. */
export function streamRetryAfterMs(message: IncomingMessage, nowMs: number): number | undefined {
  return retryAfterMs(message.headers["retry-after"], nowMs);
}

function discard(answer: OpenAnswer): void {
  answer.end();
  answer.message.on("error", () => undefined);
  answer.message.destroy();
}

function constantHeaders(access: ClusterAccess, userAgent: string): OutgoingHttpHeaders {
  // Packing costs more than it saves on the way to this machine itself.
  const packed = !access.disableCompression && !isLoopback(hostOf(access.server));
  return { "user-agent": userAgent, "accept-encoding": packed ? "gzip" : "identity", ...impersonationHeaders(access.impersonate) };
}

function impersonationHeaders(impersonate: Impersonation | undefined): OutgoingHttpHeaders {
  if (impersonate === undefined) return {};
  const headers: OutgoingHttpHeaders = { "impersonate-user": impersonate.user };
  if (impersonate.uid !== undefined) headers["impersonate-uid"] = impersonate.uid;
  if (impersonate.groups.length > 0) headers["impersonate-group"] = [...impersonate.groups];
  for (const [key, values] of impersonate.extra) headers[`impersonate-extra-${encodeURIComponent(key)}`] = [...values];
  return headers;
}
