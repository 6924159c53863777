import type { ServedKind } from "../../../engine/model/discovery.ts";
import type { Emit } from "../../../engine/model/event.ts";
import { GitOpsError } from "../../../engine/model/errors.ts";
import { isJsonObject, stringAt, valueAt, type JsonObject, type JsonValue } from "../../../engine/model/json.ts";
import type { Clock } from "../../../engine/ports/clock.ts";
import type { ListQuery, WatchEvent } from "../../../engine/ports/cluster-reader.ts";
import type { ApiConnection } from "../connection.ts";
import { parseExactJson } from "../exact-json.ts";
import { collectionPath, queryText, selectors } from "../resource-path.ts";
import { streamRetryAfterMs, type ApiCall } from "../transport/client.ts";
import type { OpenAnswer } from "../transport/exchange.ts";
import { TransportFailure, failureError } from "../transport/failure.ts";
import type { TransportLimits } from "../transport/limits.ts";
import { listAll } from "./list.ts";
import { readLines, type StreamEnd } from "./lines.ts";

/** What a watch works with. */
export interface WatchParts {
  readonly connection: ApiConnection;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly emit: Emit;
}

/** How one connection of a watch ended: what must be done next. */
type Ending =
  | { readonly next: "relist" | "reopen"; readonly resourceVersion: string }
  | { readonly next: "wait"; readonly resourceVersion: string; readonly reason: string; readonly delayMs?: number };

const LONGEST_DELAY_MS = 30_000;
/** The server ends a watch after this many seconds, at a time of its own for each, so that they do not all come back at once. */
const SHORTEST_WATCH_S = 300;

/**
 * Lists, then follows until the signal is aborted. Bookmarks keep the place, so that a broken connection costs no new list;
 * only an expired place (410) does, an event that can't be read, and an age of `relistMs`.
 */
export async function* watchKind(
  parts: WatchParts,
  served: ServedKind,
  query: ListQuery,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent, void> {
  const { connection, clock, limits } = parts;
  let failures = 0;
  let listedBefore = false;
  try {
    for (;;) {
      const list = await listAll(connection, served, query, limits.pageSize, signal).catch((error: unknown) => {
        if (!listedBefore || !isPassing(error)) throw error;
        return error.message;
      });
      if (typeof list === "string") {
        await waitFor(parts, served, failures++, list, undefined, signal);
        continue;
      }
      listedBefore = true;
      yield { type: "listed", objects: list.objects };
      const listedAt = clock.monotonic();
      let { resourceVersion } = list;
      for (let following = true; following;) {
        const ending: Ending = yield* follow(parts, served, query, resourceVersion, signal);
        if (ending.resourceVersion !== resourceVersion) failures = 0;
        resourceVersion = ending.resourceVersion;
        if (ending.next === "wait") await waitFor(parts, served, failures++, ending.reason, ending.delayMs, signal);
        // A server whose watches all expire at once must not be asked in a busy loop.
        else if (ending.next === "relist" && resourceVersion === list.resourceVersion)
          await waitFor(parts, served, failures++, "the watch expired", undefined, signal);
        following = ending.next !== "relist" && clock.monotonic() - listedAt < limits.relistMs;
      }
    }
  } catch (error) {
    // To abort is how a watch is ended.
    if (!signal.aborted) throw error;
  }
}

async function* follow(
  parts: WatchParts,
  served: ServedKind,
  query: ListQuery,
  from: string,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent, Ending> {
  const { connection, limits } = parts;
  const call = watchCall(served, query, from, signal);
  let answer: OpenAnswer;
  try {
    answer = await connection.client.open(call);
  } catch (error) {
    if (error instanceof TransportFailure && error.kind !== "certificate")
      return { next: "wait", resourceVersion: from, reason: error.message };
    throw error instanceof TransportFailure ? failureError(error, connection.client.server, call.what) : error;
  }
  let resourceVersion = from;
  const lines = readLines(answer.message, limits.watchIdleMs, limits.watchLineBytes);
  try {
    const status = answer.message.statusCode ?? 0;
    if (status >= 400) return await refused(parts, answer, lines, call, from);
    for (;;) {
      const line = await lines.next();
      if (line.done === true) return ended(line.value, resourceVersion, resourceVersion === from);
      const event = parseEvent(line.value);
      if (event === undefined || event.type === "ERROR") return { next: "relist", resourceVersion };
      resourceVersion = stringAt(event.object, "metadata", "resourceVersion") || resourceVersion;
      if (event.type === "DELETED") yield { type: "deleted", object: event.object };
      else if (event.type !== "BOOKMARK") yield { type: "changed", object: event.object };
    }
  } catch (error) {
    if (signal.aborted || error instanceof GitOpsError) throw error;
    return { next: "wait", resourceVersion, reason: "the watch broke" };
  } finally {
    answer.end();
    answer.message.destroy();
    await lines.return("ended");
  }
}

function watchCall(served: ServedKind, query: ListQuery, resourceVersion: string, signal: AbortSignal): ApiCall {
  const timeoutSeconds = Math.round(SHORTEST_WATCH_S * (1 + Math.random()));
  const parameters = { watch: true, allowWatchBookmarks: true, resourceVersion, timeoutSeconds, ...selectors(query) };
  return {
    method: "GET",
    path: collectionPath(served, query.version ?? served.version, query.namespace) + queryText(parameters),
    what: `watch ${served.plural}`,
    idempotent: true,
    signal,
  };
}

/** A stream that ended at once, without a word, must not be opened again at once: that would be a busy loop. */
function ended(how: StreamEnd, resourceVersion: string, nothingCame: boolean): Ending {
  if (how === "line too long") return { next: "relist", resourceVersion };
  if (how === "ended" && nothingCame) return { next: "wait", resourceVersion, reason: "the server ended the watch" };
  return { next: "reopen", resourceVersion };
}

async function refused(
  parts: WatchParts,
  answer: OpenAnswer,
  lines: AsyncGenerator<string, StreamEnd>,
  call: ApiCall,
  from: string,
): Promise<Ending> {
  const { message } = answer;
  const status = message.statusCode ?? 0;
  if (status === 410) return { next: "relist", resourceVersion: from };
  if (status === 429 || status >= 500) {
    const asked = streamRetryAfterMs(message, parts.clock.now());
    return { next: "wait", resourceVersion: from, reason: `${status} from the server`, ...(asked === undefined ? {} : { delayMs: asked }) };
  }
  let text = "";
  for await (const line of lines) text += line;
  throw parts.connection.refuse({ status, headers: message.headers, text }, call);
}

async function waitFor(
  parts: WatchParts,
  served: ServedKind,
  failures: number,
  reason: string,
  askedMs: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { limits, clock, emit } = parts;
  const backOff = Math.min(LONGEST_DELAY_MS, limits.baseDelayMs * 2 ** failures) * (0.5 + Math.random() / 2);
  const delayMs = Math.max(backOff, askedMs ?? 0);
  emit({ type: "request.retried", what: `watch ${served.plural}`, reason, attempt: failures + 1, delayMs: Math.round(delayMs) });
  await clock.sleep(delayMs, signal);
}

function parseEvent(line: string): { readonly type: string; readonly object: JsonObject } | undefined {
  let event: JsonValue;
  try {
    event = parseExactJson(line);
  } catch {
    // The parser's message quotes the line; that it can't be read is all there is to say, and a new list heals it.
    return undefined;
  }
  const object = valueAt(event, "object");
  return isJsonObject(object) ? { type: stringAt(event, "type"), object } : undefined;
}

function isPassing(error: unknown): error is GitOpsError {
  return error instanceof GitOpsError && (error.code === "CLUSTER_UNREACHABLE" || error.code === "TIMED_OUT");
}
