import type { Discovery, ServedKind } from "../../engine/model/discovery.ts";
import { GitOpsError } from "../../engine/model/errors.ts";
import type { JsonObject } from "../../engine/model/json.ts";
import { formatResourceId, versionOf, type GroupKind, type ResourceId } from "../../engine/model/resource-id.ts";
import type { ApplyOptions, CallOptions, ClusterReader } from "../../engine/ports/cluster-reader.ts";
import type { Manifest } from "../../engine/model/manifest.ts";
import { createDiscoverySource } from "./discovery/discover.ts";
import { createOpenApiSource } from "./discovery/openapi.ts";
import { printExactJson } from "./exact-json.ts";
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
    logTail: (namespace, pod, container, lines, { signal }) => readLog(parts, namespace, pod, container, lines, signal),
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

async function readLog(
  parts: ReaderParts,
  namespace: string,
  pod: string,
  container: string,
  lines: number,
  signal: AbortSignal,
): Promise<string> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log${queryText({ container, tailLines: lines })}`;
  const call = { method: "GET" as const, path, what: `read the log of pod/${pod}`, accept: "*/*", idempotent: true, signal };
  const answer = await parts.connection.attempt(call);
  // A container that has not started yet has no log.
  if (answer.status === 400)
    throw new GitOpsError("OBJECT_NOT_FOUND", `pod/${pod} has no log of container ${container} yet`, {
      hint: "see why with: kubectl describe pod",
      data: { pod, container },
    });
  if (answer.status >= 400) throw parts.connection.refuse(answer, call);
  return answer.text;
}
