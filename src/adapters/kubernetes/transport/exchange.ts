import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { createGunzip } from "node:zlib";
import { deferred } from "./deferred.ts";
import { plainHttp } from "./plain-http.ts";
import { TransportFailure, classifyFailure } from "./failure.ts";

/** One request, as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  /** Path and query, encoded. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | undefined;
}

/** How long the parts of an exchange may take, in milliseconds, and how many bytes an answer may have. */
export interface ExchangeLimits {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly idleMs: number;
  readonly callMs: number;
  readonly answerBytes: number;
}

/** A complete answer of any status. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** An answer whose head is there and whose body is still to come. `end` must be called when the body is read or given up. */
export interface OpenAnswer {
  readonly message: IncomingMessage;
  end(): void;
}

/**
 * Sends one request and waits for the head of the answer. Redirects are not followed.
 * Throws TransportFailure, or the signal's reason.
 */
export function openExchange(target: RequestOptions, wire: WireRequest, limits: ExchangeLimits, signal: AbortSignal): Promise<OpenAnswer> {
  // a signal that is aborted already tells nobody again
  if (signal.aborted) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = deferred<OpenAnswer>();
  const send = target.protocol === "http:" ? plainHttp().request : httpsRequest;
  const request = send({ ...target, method: wire.method, path: wire.path, headers: wire.headers });
  let sent = false;
  let timer = deadline(limits.connectMs, "no connection");

  function deadline(milliseconds: number, what: string): NodeJS.Timeout | undefined {
    if (milliseconds === Infinity) return undefined;
    return setTimeout(
      () => request.destroy(new TransportFailure("timeout", `${what} within ${milliseconds / 1000} s`, { sent })),
      milliseconds,
    );
  }
  const onAbort = (): void => void request.destroy(new Error("aborted"));
  function end(): void {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
  function onConnected(): void {
    sent = true;
    clearTimeout(timer);
    timer = deadline(Math.min(limits.headersMs, limits.callMs), "no answer");
  }

  signal.addEventListener("abort", onAbort, { once: true });
  request.on("socket", (socket) => {
    const ready = target.protocol === "http:" ? "connect" : "secureConnect";
    if (request.reusedSocket || (ready === "connect" && !socket.connecting)) onConnected();
    else socket.once(ready, onConnected);
  });
  request.on("response", (message) => {
    clearTimeout(timer);
    resolve({ message, end });
  });
  request.on("error", (error) => {
    end();
    reject(signal.aborted ? signal.reason : classifyFailure(error, sent, request.reusedSocket));
  });
  request.end(wire.body);
  return promise;
}

/** Sends one request and reads the whole answer. Throws TransportFailure, or the signal's reason. */
export async function exchange(
  target: RequestOptions,
  wire: WireRequest,
  limits: ExchangeLimits,
  signal: AbortSignal,
): Promise<WireAnswer> {
  const answer = await openExchange(target, wire, limits, signal);
  try {
    const { message } = answer;
    const text = await readText(message, limits, signal);
    return { status: message.statusCode ?? 0, headers: message.headers, text };
  } finally {
    answer.end();
  }
}

function readText(message: IncomingMessage, limits: ExchangeLimits, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = deferred<string>();
  const packed = message.headers["content-encoding"] === "gzip";
  const body = packed ? message.pipe(createGunzip()) : message;
  const chunks: Buffer[] = [];
  let bytes = 0;

  function fail(failure: TransportFailure): void {
    clearTimeout(idle);
    clearTimeout(total);
    reject(signal.aborted ? signal.reason : failure);
    message.destroy();
  }
  const late = (what: string) => () => fail(new TransportFailure("timeout", what, { sent: true }));
  const idle = setTimeout(late(`the answer stopped for ${limits.idleMs / 1000} s`), limits.idleMs);
  const total =
    limits.callMs === Infinity ? undefined : setTimeout(late(`no complete answer within ${limits.callMs / 1000} s`), limits.callMs);

  body.on("data", (chunk: Buffer) => {
    idle.refresh();
    bytes += chunk.length;
    if (bytes > limits.answerBytes)
      fail(new TransportFailure("too-large", `the answer is larger than ${limits.answerBytes} bytes`, { sent: true }));
    else chunks.push(chunk);
  });
  body.on("end", () => {
    clearTimeout(idle);
    clearTimeout(total);
    resolve(Buffer.concat(chunks).toString("utf8"));
  });
  const lost = (cause: unknown): void =>
    fail(new TransportFailure("network", "the connection broke within the answer", { sent: true, cause }));
  body.on("error", lost);
  if (packed) message.on("error", lost);
  // A body cut off without an error event ends here.
  message.on("close", () => {
    if (!message.complete) lost(undefined);
  });
  return promise;
}
