import { randomUUID } from "node:crypto";
import type { DeliveryRef } from "../../../engine/model/delivery.ts";
import { GitOpsError } from "../../../engine/model/errors.ts";
import { objectAt, stringAt, type JsonObject } from "../../../engine/model/json.ts";
import type { CallOptions } from "../../../engine/ports/cluster-reader.ts";
import type { ClusterWriter } from "../../../engine/ports/cluster-writer.ts";
import { isOurParent, parentName } from "./applyset.ts";
import { decodeInventory, encodeInventory } from "./inventory-codec.ts";
import type { LeasedRecord } from "./leased-record.ts";
import { configMapId, decodeRecord, encodeRecord, leaseText, shardNames, strayShards } from "./parent-record.ts";

const FIELD_MANAGER = "gitops";

/** The record of a delivery in a ConfigMap, the parent of an ApplySet, with its shards. */
export function configMapRecord(cluster: ClusterWriter, ref: DeliveryRef): LeasedRecord {
  const id = configMapId(ref.namespace, parentName(ref));
  const run = randomUUID().slice(0, 8);
  const store: LeasedRecord["store"] = async (inventory, mark, current, options) => {
    const oldShards = current === undefined ? [] : shardNames(current);
    const version = current === undefined ? undefined : stringAt(current, "metadata", "resourceVersion");
    const record = encodeRecord(ref, inventory, mark, `${run}-${version ?? "0"}`);
    const writing = { fieldManager: FIELD_MANAGER, ...options };
    for (const shard of record.shards) await cluster.replace(shard, undefined, writing);
    const parent = await cluster.replace(record.parent, version, writing);
    if (oldShards.length > 0 || record.shards.length > 0) await deleteShards(await shardsToDelete(parent, oldShards, options), options);
    return parent;
  };

  /** Who may not list ConfigMaps removes the shards of the former record at least. */
  async function shardsToDelete(parent: JsonObject, oldShards: readonly string[], options: CallOptions): Promise<readonly string[]> {
    try {
      return await strayShards(ref, parent, cluster, options);
    } catch (error) {
      if (error instanceof GitOpsError && error.code === "FORBIDDEN") return oldShards;
      throw error;
    }
  }

  async function deleteShards(names: readonly string[], options: CallOptions): Promise<void> {
    for (const name of names) {
      const shard = await cluster.get(configMapId(ref.namespace, name), options);
      if (shard !== undefined) await remove(shard, options);
    }
  }

  async function remove(object: JsonObject, options: CallOptions): Promise<void> {
    await cluster.delete(configMapId(ref.namespace, stringAt(object, "metadata", "name")), {
      uid: stringAt(object, "metadata", "uid"),
      resourceVersion: stringAt(object, "metadata", "resourceVersion"),
      propagation: "Background",
      ...options,
    });
  }

  return {
    ref,
    read: (options) => cluster.get(id, options),
    isOurs: (object) => isOurParent(objectAt(object, "metadata")),
    markOf: leaseText,
    store,
    renew: store,
    async holds(object, inventory, options) {
      // Both as they are stored: the order of keys in memory says nothing.
      const stored = await decodeRecord(object, cluster, options);
      return encodeInventory(stored) === encodeInventory(decodeInventory(encodeInventory(inventory), parentName(ref)));
    },
    async remove(current, options) {
      const shards = shardNames(current);
      await remove(current, options);
      await deleteShards(shards, options);
    },
  };
}
