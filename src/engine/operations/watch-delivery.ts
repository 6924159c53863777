import type { DeliveryRef } from "../model/delivery.ts";
import { resourceKey } from "../model/resource-id.ts";
import { fetchingOnce } from "./fetch-once.ts";
import { getDelivery } from "./delivery-status.ts";
import { getObject } from "./get.ts";
import type { ReadObject } from "./read-objects.ts";
import type { DeliveryStatus, ObjectPorts, ObjectStatus, ReaderPorts, ResourceStatus, RunContext } from "./request.ts";
import { watchStatus, type WatchQuery } from "./watch-status.ts";

/** A delivery's status now and after every change of one of its objects, of kinds that join it meanwhile too, until the signal is aborted. */
export async function* watchDelivery(ref: DeliveryRef, ports: ReaderPorts, context: RunContext): AsyncGenerator<DeliveryStatus> {
  let remembering = { ...ports, fetcher: fetchingOnce(ports.fetcher) };
  yield* watchStatus(
    {
      first: await getDelivery(ref, remembering, context),
      read: async (former) => {
        const status = await getDelivery(ref, remembering, context);
        // A new revision in the record is news of the source; a change in the cluster is none.
        if (status.revision !== former.revision) remembering = { ...ports, fetcher: fetchingOnce(ports.fetcher) };
        return status;
      },
      queriesOf: ({ resources }) =>
        new Map([["record", { group: "", kind: "ConfigMap", namespace: ref.namespace }], ...queriesOf(resources)]),
    },
    ports,
    context,
  );
}

/** The same of an object of a dialect: its own status, its source's and its members'. */
export async function* watchObject(
  read: Pick<ReadObject, "view" | "dialect" | "kind">,
  ports: ObjectPorts,
  context: RunContext,
): AsyncGenerator<ObjectStatus> {
  yield* watchStatus(
    {
      first: await getObject(read, ports, context),
      read: () => getObject(read, ports, context),
      queriesOf: ({ view, resources }) => {
        const single = [view.id, ...(view.source === undefined ? [] : [view.source])];
        return new Map([...single.map((id): [string, WatchQuery] => [resourceKey(id), id]), ...queriesOf(resources ?? [])]);
      },
    },
    ports,
    context,
  );
}

function queriesOf(resources: readonly ResourceStatus[]): readonly [string, WatchQuery][] {
  return resources
    .filter(({ createdAt }) => createdAt !== "")
    .map(({ id: { group, kind, namespace } }) => [
      `${group}/${kind}/${namespace}`,
      { group, kind, ...(namespace === "" ? {} : { namespace }) },
    ]);
}
