import type { DeliveryRef } from "../../../engine/model/delivery.ts";
import { GitOpsError } from "../../../engine/model/errors.ts";
import type { Inventory } from "../../../engine/model/inventory.ts";
import { objectAt, stringAt, type JsonObject } from "../../../engine/model/json.ts";
import type { Clock } from "../../../engine/ports/clock.ts";
import type { CallOptions, ClusterReader } from "../../../engine/ports/cluster-reader.ts";
import type { ClusterWriter } from "../../../engine/ports/cluster-writer.ts";
import type { DeliveryLease, DeliveryList, DeliveryStore, DeliveryWriter, StoredDelivery } from "../../../engine/ports/delivery-store.ts";
import { annotationOf } from "../../../engine/model/metadata.ts";
import { APPLYSET_ID_LABEL, DIALECT_ANNOTATION, PART_OF_LABEL, applySetId, isOurParent, parentName } from "./applyset.ts";
import { configMapRecord } from "./config-map-record.ts";
import { takeLease } from "./lease.ts";
import { configMapId, decodeRecord } from "./parent-record.ts";

/** Keeps bare deliveries as ApplySets (KEP-3659), read only. */
export function createDeliveryStore(cluster: ClusterReader): DeliveryStore {
  return {
    ownerMark: (ref) => {
      const marks = { labels: { [PART_OF_LABEL]: applySetId(ref) }, annotations: {} };
      return { text: `the label ${PART_OF_LABEL}`, of: () => marks };
    },
    read: (ref, options) => readDelivery(cluster, ref, options),
    list: (namespace, options) => listDeliveries(cluster, namespace, options),
  };
}

/** Keeps bare deliveries as ApplySets (KEP-3659). */
export function createDeliveryWriter(cluster: ClusterWriter, clock: Clock): DeliveryWriter {
  return {
    ...createDeliveryStore(cluster),
    begin: (ref: DeliveryRef, intent: Inventory, expected: string | undefined, options: CallOptions): Promise<DeliveryLease> =>
      takeLease(configMapRecord(cluster, ref), clock, intent, expected, options),
  };
}

async function readDelivery(cluster: ClusterReader, ref: DeliveryRef, options: CallOptions): Promise<StoredDelivery | undefined> {
  const parent = await cluster.get(configMapId(ref.namespace, parentName(ref)), options);
  if (parent === undefined) return undefined;
  if (!isOurParent(objectAt(parent, "metadata"))) throw foreignParent(ref);
  if (refOf(parent).dialect !== ref.dialect) throw otherDialect(ref);
  return storedDelivery(cluster, ref, parent, options);
}

async function listDeliveries(cluster: ClusterReader, namespace: string | undefined, options: CallOptions): Promise<DeliveryList> {
  const parents = await cluster.list(
    { group: "", kind: "ConfigMap", ...(namespace === undefined ? {} : { namespace }), labelSelector: APPLYSET_ID_LABEL },
    options,
  );
  const ours = parents.filter(
    (parent) => isOurParent(objectAt(parent, "metadata")) && stringAt(parent, "metadata", "name").startsWith("gitops-"),
  );
  const deliveries: StoredDelivery[] = [];
  const unreadable: { readonly ref: DeliveryRef; readonly error: GitOpsError }[] = [];
  await Promise.all(
    ours.map(async (parent) => {
      const ref = refOf(parent);
      try {
        deliveries.push(await storedDelivery(cluster, ref, parent, options));
      } catch (error) {
        if (!(error instanceof GitOpsError) || error.code !== "INVENTORY_UNREADABLE") throw error;
        unreadable.push({ ref, error });
      }
    }),
  );
  return { deliveries, unreadable };
}

async function storedDelivery(cluster: ClusterReader, ref: DeliveryRef, parent: JsonObject, options: CallOptions): Promise<StoredDelivery> {
  return {
    ref,
    inventory: await decodeRecord(parent, cluster, options),
    resourceVersion: stringAt(parent, "metadata", "resourceVersion"),
    createdAt: stringAt(parent, "metadata", "creationTimestamp"),
  };
}

function refOf(parent: JsonObject): DeliveryRef {
  return {
    dialect: annotationOf(parent, DIALECT_ANNOTATION) === "flux" ? "flux" : "bare",
    namespace: stringAt(parent, "metadata", "namespace"),
    name: stringAt(parent, "metadata", "name").slice("gitops-".length),
  };
}

/** A bare delivery and an app of the same name and namespace cannot both have their record in the cluster's ConfigMaps. */
function otherDialect(ref: DeliveryRef): GitOpsError {
  const object = `ConfigMap ${ref.namespace}/${parentName(ref)}`;
  return new GitOpsError("OWNED_BY_ANOTHER", `${object} is the record of another delivery that is called ${ref.name} too`, {
    hint: "rename one of the two, or install the dialect's CRDs: its objects then keep their own record",
    data: { object },
  });
}

function foreignParent(ref: DeliveryRef): GitOpsError {
  const object = `ConfigMap ${ref.namespace}/${parentName(ref)}`;
  return new GitOpsError("OWNED_BY_ANOTHER", `${object} was not made by this program`, {
    hint: "choose another name for the delivery, or remove that ConfigMap",
    data: { object },
  });
}
