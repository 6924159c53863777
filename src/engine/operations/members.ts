import { dialectOf } from "../dialects/table.ts";
import { idOf } from "../model/metadata.ts";
import type { Discovery } from "../model/discovery.ts";
import { GitOpsError } from "../model/errors.ts";
import { arrayAt, stringAt, valueAt, type JsonObject } from "../model/json.ts";
import { resourceKey, versionOf, type GroupKind, type ResourceId } from "../model/resource-id.ts";
import { REQUESTS_AT_ONCE, mapBounded } from "./bounded.ts";
import { observeLive } from "./observe-live.ts";
import { ownedKinds } from "./owned-kinds.ts";
import type { ObjectPorts, RunContext } from "./request.ts";

/** An object as it lives, and the objects that were made for it (by ownerReferences), over all steps. */
export interface Member {
  readonly id: ResourceId;
  readonly version: string;
  /** Undefined where there is none, or it may not be read. */
  readonly object: JsonObject | undefined;
  readonly children: readonly Member[];
}

/**
 * Objects with all that was made for them: Deployment, ReplicaSet, Pod. Each kind is listed once for a namespace. What may not be listed
 * is told once and left out.
 */
export async function readMembers(
  ids: readonly ResourceId[],
  discovery: Discovery,
  { cluster }: Pick<ObjectPorts, "cluster">,
  context: RunContext,
): Promise<readonly Member[]> {
  const { objects } = await observeLive(ids, discovery, cluster, context);
  const queries = new Map<string, GroupKind & { readonly namespace: string }>();
  for (const id of ids) {
    if (!objects.has(resourceKey(id)) || id.namespace === "" || dialectOf(id) !== undefined) continue;
    for (const { group, kind } of ownedKinds(id, discovery))
      if (discovery.find({ group, kind }) !== undefined)
        queries.set(`${group}/${kind}/${id.namespace}`, { group, kind, namespace: id.namespace });
  }
  const hidden = new Set<string>();
  const lists = await mapBounded([...queries.values()], REQUESTS_AT_ONCE, async (query) => {
    try {
      return await cluster.list(query, context);
    } catch (error) {
      if (!(error instanceof GitOpsError) || error.code !== "FORBIDDEN") throw error;
      hidden.add(`${discovery.find(query)?.plural ?? query.kind} in ${query.namespace}`);
      return [];
    }
  });
  if (hidden.size > 0)
    context.emit({ type: "warning", message: `you may not list ${[...hidden].join(", ")}: what was made for the objects is left out` });
  const owned = byOwner(lists.flat());
  return ids.map((id) => memberOf(id, discovery.find(id)?.version ?? "", objects.get(resourceKey(id)), owned, new Set()));
}

/** A member and all its descendants, itself first. */
export function* withDescendants(members: readonly Member[]): Generator<Member> {
  for (const member of members) {
    yield member;
    yield* withDescendants(member.children);
  }
}

function memberOf(
  id: ResourceId,
  version: string,
  object: JsonObject | undefined,
  owned: ReadonlyMap<string, readonly JsonObject[]>,
  above: ReadonlySet<string>,
): Member {
  const uid = stringAt(object, "metadata", "uid");
  const isLoop = above.has(uid);
  const children = (isLoop ? [] : (owned.get(uid) ?? []))
    .map((child) => memberOf(idOf(child), versionOf(stringAt(child, "apiVersion")), child, owned, new Set([...above, uid])))
    .filter((child) => !isOutdated(child));
  return { id, version, object, children };
}

/** A ReplicaSet of an earlier revision has nothing to tell. */
function isOutdated({ id, object, children }: Member): boolean {
  return id.kind === "ReplicaSet" && children.length === 0 && valueAt(object, "spec", "replicas") === 0;
}

function byOwner(objects: readonly JsonObject[]): ReadonlyMap<string, readonly JsonObject[]> {
  const owned = new Map<string, JsonObject[]>();
  for (const object of objects) {
    for (const reference of arrayAt(object, "metadata", "ownerReferences")) {
      const uid = stringAt(reference, "uid");
      if (uid !== "") owned.set(uid, [...(owned.get(uid) ?? []), object]);
    }
  }
  return owned;
}
