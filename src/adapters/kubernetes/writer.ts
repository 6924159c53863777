import type { ServedKind } from "../../engine/model/discovery.ts";
import { GitOpsError } from "../../engine/model/errors.ts";
import { objectAt, stringAt, type JsonObject } from "../../engine/model/json.ts";
import type { Manifest } from "../../engine/model/manifest.ts";
import { formatResourceId, versionOf, type ResourceId } from "../../engine/model/resource-id.ts";
import type { ApplyOptions, CallOptions, ClusterReader } from "../../engine/ports/cluster-reader.ts";
import type { ClusterWriter, DeleteOptions } from "../../engine/ports/cluster-writer.ts";
import type { ApiConnection } from "./connection.ts";
import { printExactJson } from "./exact-json.ts";
import { sendApply } from "./reader.ts";
import { isMissingNamespace, isMissingObject } from "./refusal.ts";
import { collectionPath, objectPath, queryText, servedKind } from "./resource-path.ts";
import type { ApiCall } from "./transport/client.ts";

/** What writing needs. */
export interface WriterParts {
  readonly connection: ApiConnection;
  /** Called once for every write that the server accepted. */
  readonly onWrite: () => void;
}

/** Adds the writing half to a reader of the same cluster. */
export function createWriter(parts: WriterParts, reader: ClusterReader): ClusterWriter {
  const { connection, onWrite } = parts;

  async function find(id: ResourceId, version: string | undefined, signal: AbortSignal): Promise<ServedKind> {
    return servedKind(await reader.discover({ signal }), id, version);
  }

  async function apply(manifest: Manifest, options: ApplyOptions & CallOptions): Promise<JsonObject> {
    const served = await find(manifest.id, versionOf(manifest.apiVersion), options.signal);
    const stored = await sendApply({ connection, served }, manifest, options, false);
    onWrite();
    return stored;
  }

  async function replace(
    manifest: Manifest,
    resourceVersion: string | undefined,
    options: { readonly fieldManager: string } & CallOptions,
  ): Promise<JsonObject> {
    const { id } = manifest;
    const version = versionOf(manifest.apiVersion);
    const served = await find(id, version, options.signal);
    const call = replaceCall(served, version, manifest, resourceVersion, options);
    const answer = await connection.answer(call, { id, object: manifest.object });
    onWrite();
    return connection.parse(answer, call.what);
  }

  async function patch(
    id: ResourceId,
    operations: readonly JsonObject[],
    options: { readonly fieldManager: string } & CallOptions,
  ): Promise<JsonObject> {
    const served = await find(id, undefined, options.signal);
    const call: ApiCall = {
      method: "PATCH",
      path: objectPath(served, served.version, id) + queryText({ fieldManager: options.fieldManager }),
      what: `patch ${formatResourceId(id)}`,
      body: printExactJson([...operations]),
      contentType: "application/json-patch+json",
      idempotent: false,
      object: id,
      signal: options.signal,
    };
    const answer = await connection.attempt(call);
    if (answer.status === 422 && failedTest(answer.text)) throw stale(id);
    if (answer.status >= 400) throw connection.refuse(answer, call, { id });
    onWrite();
    return connection.parse(answer, call.what);
  }

  async function remove(id: ResourceId, options: DeleteOptions): Promise<"gone" | "deleting"> {
    const served = await find(id, undefined, options.signal);
    const call = deleteCall(served, id, options);
    const answer = await connection.attempt(call);
    if (isMissingObject(answer) || isMissingNamespace(answer)) return "gone";
    if (answer.status === 409) return afterConflict(reader, id, options);
    if (answer.status >= 400) throw connection.refuse(answer, call, { id });
    onWrite();
    // The answer is a Status when the object is gone, and the object itself when finalizers hold it.
    const stored = connection.parse(answer, call.what);
    return stringAt(stored, "metadata", "deletionTimestamp") === "" ? "gone" : "deleting";
  }

  return { ...reader, apply, replace, patch, delete: remove };
}

/** A delete that was sent twice, or by somebody else before, has changed the resourceVersion: then it is under way all the same. */
async function afterConflict(reader: ClusterReader, id: ResourceId, { uid, signal }: DeleteOptions): Promise<"gone" | "deleting"> {
  const live = await reader.get(id, { signal });
  if (live === undefined) return "gone";
  const metadata = objectAt(live, "metadata");
  if (stringAt(metadata, "uid") === uid && stringAt(metadata, "deletionTimestamp") !== "") return "deleting";
  throw stale(id);
}

function deleteCall(served: ServedKind, id: ResourceId, options: DeleteOptions): ApiCall {
  const { uid, resourceVersion } = options;
  const body = { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: options.propagation, preconditions: { uid, resourceVersion } };
  return {
    method: "DELETE",
    path: objectPath(served, served.version, id),
    what: `delete ${formatResourceId(id)}`,
    body: printExactJson(body),
    contentType: "application/json",
    idempotent: true,
    object: id,
    signal: options.signal,
  };
}

function replaceCall(
  served: ServedKind,
  version: string,
  manifest: Manifest,
  resourceVersion: string | undefined,
  options: { readonly fieldManager: string } & CallOptions,
): ApiCall {
  const { id, object } = manifest;
  const query = queryText({ fieldManager: options.fieldManager, fieldValidation: "Strict" });
  const common = { contentType: "application/json", object: id, signal: options.signal };
  // For the checks that only the path of one object makes.
  const path = objectPath(served, version, id);
  if (resourceVersion === undefined) {
    const what = `create ${formatResourceId(id)}`;
    // The name is given, so a second create can only hear that the first one landed.
    return {
      ...common,
      method: "POST",
      path: collectionPath(served, version, id.namespace) + query,
      what,
      body: printExactJson(object),
      idempotent: true,
    };
  }
  const guarded = { ...object, metadata: { ...objectAt(object, "metadata"), resourceVersion } };
  return {
    ...common,
    method: "PUT",
    path: path + query,
    what: `replace ${formatResourceId(id)}`,
    body: printExactJson(guarded),
    idempotent: true,
  };
}

/** The API server's whole answer to a JSON patch whose `test` failed: reason Invalid, no causes, and this sentence. */
function failedTest(text: string): boolean {
  return text.includes("the server rejected our request due to an error in our request");
}

function stale(id: ResourceId): GitOpsError {
  return new GitOpsError("STALE_OBJECT", `${formatResourceId(id)}: it is not the object that was read before`, {
    hint: "somebody changed or replaced it meanwhile: run it again",
    data: { object: formatResourceId(id), namespace: id.namespace, retryable: true },
  });
}
