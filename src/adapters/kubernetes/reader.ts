import type { Discovery, ServedKind } from "../../engine/model/discovery.ts";
import type { JsonObject } from "../../engine/model/json.ts";
import { formatResourceId, versionOf, type GroupKind, type ResourceId } from "../../engine/model/resource-id.ts";
import type { ApplyOptions, CallOptions, ClusterReader } from "../../engine/ports/cluster-reader.ts";
import type { Manifest } from "../../engine/model/manifest.ts";
import { createDiscoverySource } from "./discovery/discover.ts";
import { createOpenApiSource } from "./discovery/openapi.ts";
import { printExactJson } from "./exact-json.ts";
import { followLog, readLog } from "./read/log.ts";
import { listAll } from "./read/list.ts";
import { watchKind, type WatchParts } from "./read/watch.ts";
import { isMissingNamespace, isMissingObject } from "./refusal.ts";
import { objectPath, queryText, servedKind } from "./resource-path.ts";

/** The reading half of a cluster, and what the writing half shares with it. */
export interface ReaderParts extends WatchParts {
  /** Folder for OpenAPI documents; undefined for no cache on disk. */
  readonly cacheFolder: string | undefined;
}

/** Reads one cluster over its REST API. */
export function createReader(parts: ReaderParts): ClusterReader {
  const { connection, limits } = parts;
  const discovery = createDiscoverySource(connection);
  const openApi = createOpenApiSource(connection, parts.cacheFolder);

  async function find(wanted: GroupKind, version: string | undefined, signal: AbortSignal): Promise<ServedKind> {
    return servedKind(await discovery.discover(signal, false), wanted, version);
  }

  async function get(id: ResourceId, { signal, version }: CallOptions & { readonly version?: string }): Promise<JsonObject | undefined> {
    const served = await find(id, undefined, signal);
    const through = version !== undefined && served.versions.includes(version) ? version : served.version;
    const call = {
      method: "GET" as const,
      path: objectPath(served, through, id),
      what: `get ${formatResourceId(id)}`,
      idempotent: true,
      object: id,
      signal,
    };
    const answer = await connection.attempt(call);
    if (isMissingObject(answer) || isMissingNamespace(answer)) return undefined;
    if (answer.status >= 400) throw connection.refuse(answer, call, { id });
    return connection.parse(answer, call.what);
  }

  return {
    discover: ({ signal, refresh }): Promise<Discovery> => discovery.discover(signal, refresh ?? false),
    get,
    async list(query, { signal }) {
      return (await listAll(connection, await find(query, query.version, signal), query, limits.pageSize, signal)).objects;
    },
    async *watch(query, { signal }) {
      if (signal.aborted) return;
      yield* watchKind(parts, await find(query, query.version, signal), query, signal);
    },
    async dryRunApply(manifest, options) {
      const served = await find(manifest.id, versionOf(manifest.apiVersion), options.signal);
      return sendApply({ connection, served }, manifest, options, true);
    },
    openApi: (group, version, { signal }) => openApi.document(group, version, signal),
    logLines: (query, { signal }) => followLog(connection, limits, query, signal),
    logTail: (namespace, pod, container, lines, { signal }) => readLog(connection, { namespace, pod, container, lines }, signal),
  };
}

/**
 * Server-side apply (KEP-555); JSON is YAML, so the body is JSON.
 * @returns the stored object, or the one that would be stored.
 */
export async function sendApply(
  { connection, served }: Pick<ReaderParts, "connection"> & { readonly served: ServedKind },
  manifest: Manifest,
  options: ApplyOptions & CallOptions,
  dryRun: boolean,
): Promise<JsonObject> {
  const { id, object } = manifest;
  const query = {
    fieldManager: options.fieldManager,
    force: options.force,
    fieldValidation: options.strict ? "Strict" : "Ignore",
    dryRun: dryRun ? "All" : undefined,
  };
  const what = `${dryRun ? "dry-run" : "apply"} ${formatResourceId(id)}`;
  const call = {
    method: "PATCH" as const,
    path: objectPath(served, versionOf(manifest.apiVersion), id) + queryText(query),
    what,
    body: printExactJson(object),
    contentType: "application/apply-patch+yaml",
    idempotent: true,
    object: id,
    signal: options.signal,
  };
  return connection.parse(await connection.answer(call, { id, object }), what);
}
