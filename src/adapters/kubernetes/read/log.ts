import type { IncomingMessage } from "node:http";
import { GitOpsError } from "../../../engine/model/errors.ts";
import type { LogQuery } from "../../../engine/ports/cluster-reader.ts";
import type { ApiConnection } from "../connection.ts";
import { queryText } from "../resource-path.ts";
import type { ApiCall } from "../transport/client.ts";
import { TransportFailure, failureError } from "../transport/failure.ts";
import type { TransportLimits } from "../transport/limits.ts";

type LogOf = Pick<LogQuery, "namespace" | "pod" | "container">;

/** The last lines of a container's log, whole. */
export async function readLog(connection: ApiConnection, query: LogOf & { readonly lines: number }, signal: AbortSignal): Promise<string> {
  const call = logCall(query, { tailLines: query.lines }, signal);
  const answer = await connection.attempt(call);
  if (answer.status === 400) throw noLog(query);
  if (answer.status >= 400) throw connection.refuse(answer, call);
  return answer.text;
}

/** The lines of a container's log as they come. A line longer than a watch's may be comes in parts. Silence is no failure. */
export async function* followLog(
  connection: ApiConnection,
  { watchLineBytes }: Pick<TransportLimits, "watchLineBytes">,
  query: LogQuery,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { tailLines, sinceSeconds, follow, previous } = query;
  const call = logCall(query, { tailLines, sinceSeconds, follow: follow || undefined, previous: previous || undefined }, signal);
  const answer = await connection.client.open(call).catch((error: unknown) => {
    throw error instanceof TransportFailure ? failureError(error, connection.client.server, call.what) : error;
  });
  const { message } = answer;
  try {
    const status = message.statusCode ?? 0;
    if (status === 400) throw noLog(query);
    if (status >= 400) throw connection.refuse({ status, headers: message.headers, text: await textOf(message, watchLineBytes) }, call);
    yield* linesOf(message, watchLineBytes);
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof GitOpsError) throw error;
    throw new GitOpsError("CLUSTER_UNREACHABLE", `${call.what}: the connection broke`, { cause: error, data: { retryable: true } });
  } finally {
    answer.end();
    message.destroy();
  }
}

/** Empty lines too; the last one where it is not ended. */
async function* linesOf(message: IncomingMessage, longest: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of message as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
    if (rest.length <= longest) continue;
    yield rest;
    rest = "";
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}

async function textOf(message: IncomingMessage, longest: number): Promise<string> {
  let text = "";
  for await (const chunk of message as AsyncIterable<Buffer>) if (text.length < longest) text += chunk.toString("utf8");
  return text;
}

function logCall({ namespace, pod, container }: LogOf, query: Parameters<typeof queryText>[0], signal: AbortSignal): ApiCall {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log${queryText({ container, ...query })}`;
  return { method: "GET", path, what: `read the log of pod/${pod}`, accept: "*/*", idempotent: true, signal };
}

/** A container that has not started yet has no log, and one that was never restarted no former one. */
function noLog({ pod, container }: LogOf): GitOpsError {
  return new GitOpsError("OBJECT_NOT_FOUND", `pod/${pod} has no log of container ${container} yet`, {
    hint: "see why with: kubectl describe pod",
    data: { pod, container },
  });
}
