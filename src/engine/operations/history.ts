import type { HistoryEntry } from "../model/object-view.ts";
import type { Inventory } from "../model/inventory.ts";
import { GitOpsError } from "../model/errors.ts";
import type { FoundDelivery } from "./find-object.ts";
import type { ReaderPorts, RunContext } from "./request.ts";

/** What a delivery remembers of its attempts, newest first. */
export interface DeliveryHistory {
  readonly name: string;
  readonly namespace: string;
  readonly dialect: string;
  readonly entries: readonly HistoryEntry[];
}

/** The attempts that a delivery's status records. The record of a bare delivery holds its last one only. Throws DELIVERY_NOT_FOUND. */
export async function readHistory(
  found: FoundDelivery,
  ports: Pick<ReaderPorts, "deliveries">,
  context: RunContext,
): Promise<DeliveryHistory> {
  if (found.type === "object") {
    const { view, dialect } = found.found;
    return { name: view.id.name, namespace: view.id.namespace, dialect: dialect.name, entries: view.history };
  }
  const { ref } = found;
  const stored = await ports.deliveries.read(ref, context);
  if (stored === undefined)
    throw new GitOpsError("DELIVERY_NOT_FOUND", `no delivery named ${ref.name} in the namespace ${ref.namespace}`, {
      hint: "gitops get -A lists all deliveries",
    });
  return { name: ref.name, namespace: ref.namespace, dialect: ref.dialect, entries: [lastOf(stored.inventory, stored.createdAt)] };
}

function lastOf({ revision, unfinished }: Inventory, createdAt: string): HistoryEntry {
  return { revision, firstAt: createdAt, lastAt: "", outcome: unfinished === true ? "Unfinished" : "Applied", attempts: 1, duration: "" };
}
