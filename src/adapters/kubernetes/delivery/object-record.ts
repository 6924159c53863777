import type { DeliveryRef } from "../../../engine/model/delivery.ts";
import { annotationOf, hasAnnotation } from "../../../engine/model/metadata.ts";
import { stringAt, type JsonObject } from "../../../engine/model/json.ts";
import type { RecordFormat } from "../../../engine/model/record-format.ts";
import type { ResourceId } from "../../../engine/model/resource-id.ts";
import type { CallOptions, ClusterReader } from "../../../engine/ports/cluster-reader.ts";
import type { DeliveryObjects } from "../../../engine/ports/delivery-objects.ts";
import { LEASE_ANNOTATION, type LeaseMark } from "./lease-mark.ts";
import type { LeasedRecord } from "./leased-record.ts";

const FIELD_MANAGER = "gitops";

/** The app object of a delivery. */
export function objectIdOf({ group, kind }: RecordFormat, { namespace, name }: Pick<DeliveryRef, "namespace" | "name">): ResourceId {
  return { group, kind, namespace, name };
}

/**
 * The record of a delivery in its app object: the inventory in the status, where the dialect's own controller keeps it, the lease in an
 * annotation. The lease goes first and, at the end, last: in between nobody else writes.
 */
export function objectRecord(
  ports: { readonly cluster: ClusterReader; readonly objects: DeliveryObjects },
  format: RecordFormat,
  ref: DeliveryRef,
): LeasedRecord {
  const { cluster, objects } = ports;
  const id = objectIdOf(format, ref);

  const annotate = (mark: LeaseMark | undefined, current: JsonObject | undefined, options: CallOptions): Promise<JsonObject> =>
    objects.patch(
      id,
      { metadata: { annotations: { [LEASE_ANNOTATION]: mark === undefined ? null : JSON.stringify(mark) } } },
      { fieldManager: FIELD_MANAGER, resourceVersion: versionOf(current), ...options },
    );

  return {
    ref,
    read: (options) => cluster.get(id, options),
    // Whoever runs this program on an object of the dialect means it.
    isOurs: () => true,
    markOf: (object) => (hasAnnotation(object, LEASE_ANNOTATION) ? annotationOf(object, LEASE_ANNOTATION) : undefined),
    async store(inventory, mark, current, options) {
      const held = mark === undefined ? current : await annotate(mark, current, options);
      const stored = await objects.patchStatus(
        id,
        { status: format.statusOf(inventory) },
        { fieldManager: format.statusManager, resourceVersion: versionOf(held), ...options },
      );
      return mark === undefined ? annotate(undefined, stored, options) : stored;
    },
    renew: (_inventory, mark, current, options) => annotate(mark, current, options),
    holds: async (object, inventory) =>
      JSON.stringify(format.inventoryOf(object)?.entries.map(keyOf)) === JSON.stringify(inventory.entries.map(keyOf)),
    async remove(current, options) {
      // The object itself is declared by somebody, or deleted by who asked for it; what it owned is gone.
      const stored = await objects.patchStatus(
        id,
        { status: { inventory: null } },
        { fieldManager: format.statusManager, resourceVersion: versionOf(current), ...options },
      );
      await annotate(undefined, stored, options);
    },
  };
}

function keyOf({ group, kind, namespace, name }: ResourceId): string {
  return `${group}/${kind}/${namespace}/${name}`;
}

function versionOf(object: JsonObject | undefined): string {
  return stringAt(object, "metadata", "resourceVersion");
}
