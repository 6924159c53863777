import { idOf } from "../model/metadata.ts";
import type { Conventions } from "../model/conventions.ts";
import type { Discovery } from "../model/discovery.ts";
import { GitOpsError } from "../model/errors.ts";
import { stringAt, valueAt, type JsonObject } from "../model/json.ts";
import { resourceKey, type ResourceId } from "../model/resource-id.ts";
import { countsAsOccupant, wasAppliedBy } from "../plan/index.ts";
import type { ClusterReader } from "../ports/cluster-reader.ts";
import { REQUESTS_AT_ONCE, mapBounded } from "./bounded.ts";
import type { RunContext } from "./request.ts";

/**
 * What still lives in the Namespaces and CRDs that may be pruned; by resourceKey.
 * One whose content can't be listed in full is left out: it then counts as occupied.
 */
export async function observeOccupants(
  candidates: readonly ResourceId[],
  live: ReadonlyMap<string, JsonObject>,
  discovery: Discovery,
  { cluster, conventions }: { readonly cluster: ClusterReader; readonly conventions: Conventions },
  context: RunContext,
): Promise<ReadonlyMap<string, readonly ResourceId[]>> {
  const occupants = new Map<string, readonly ResourceId[]>();
  for (const id of candidates) {
    const object = live.get(resourceKey(id));
    if (object === undefined) continue;
    const queries = queriesFor(id, object, discovery);
    if (queries === undefined) continue;
    const found = await listAll(queries, { cluster, conventions }, context);
    if (found !== undefined) occupants.set(resourceKey(id), found);
  }
  return occupants;
}

interface Query {
  readonly group: string;
  readonly kind: string;
  readonly namespace?: string;
}

function queriesFor(id: ResourceId, object: JsonObject, discovery: Discovery): readonly Query[] | undefined {
  if (id.group === "" && id.kind === "Namespace") {
    if (discovery.unavailableGroups.size > 0) return undefined;
    const listable = discovery.kinds.filter((kind) => kind.namespaced && kind.verbs.includes("list") && kind.verbs.includes("delete"));
    return listable.map(({ group, kind }) => ({ group, kind, namespace: id.name }));
  }
  if (id.group === "apiextensions.k8s.io" && id.kind === "CustomResourceDefinition") {
    const served = { group: stringAt(object, "spec", "group"), kind: stringAt(object, "spec", "names", "kind") };
    return discovery.find(served) === undefined ? [] : [served];
  }
  return undefined;
}

async function listAll(
  queries: readonly Query[],
  { cluster, conventions }: { readonly cluster: ClusterReader; readonly conventions: Conventions },
  context: RunContext,
): Promise<readonly ResourceId[] | undefined> {
  try {
    const lists = await mapBounded(queries, REQUESTS_AT_ONCE, (query) => cluster.list(query, context));
    const byUid = new Map<string, ResourceId>();
    for (const object of lists.flat()) {
      if (!countsAsOccupant(object) || (conventions.isHook(object) && wasAppliedBy(object, conventions.fieldManager))) continue;
      const id = idOf(object);
      byUid.set(String(valueAt(object, "metadata", "uid") ?? resourceKey(id)), id);
    }
    return [...byUid.values()];
  } catch (error) {
    if (
      error instanceof GitOpsError &&
      (error.code === "FORBIDDEN" || error.code === "UNKNOWN_KIND" || error.code === "CLUSTER_UNREACHABLE")
    )
      return undefined;
    throw error;
  }
}
