import type { ServedKind } from "../../engine/model/discovery.ts";
import { objectAt, stringAt, type JsonObject } from "../../engine/model/json.ts";
import { formatResourceId, versionOf, type ResourceId } from "../../engine/model/resource-id.ts";
import type { CallOptions, ClusterReader } from "../../engine/ports/cluster-reader.ts";
import { eventAbout } from "./event-about.ts";
import type { DeliveryObjects, ObjectWriteOptions } from "../../engine/ports/delivery-objects.ts";
import { printExactJson } from "./exact-json.ts";
import { sendApply } from "./reader.ts";
import { isMissingNamespace, isMissingObject } from "./refusal.ts";
import { collectionPath, objectPath, queryText, servedKind } from "./resource-path.ts";
import type { ApiCall } from "./transport/client.ts";
import type { WriterParts } from "./writer.ts";

/** Writes delivery objects of a cluster, apart from the writer of workloads. */
export function createDeliveryObjects({ connection, onWrite }: WriterParts, reader: ClusterReader): DeliveryObjects {
  const find = async (id: ResourceId, signal: AbortSignal): Promise<ServedKind> => servedKind(await reader.discover({ signal }), id);

  async function mergePatch(id: ResourceId, change: JsonObject, options: ObjectWriteOptions, part: "" | "/status"): Promise<JsonObject> {
    const served = await find(id, options.signal);
    const subresource = part === "/status" && served.hasStatus !== true ? "" : part;
    const { resourceVersion } = options;
    const guarded = resourceVersion === "" ? change : { ...change, metadata: { ...objectAt(change, "metadata"), resourceVersion } };
    const call: ApiCall = {
      method: "PATCH",
      path: `${objectPath(served, served.version, id)}${subresource}${queryText({ fieldManager: options.fieldManager })}`,
      what: `patch ${formatResourceId(id)}${part === "" ? "" : " (status)"}`,
      body: printExactJson(guarded),
      contentType: "application/merge-patch+json",
      // Sent twice a merge patch says the same; only a guarded one is refused the second time.
      idempotent: resourceVersion === "",
      object: id,
      signal: options.signal,
    };
    const answer = await connection.answer(call, { id, object: guarded });
    onWrite();
    return connection.parse(answer, call.what);
  }

  return {
    patch: (id, change, options) => mergePatch(id, change, options, ""),
    patchStatus: (id, change, options) => mergePatch(id, change, options, "/status"),
    async apply(manifest, { fieldManager, signal }) {
      const served = servedKind(await reader.discover({ signal }), manifest.id, versionOf(manifest.apiVersion));
      const stored = await sendApply({ connection, served }, manifest, { fieldManager, force: true, strict: true, signal }, false);
      onWrite();
      return stored;
    },
    async record(object, event, { signal }) {
      const manifest = eventAbout(object, event, new Date());
      const served = servedKind(await reader.discover({ signal }), manifest.id);
      const call: ApiCall = {
        method: "POST",
        path: `${collectionPath(served, served.version, manifest.id.namespace)}${queryText({ fieldManager: event.component })}`,
        what: `record an Event about ${stringAt(object, "kind")} ${stringAt(object, "metadata", "name")}`,
        body: printExactJson(manifest.object),
        contentType: "application/json",
        idempotent: true,
        object: manifest.id,
        signal,
      };
      await connection.answer(call, { id: manifest.id, object: manifest.object });
      onWrite();
    },
    delete: (id, options) => deleteObject({ connection, onWrite }, reader, id, options),
  };
}

async function deleteObject(
  { connection, onWrite }: WriterParts,
  reader: ClusterReader,
  id: ResourceId,
  { signal }: CallOptions,
): Promise<"gone" | "deleting"> {
  const served = servedKind(await reader.discover({ signal }), id);
  const call: ApiCall = {
    method: "DELETE",
    path: objectPath(served, served.version, id),
    what: `delete ${formatResourceId(id)}`,
    body: printExactJson({ kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Background" }),
    contentType: "application/json",
    idempotent: true,
    object: id,
    signal,
  };
  const answer = await connection.attempt(call);
  if (isMissingObject(answer) || isMissingNamespace(answer)) return "gone";
  if (answer.status >= 400) throw connection.refuse(answer, call, { id });
  onWrite();
  // The answer is a Status when the object is gone, and the object itself when finalizers hold it.
  return stringAt(connection.parse(answer, call.what), "metadata", "deletionTimestamp") === "" ? "gone" : "deleting";
}
