import type { Discovery } from "../model/discovery.ts";
import { GitOpsError } from "../model/errors.ts";
import { stringAt, type JsonObject } from "../model/json.ts";
import { resourceKey, type ResourceId } from "../model/resource-id.ts";
import type { ClusterReader } from "../ports/cluster-reader.ts";
import { REQUESTS_AT_ONCE, mapBounded } from "./bounded.ts";
import type { RunContext } from "./request.ts";

/** Up to so many objects of one kind and namespace are read one by one; a LIST is cheaper for more. */
const SINGLE_READS = 4;

/** The live objects among some ids, and the ids that may not be read. */
export interface LiveObjects {
  /** By {@link resourceKey}. An id that is in neither map has no live object. */
  readonly objects: ReadonlyMap<string, JsonObject>;
  /** Why an id's state is unknown: forbidden, or its group's discovery failed. Unknown is never absent. */
  readonly unknown: ReadonlyMap<string, GitOpsError>;
}

/** An object to read. Through `version` where it is given and served: two versions of one object can't be compared. */
export interface WantedObject extends ResourceId {
  readonly version?: string;
}

/** Reads the live objects of some ids with as few requests as possible. Kinds that are not served have no objects. */
export async function observeLive(
  ids: readonly WantedObject[],
  discovery: Discovery,
  cluster: ClusterReader,
  context: RunContext,
): Promise<LiveObjects> {
  const objects = new Map<string, JsonObject>();
  const unknown = new Map<string, GitOpsError>();
  const groups = new Map<string, WantedObject[]>();
  for (const id of ids) {
    const served = discovery.find(id);
    if (served === undefined) {
      if (discovery.unavailableGroups.has(id.group)) unknown.set(resourceKey(id), unavailable(id));
      continue;
    }
    const version = id.version !== undefined && served.versions.includes(id.version) ? id.version : served.version;
    const key = `${id.group}/${version}/${id.kind}/${id.namespace}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [{ ...id, version }]);
    else group.push({ ...id, version });
  }
  await mapBounded([...groups.values()], REQUESTS_AT_ONCE, (group) => observeGroup(group, cluster, context, { objects, unknown }));
  return { objects, unknown };
}

/**
 * Reads what is wanted and was not read before: other objects, or the same in another version. What the delivery owned can so be read
 * while the build is still at work.
 *
 * @param before what {@link observeLive} found for the ids in `read`.
 */
export async function observeFurther(
  before: LiveObjects,
  read: readonly WantedObject[],
  wanted: readonly WantedObject[],
  discovery: Discovery,
  cluster: ClusterReader,
  context: RunContext,
): Promise<LiveObjects> {
  const versioned = (id: WantedObject): string => `${resourceKey(id)}@${id.version ?? discovery.find(id)?.version ?? ""}`;
  const known = new Set(read.map(versioned));
  const rest = wanted.filter((id) => !known.has(versioned(id)));
  if (rest.length === 0) return before;
  const further = await observeLive(rest, discovery, cluster, context);
  const again = new Set(rest.map(resourceKey));
  const kept = <Value>(map: ReadonlyMap<string, Value>): [string, Value][] => [...map].filter(([key]) => !again.has(key));
  return {
    objects: new Map([...kept(before.objects), ...further.objects]),
    unknown: new Map([...kept(before.unknown), ...further.unknown]),
  };
}

async function observeGroup(
  group: readonly WantedObject[],
  cluster: ClusterReader,
  context: RunContext,
  found: { objects: Map<string, JsonObject>; unknown: Map<string, GitOpsError> },
): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  if (group.length <= SINGLE_READS || !(await listInto(first, group, cluster, context, found.objects))) {
    await mapBounded(group, REQUESTS_AT_ONCE, (id) => getInto(id, cluster, context, found));
  }
}

/** @returns false where listing is forbidden: single objects may still be readable. */
async function listInto(
  { group, kind, namespace, version }: WantedObject,
  wanted: readonly ResourceId[],
  cluster: ClusterReader,
  context: RunContext,
  objects: Map<string, JsonObject>,
): Promise<boolean> {
  const names = new Set(wanted.map((id) => id.name));
  try {
    const items = await cluster.list(
      { group, kind, ...(version === undefined ? {} : { version }), ...(namespace === "" ? {} : { namespace }) },
      context,
    );
    for (const item of items) {
      const name = stringAt(item, "metadata", "name");
      if (names.has(name)) objects.set(resourceKey({ group, kind, namespace, name }), item);
    }
    return true;
  } catch (error) {
    if (error instanceof GitOpsError && error.code === "FORBIDDEN") return false;
    throw error;
  }
}

async function getInto(
  id: WantedObject,
  cluster: ClusterReader,
  context: RunContext,
  found: { objects: Map<string, JsonObject>; unknown: Map<string, GitOpsError> },
): Promise<void> {
  try {
    const object = await cluster.get(id, { ...context, ...(id.version === undefined ? {} : { version: id.version }) });
    if (object !== undefined) found.objects.set(resourceKey(id), object);
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.code !== "FORBIDDEN") throw error;
    found.unknown.set(resourceKey(id), error);
  }
}

function unavailable(id: ResourceId): GitOpsError {
  return new GitOpsError(
    "CLUSTER_UNREACHABLE",
    `the API group ${id.group} does not answer, so the state of ${id.kind} ${id.name} is unknown`,
    {
      hint: `look at the APIService of ${id.group}`,
      data: { object: `${id.kind} ${id.name}` },
    },
  );
}
