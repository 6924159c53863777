import type { DeliveryRef } from "../../../engine/model/delivery.ts";
import { GitOpsError } from "../../../engine/model/errors.ts";
import type { Inventory } from "../../../engine/model/inventory.ts";
import { isJsonObject, stringAt, type JsonObject } from "../../../engine/model/json.ts";
import type { Manifest } from "../../../engine/model/manifest.ts";
import type { ResourceId } from "../../../engine/model/resource-id.ts";
import type { ClusterReader, CallOptions } from "../../../engine/ports/cluster-reader.ts";
import { applySetId, parentAnnotations, parentLabels, parentName } from "./applyset.ts";
import { decodeInventory, encodeInventory } from "./inventory-codec.ts";
import { LEASE_ANNOTATION, type LeaseMark } from "./lease-mark.ts";

const KEY = "inventory.json";
/** Names of the ConfigMaps that hold the pieces of an inventory too large for one. */
const SHARDS_KEY = "shards";
/** Set on shards, to the id of their set: a run that died before its record was written left shards that no record names. */
const SHARD_LABEL = "gitops/shard-of";
/** A ConfigMap with more data than this is cut into shards; etcd refuses objects above 1.5 MiB. */
const SHARD_BYTES = 512 * 1024;

/** The id of a ConfigMap. */
export function configMapId(namespace: string, name: string): ResourceId {
  return { group: "", kind: "ConfigMap", namespace, name };
}

/** The ConfigMaps that store an inventory: shards, to be written first, then the parent that names them. */
export interface StoredRecord {
  readonly parent: Manifest;
  readonly shards: readonly Manifest[];
}

/** @param generation makes the names of shards unique, so that the old ones stay whole until the parent has changed. */
export function encodeRecord(ref: DeliveryRef, inventory: Inventory, lease: LeaseMark | undefined, generation: string): StoredRecord {
  const text = encodeInventory(inventory);
  const pieces = text.length <= SHARD_BYTES ? [] : (text.match(new RegExp(`.{1,${String(SHARD_BYTES)}}`, "gs")) ?? []);
  const shards = pieces.map((piece, index) =>
    configMap(ref, `${parentName(ref)}-${generation}-${String(index)}`, { [SHARD_LABEL]: applySetId(ref) }, {}, { [KEY]: piece }),
  );
  const annotations = {
    ...parentAnnotations(ref, inventory),
    ...(lease === undefined ? {} : { [LEASE_ANNOTATION]: JSON.stringify(lease) }),
  };
  const data: JsonObject = shards.length === 0 ? { [KEY]: text } : { [SHARDS_KEY]: shards.map((shard) => shard.id.name).join("\n") };
  return { parent: configMap(ref, parentName(ref), parentLabels(ref), annotations, data), shards };
}

/** The inventory that a parent holds or names the shards of. Throws INVENTORY_UNREADABLE. */
export async function decodeRecord(parent: JsonObject, reader: ClusterReader, options: CallOptions): Promise<Inventory> {
  const namespace = stringAt(parent, "metadata", "namespace");
  const where = `ConfigMap ${namespace}/${stringAt(parent, "metadata", "name")}`;
  const pieces = await Promise.all(
    shardNames(parent).map(async (name) => {
      const shard = await reader.get(configMapId(namespace, name), options);
      if (shard === undefined)
        throw new GitOpsError("INVENTORY_UNREADABLE", `${where} names the shard ${name}, which is not there`, { data: { object: where } });
      return stringAt(shard, "data", KEY);
    }),
  );
  return decodeInventory(pieces.length > 0 ? pieces.join("") : stringAt(parent, "data", KEY), where);
}

/** The names of a parent's shards; none where the inventory fits into the parent. */
export function shardNames(parent: JsonObject): readonly string[] {
  return stringAt(parent, "data", SHARDS_KEY)
    .split("\n")
    .filter((name) => name !== "");
}

/**
 * Names of the shards that a record of this delivery left behind. Those that another run made on top of this very version of the parent
 * are not among them: their record may be under way.
 */
export async function strayShards(
  ref: DeliveryRef,
  parent: JsonObject,
  reader: ClusterReader,
  options: CallOptions,
): Promise<readonly string[]> {
  const query = { group: "", kind: "ConfigMap", namespace: ref.namespace, labelSelector: `${SHARD_LABEL}=${applySetId(ref)}` };
  const names = (await reader.list(query, options)).map((shard) => stringAt(shard, "metadata", "name"));
  const named = new Set(shardNames(parent));
  const next = `-${stringAt(parent, "metadata", "resourceVersion")}-`;
  return names.filter((name) => !named.has(name) && !name.includes(next, parentName(ref).length));
}

/** The lease annotation's text, or undefined. */
export function leaseText(parent: JsonObject): string | undefined {
  const metadata = parent["metadata"];
  const annotations = isJsonObject(metadata) ? metadata["annotations"] : undefined;
  const text = isJsonObject(annotations) ? annotations[LEASE_ANNOTATION] : undefined;
  return typeof text === "string" ? text : undefined;
}

function configMap(ref: DeliveryRef, name: string, labels: JsonObject, annotations: JsonObject, data: JsonObject): Manifest {
  const { namespace } = ref;
  return {
    id: configMapId(namespace, name),
    apiVersion: "v1",
    object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, labels, annotations }, data },
    origin: { file: "" },
  };
}
