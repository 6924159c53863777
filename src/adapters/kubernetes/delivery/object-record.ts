import { GitOpsError } from "../../../engine/model/errors.ts";
import type { DeliveryRef } from "../../../engine/model/delivery.ts";
import { annotationOf, hasAnnotation } from "../../../engine/model/metadata.ts";
import { stringAt, type JsonObject } from "../../../engine/model/json.ts";
import type { RecordFormat } from "../../../engine/model/record-format.ts";
import type { ResourceId } from "../../../engine/model/resource-id.ts";
import type { CallOptions, ClusterReader } from "../../../engine/ports/cluster-reader.ts";
import type { DeliveryObjects } from "../../../engine/ports/delivery-objects.ts";
import { LEASE_ANNOTATION, parseLeaseMark, type LeaseMark } from "./lease-mark.ts";
import type { LeasedRecord } from "./leased-record.ts";

const FIELD_MANAGER = "gitops";

/** Others write the same object, just not its record: so often a write is sent again on what they left. */
const WRITE_ATTEMPTS = 5;

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
  const read = (options: CallOptions): Promise<JsonObject | undefined> => cluster.get(id, options);

  const annotate = (mark: LeaseMark | undefined, current: JsonObject | undefined, options: CallOptions): Promise<JsonObject> => {
    const text = mark === undefined ? undefined : JSON.stringify(mark);
    const write = (resourceVersion: string): Promise<JsonObject> =>
      objects.patch(
        id,
        { metadata: { annotations: { [LEASE_ANNOTATION]: text ?? null } } },
        { fieldManager: FIELD_MANAGER, resourceVersion, ...options },
      );
    // Who takes the lease must meet the very object that was planned from: its record may have changed with it.
    const held = mark === undefined || runIn(current) === mark.run ? markIn(current) : undefined;
    return whileHeld(read, { current, held }, write, (now) => markIn(now) === text, options);
  };

  const patchStatus = (status: JsonObject, current: JsonObject | undefined, options: CallOptions): Promise<JsonObject> =>
    whileHeld(
      read,
      { current, held: markIn(current) },
      (resourceVersion) => objects.patchStatus(id, { status }, { fieldManager: format.statusManager, resourceVersion, ...options }),
      () => false,
      options,
    );

  return {
    ref,
    read,
    // Whoever runs this program on an object of the dialect means it.
    isOurs: () => true,
    markOf: markIn,
    async store(inventory, mark, current, options) {
      const held = mark === undefined ? current : await annotate(mark, current, options);
      const stored = await patchStatus(format.statusOf(inventory), held, options);
      return mark === undefined ? annotate(undefined, stored, options) : stored;
    },
    renew: (_inventory, mark, current, options) => annotate(mark, current, options),
    holds: async (object, inventory) =>
      JSON.stringify(format.inventoryOf(object)?.entries.map(keyOf)) === JSON.stringify(inventory.entries.map(keyOf)),
    async remove(current, options) {
      // The object itself is declared by somebody, or deleted by who asked for it; what it owned is gone.
      const stored = await patchStatus({ inventory: null }, current, options);
      await annotate(undefined, stored, options);
    },
  };
}

/**
 * A write while the lease is held. The object is written by others too, such as a person who labels it or the app that declares it,
 * and that takes the lease from nobody: as long as our mark stands there the write is sent again, on the newest version.
 */
async function whileHeld(
  read: (options: CallOptions) => Promise<JsonObject | undefined>,
  { current, held }: { readonly current: JsonObject | undefined; readonly held: string | undefined },
  write: (resourceVersion: string) => Promise<JsonObject>,
  isWritten: (now: JsonObject) => boolean,
  options: CallOptions,
): Promise<JsonObject> {
  let version = versionOf(current);
  for (let attempt = 1; ; attempt++) {
    try {
      return await write(version);
    } catch (error) {
      if (!(error instanceof GitOpsError) || error.code !== "STALE_OBJECT" || attempt === WRITE_ATTEMPTS) throw error;
      const now = await read(options);
      if (now === undefined) throw error;
      if (isWritten(now)) return now;
      if (held === undefined || markIn(now) !== held) throw error;
      version = versionOf(now);
    }
  }
}

function markIn(object: JsonObject | undefined): string | undefined {
  return object !== undefined && hasAnnotation(object, LEASE_ANNOTATION) ? annotationOf(object, LEASE_ANNOTATION) : undefined;
}

/** The run whose mark an object carries. */
function runIn(object: JsonObject | undefined): string | undefined {
  const text = markIn(object);
  return text === undefined ? undefined : parseLeaseMark(text)?.run;
}

function keyOf({ group, kind, namespace, name }: ResourceId): string {
  return `${group}/${kind}/${namespace}/${name}`;
}

function versionOf(object: JsonObject | undefined): string {
  return stringAt(object, "metadata", "resourceVersion");
}
