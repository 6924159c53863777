import type { ServedKind } from "../../../engine/model/discovery.ts";
import { GitOpsError } from "../../../engine/model/errors.ts";
import { arrayAt, isJsonObject, stringAt, type JsonObject } from "../../../engine/model/json.ts";
import type { ListQuery } from "../../../engine/ports/cluster-reader.ts";
import type { ApiConnection } from "../connection.ts";
import { collectionPath, queryText, selectors } from "../resource-path.ts";

/** A complete list, and the version that a watch can go on from. */
export interface CompleteList {
  readonly objects: readonly JsonObject[];
  readonly resourceVersion: string;
}

const GONE = 410;
const RESTARTS = 5;
const SMALLEST_PAGE = 10;

/**
 * Reads all pages. A `continue` token that expired starts the list again from its beginning: half a list is none.
 * resourceVersion is left unset, so the answer is the latest state, never a stale cache's.
 */
export async function listAll(
  connection: ApiConnection,
  served: ServedKind,
  query: ListQuery,
  pageSize: number,
  signal: AbortSignal,
): Promise<CompleteList> {
  for (let restarts = 0; restarts < RESTARTS; restarts++) {
    const list = await listOnce(connection, served, query, pageSize, signal);
    if (list !== "expired") return list;
  }
  throw new GitOpsError("CLUSTER_UNREACHABLE", `list ${served.plural}: the server's list expired ${RESTARTS} times before its end`, {
    hint: "the server is overloaded, or keeps its history for too short a time: run it again",
    data: { retryable: true },
  });
}

async function listOnce(
  connection: ApiConnection,
  served: ServedKind,
  query: ListQuery,
  pageSize: number,
  signal: AbortSignal,
): Promise<CompleteList | "expired"> {
  const version = query.version ?? served.version;
  const path = collectionPath(served, version, query.namespace);
  const apiVersion = served.group === "" ? version : `${served.group}/${version}`;
  const objects: JsonObject[] = [];
  let limit = pageSize;
  let next: string | undefined;
  for (;;) {
    const call = {
      method: "GET" as const,
      path: path + queryText({ limit, continue: next, ...selectors(query) }),
      what: `list ${served.plural}`,
      idempotent: true,
      signal,
    };
    const answer = await connection.attempt(call).catch((error: unknown) => {
      if (!isTooLarge(error) || limit <= SMALLEST_PAGE) throw error;
      return undefined;
    });
    if (answer === undefined) {
      limit = Math.max(SMALLEST_PAGE, Math.floor(limit / 4));
      continue;
    }
    if (answer.status === GONE) return "expired";
    if (answer.status >= 400) throw connection.refuse(answer, call);
    const page = connection.parse(answer, call.what);
    for (const item of arrayAt(page, "items")) if (isJsonObject(item)) objects.push(withType(item, apiVersion, served.kind));
    next = stringAt(page, "metadata", "continue");
    if (next === "") return { objects, resourceVersion: stringAt(page, "metadata", "resourceVersion") };
  }
}

/** Items of built-in lists carry neither; they come first, as everywhere else. */
function withType(item: JsonObject, apiVersion: string, kind: string): JsonObject {
  return item["kind"] === undefined || item["apiVersion"] === undefined ? { apiVersion, kind, ...item } : item;
}

function isTooLarge(error: unknown): boolean {
  return error instanceof GitOpsError && error.code === "LIMIT_EXCEEDED";
}
