import { assessHealth, MISSING } from "../health/index.ts";
import type { Change } from "../model/change.ts";
import { GitOpsError } from "../model/errors.ts";
import { worstHealth, type Health } from "../model/health.ts";
import type { InventoryEntry } from "../model/inventory.ts";
import { DEFAULT_POLICY, type DeliveryRef } from "../model/delivery.ts";
import { stringAt, type JsonObject } from "../model/json.ts";
import { resourceKey } from "../model/resource-id.ts";
import { DEFAULT_BUDGET } from "../build/build-options.ts";
import type { StoredDelivery } from "../ports/delivery-store.ts";
import { mapBounded } from "./bounded.ts";
import { fetchingOnce } from "./fetch-once.ts";
import { observeLive, type LiveObjects } from "./observe-live.ts";
import { prepareSync } from "./prepare-sync.ts";
import type { DeliveryStatus, ReaderPorts, ResourceStatus, RunContext } from "./request.ts";

/** So many deliveries are compared at once by a listing. */
const DELIVERIES_AT_ONCE = 4;

/**
 * One delivery: what it owns, whether the cluster is as Git says, and how its objects do. Changes nothing.
 * The desired state is fetched and compared; where that is not possible the sync state is Unknown, and a warning says why.
 * @throws DELIVERY_NOT_FOUND, CLUSTER_UNREACHABLE …
 */
export async function getDelivery(ref: DeliveryRef, ports: ReaderPorts, context: RunContext): Promise<DeliveryStatus> {
  const stored = await ports.deliveries.read(ref, context);
  if (stored === undefined)
    throw new GitOpsError("DELIVERY_NOT_FOUND", `no delivery named ${ref.name} in the namespace ${ref.namespace}`, {
      hint: "gitops get -A lists all deliveries",
    });
  return statusOf(stored, ports, context);
}

/** All deliveries of a namespace, or of all namespaces that may be listed; by namespace and name. */
export async function listDeliveries(
  namespace: string | undefined,
  ports: ReaderPorts,
  context: RunContext,
): Promise<readonly DeliveryStatus[]> {
  const { deliveries, unreadable } = await ports.deliveries.list(namespace, context);
  for (const { error } of unreadable) context.emit({ type: "warning", message: error.message });
  const all = [...deliveries];
  all.sort((a, b) => (`${a.ref.namespace}/${a.ref.name}` < `${b.ref.namespace}/${b.ref.name}` ? -1 : 1));
  const sharing = { ...ports, fetcher: fetchingOnce(ports.fetcher) };
  return mapBounded(all, DELIVERIES_AT_ONCE, (stored) => statusOf(stored, sharing, context));
}

async function statusOf(stored: StoredDelivery, ports: ReaderPorts, context: RunContext): Promise<DeliveryStatus> {
  const { inventory, ref, createdAt } = stored;
  const quiet = { ...context, emit: () => undefined };
  const discovery = await ports.cluster.discover(context);
  const [live, compared] = await Promise.all([
    observeLive(inventory.entries, discovery, ports.cluster, context),
    compareQuietly(stored, ports, { ...context, emit: quiet.emit }),
  ]);
  if (compared instanceof GitOpsError)
    context.emit({ type: "warning", message: `${ref.name}: its sync state is unknown: ${compared.message}` });
  const changes = compared instanceof GitOpsError ? undefined : compared;
  const versionOfKind = (entry: InventoryEntry): string => discovery.find(entry)?.version ?? "";
  const owned = inventory.entries.map((entry) => resourceStatus(entry, versionOfKind(entry), live, changes?.get(resourceKey(entry))));
  const declared = [...(changes?.values() ?? [])].filter(
    (change) => change.action === "create" && !inventory.entries.some((entry) => resourceKey(entry) === resourceKey(change.id)),
  );
  const resources = [
    ...owned,
    ...declared.map((change) => ({
      id: change.id,
      version: discovery.find(change.id)?.version ?? "",
      sync: "OutOfSync" as const,
      health: MISSING,
      createdAt: "",
    })),
  ];
  return {
    ref,
    revision: inventory.revision,
    source: inventory.source,
    sync: changes === undefined ? "Unknown" : overall(changes),
    health: worstHealth(resources.map(({ health }) => health)),
    createdAt,
    resources,
  };
}

async function compareQuietly(
  { ref }: StoredDelivery,
  ports: ReaderPorts,
  context: RunContext,
): Promise<ReadonlyMap<string, Change> | GitOpsError> {
  try {
    const build = { budget: DEFAULT_BUDGET, loadRestrictor: "LoadRestrictionsRootOnly", strict: false } as const;
    const request = { ref, source: undefined, override: {}, policy: { ...DEFAULT_POLICY, prune: true }, build, expectCluster: undefined };
    const { changes } = await prepareSync(request, ports, context);
    return new Map(changes.map((change) => [resourceKey(change.id), change]));
  } catch (error) {
    if (error instanceof GitOpsError && !context.signal.aborted) return error;
    throw error;
  }
}

function overall(changes: ReadonlyMap<string, Change>): "Synced" | "OutOfSync" {
  return [...changes.values()].every(({ action }) => action === "none" || action === "skip") ? "Synced" : "OutOfSync";
}

function resourceStatus(entry: InventoryEntry, version: string, live: LiveObjects, change: Change | undefined): ResourceStatus {
  const { group, kind, namespace, name } = entry;
  const key = resourceKey(entry);
  const object = live.objects.get(key);
  const unknown = live.unknown.get(key);
  return {
    id: { group, kind, namespace, name },
    version,
    sync: syncOf(change, object, unknown !== undefined),
    health: unknown === undefined ? healthOf(object) : { status: "Unknown", reason: unknown.code, message: unknown.message },
    createdAt: stringAt(object, "metadata", "creationTimestamp"),
  };
}

function healthOf(object: JsonObject | undefined): Health {
  return object === undefined ? MISSING : assessHealth(object);
}

function syncOf(change: Change | undefined, object: JsonObject | undefined, isUnknown: boolean): ResourceStatus["sync"] {
  if (isUnknown) return "Unknown";
  if (object === undefined) return "OutOfSync";
  if (change === undefined) return "Unknown";
  return change.action === "none" ? "Synced" : "OutOfSync";
}
