import type { DeliveryRef } from "../../../engine/model/delivery.ts";
import type { Inventory } from "../../../engine/model/inventory.ts";
import { stringAt, type JsonObject } from "../../../engine/model/json.ts";
import type { RecordFormat } from "../../../engine/model/record-format.ts";
import type { Clock } from "../../../engine/ports/clock.ts";
import type { CallOptions, ClusterReader } from "../../../engine/ports/cluster-reader.ts";
import type { DeliveryObjects } from "../../../engine/ports/delivery-objects.ts";
import type { DeliveryLease, DeliveryStore, DeliveryWriter, StoredDelivery } from "../../../engine/ports/delivery-store.ts";
import { takeLease } from "./lease.ts";
import { objectIdOf, objectRecord } from "./object-record.ts";

/**
 * Reads what the apps of a dialect own: from the status of their objects, or from the record of a bare delivery where the cluster
 * does not serve the kind, does not have the object, or its status records nothing yet.
 */
export function createObjectStore(cluster: ClusterReader, format: RecordFormat, fallback: DeliveryStore): DeliveryStore {
  return {
    ownerMark: ({ namespace, name }) => format.ownerMark(objectIdOf(format, { namespace, name })),
    async read(ref, options) {
      const object = await readObject(cluster, format, ref, options);
      if (object === undefined) return fallback.read(ref, options);
      const recorded = format.inventoryOf(object);
      if (recorded !== undefined) return storedIn(object, ref, recorded);
      const earlier = (await fallback.read(ref, options))?.inventory ?? NOTHING;
      // Unfinished, so that even a run without a change writes it where it belongs.
      return storedIn(object, ref, { ...earlier, unfinished: true });
    },
    list: (namespace, options) => fallback.list(namespace, options),
  };
}

/** As {@link createObjectStore}, and writes. The record of a bare delivery goes when the object's status has taken over. */
export function createObjectStoreWriter(
  ports: { readonly cluster: ClusterReader; readonly objects: DeliveryObjects; readonly clock: Clock },
  format: RecordFormat,
  fallback: DeliveryWriter,
): DeliveryWriter {
  const { cluster, clock } = ports;
  return {
    ...createObjectStore(cluster, format, fallback),
    async begin(ref, intent, expected, options): Promise<DeliveryLease> {
      const object = await readObject(cluster, format, ref, options);
      if (object === undefined) return fallback.begin(ref, intent, expected, options);
      const earlier = format.inventoryOf(object) === undefined ? await fallback.read(ref, options) : undefined;
      const lease = await takeLease(objectRecord(ports, format, ref), clock, intent, expected, options);
      try {
        if (earlier !== undefined) await dropEarlier(fallback, earlier, options);
      } catch (error) {
        // Nobody else could give it back: the caller never got it.
        await lease.release(undefined, { signal: AbortSignal.timeout(RELEASE_MS) });
        throw error;
      }
      return lease;
    },
  };
}

/** How long giving a lease back may take where the run was cancelled. */
const RELEASE_MS = 10_000;

const NOTHING: Inventory = {
  version: 1,
  cluster: "",
  source: { type: "git", url: "", ref: { type: "default" }, path: "" },
  namespace: "",
  revision: "",
  entries: [],
};

async function readObject(
  cluster: ClusterReader,
  format: RecordFormat,
  ref: DeliveryRef,
  options: CallOptions,
): Promise<JsonObject | undefined> {
  const isServed = (await cluster.discover(options)).find(format) !== undefined;
  return isServed ? cluster.get(objectIdOf(format, ref), options) : undefined;
}

function storedIn(object: JsonObject, ref: DeliveryRef, inventory: Inventory): StoredDelivery {
  return {
    ref,
    inventory,
    resourceVersion: stringAt(object, "metadata", "resourceVersion"),
    createdAt: stringAt(object, "metadata", "creationTimestamp"),
  };
}

async function dropEarlier(
  fallback: DeliveryWriter,
  { ref, inventory, resourceVersion }: StoredDelivery,
  options: CallOptions,
): Promise<void> {
  const lease = await fallback.begin(ref, inventory, resourceVersion, options);
  await lease.remove(options);
}
