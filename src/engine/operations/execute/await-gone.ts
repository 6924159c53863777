import { stringAt, type JsonObject } from "../../model/json.ts";
import { resourceKey, type ResourceId } from "../../model/resource-id.ts";
import type { ClusterReader } from "../../ports/cluster-reader.ts";
import type { RunContext } from "../request.ts";
import type { Deadline } from "./deadline.ts";

/** An object that is being deleted. Another object of the same name is not it. */
export interface Leaving {
  readonly id: ResourceId;
  readonly uid: string;
}

/**
 * Follows objects until they are gone or the deadline passes.
 * @returns what is still there, as last seen.
 */
export async function awaitGone(
  leaving: readonly Leaving[],
  cluster: ClusterReader,
  deadline: Deadline,
  context: RunContext,
): Promise<ReadonlyMap<string, JsonObject>> {
  const left = new Map<string, JsonObject>();
  const groups = new Map<string, Leaving[]>();
  for (const one of leaving) {
    const key = `${one.id.group}/${one.id.kind}/${one.id.namespace}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  await Promise.all([...groups.values()].map((group) => followGroup(group, cluster, deadline, context, left)));
  return left;
}

async function followGroup(
  group: readonly Leaving[],
  cluster: ClusterReader,
  deadline: Deadline,
  context: RunContext,
  left: Map<string, JsonObject>,
): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  const { id } = first;
  const uids = new Map(group.map((one) => [one.uid, resourceKey(one.id)]));
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, deadline.signal, context.signal]);
  const query = { group: id.group, kind: id.kind, ...(id.namespace === "" ? {} : { namespace: id.namespace }) };
  // Until the first list has come nobody knows, and what is not known to be gone is still there.
  const present = new Map<string, JsonObject>(group.map((one) => [resourceKey(one.id), {}]));
  for await (const event of cluster.watch(query, { signal })) {
    if (event.type === "listed") present.clear();
    const objects = event.type === "listed" ? event.objects : [event.object];
    for (const object of objects) {
      const key = uids.get(stringAt(object, "metadata", "uid"));
      if (key === undefined) continue;
      if (event.type === "deleted") present.delete(key);
      else present.set(key, object);
    }
    if (present.size === 0) done.abort();
  }
  for (const [key, object] of present) left.set(key, object);
  if (!done.signal.aborted) context.signal.throwIfAborted();
}
