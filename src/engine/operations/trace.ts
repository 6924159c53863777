import { assessHealth } from "../health/index.ts";
import { DIALECTS, dialectOf } from "../dialects/table.ts";
import type { DeliveryRef } from "../model/delivery.ts";
import type { Discovery } from "../model/discovery.ts";
import { GitOpsError } from "../model/errors.ts";
import type { Health } from "../model/health.ts";
import { arrayAt, isJsonObject, stringAt, valueAt, type JsonObject } from "../model/json.ts";
import { formatPlacedId, groupOf, resourceKey, type ResourceId } from "../model/resource-id.ts";
import { getDelivery } from "./delivery-status.ts";
import { findServedKind } from "./find-kind.ts";
import { statusOf } from "./object-status.ts";
import { readObject } from "./read-objects.ts";
import type { AnyStatus, DeliveryStatus, ReaderPorts, RunContext } from "./request.ts";
import { sourceOf, withFurtherSources } from "./sources.ts";

/** One step of the way from an object to where it comes from. */
export type TraceLink =
  | { readonly type: "object"; readonly id: ResourceId; readonly health: Health; readonly createdAt: string }
  /** What delivers the object before it, or the source of that. */
  | { readonly type: "delivery" | "source"; readonly status: AnyStatus }
  /** What is named but not there, or may not be read. */
  | { readonly type: "lost"; readonly id: ResourceId; readonly why: string };

/** Longer ways than this are circles. */
const LONGEST = 32;

/**
 * The way of an object back to Git: the objects that it was made for (ownerReferences), the delivery whose marks those carry, what
 * delivers that one, and the source of the first delivery. Empty behind the object itself where nobody delivers it.
 *
 * @param word a kind as kubectl reads it.
 * @throws UNKNOWN_KIND, OBJECT_NOT_FOUND
 */
export async function traceObject(
  word: string,
  name: string,
  namespace: string,
  ports: ReaderPorts,
  context: RunContext,
): Promise<readonly TraceLink[]> {
  const discovery = await ports.cluster.discover(context);
  const served = findServedKind(word, discovery);
  const id = { group: served.group, kind: served.kind, namespace: served.namespaced ? namespace : "", name };
  const first = await ports.cluster.get(id, context);
  if (first === undefined)
    throw new GitOpsError("OBJECT_NOT_FOUND", `there is no ${formatPlacedId(id)}`, {
      hint: "name its namespace with -n",
      data: { object: formatPlacedId(id) },
    });
  const links: TraceLink[] = [];
  let source: TraceLink | undefined;
  const seen = new Set<string>();
  let object: JsonObject | undefined = first;
  let at: ResourceId = id;
  while (object !== undefined && seen.size < LONGEST && !seen.has(resourceKey(at))) {
    seen.add(resourceKey(at));
    const spoken = dialectOf(at);
    const isDelivery = spoken !== undefined && spoken.kind.role === "app";
    const own = isDelivery ? await deliveryOf(at, object, discovery, ports, context) : undefined;
    links.push(own === undefined ? objectLink(at, object) : own.link);
    source ??= own?.source;
    const next = ownerOf(object);
    if (next === undefined) {
      const bare = await bareOwner(object, at, ports, context);
      if (bare !== undefined) links.push({ type: "delivery", status: { type: "bare", status: bare } });
      break;
    }
    object = await readOr(next, links, ports, context);
    at = next;
  }
  return source === undefined ? links : [...links, source];
}

function objectLink(id: ResourceId, object: JsonObject): TraceLink {
  const spoken = dialectOf(id);
  const health = spoken === undefined ? assessHealth(object) : spoken.dialect.view(object).health;
  return { type: "object", id, health, createdAt: stringAt(object, "metadata", "creationTimestamp") };
}

/** What an object was made for, else what its marks name. */
function ownerOf(object: JsonObject): ResourceId | undefined {
  const references = arrayAt(object, "metadata", "ownerReferences").filter(isJsonObject);
  const owner = references.find((reference) => valueAt(reference, "controller") === true) ?? references[0];
  if (owner !== undefined)
    return {
      group: groupOf(stringAt(owner, "apiVersion")),
      kind: stringAt(owner, "kind"),
      namespace: stringAt(object, "metadata", "namespace"),
      name: stringAt(owner, "name"),
    };
  for (const dialect of DIALECTS) {
    const found = dialect.ownerOf(object);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function deliveryOf(
  id: ResourceId,
  object: JsonObject,
  discovery: Discovery,
  ports: ReaderPorts,
  context: RunContext,
): Promise<{ readonly link: TraceLink; readonly source: TraceLink | undefined } | undefined> {
  const spoken = dialectOf(id);
  if (spoken === undefined) return undefined;
  const read = readObject(spoken, object);
  const sources = await withFurtherSources(new Map(), [read.view], discovery, ports, context);
  const its = sourceOf(read.view, sources);
  const link: TraceLink = { type: "delivery", status: { type: "object", status: statusOf(read, its) } };
  const named = read.view.source;
  if (named === undefined) return { link, source: undefined };
  const kind = dialectOf(named);
  if (its === undefined || kind === undefined)
    return { link, source: { type: "lost", id: named, why: "there is no such source, or it may not be read" } };
  const status = statusOf({ ...kind, object: {}, view: its }, undefined);
  return { link, source: { type: "source", status: { type: "object", status } } };
}

async function readOr(id: ResourceId, links: TraceLink[], ports: ReaderPorts, context: RunContext): Promise<JsonObject | undefined> {
  try {
    const object = await ports.cluster.get(id, context);
    if (object === undefined) links.push({ type: "lost", id, why: "it is named as the owner, and is not there" });
    return object;
  } catch (error) {
    if (!(error instanceof GitOpsError) || !["FORBIDDEN", "UNKNOWN_KIND"].includes(error.code)) throw error;
    links.push({ type: "lost", id, why: error.message });
    return undefined;
  }
}

/** The bare delivery whose mark an object carries. */
async function bareOwner(
  object: JsonObject,
  id: ResourceId,
  { deliveries, ...ports }: ReaderPorts,
  context: RunContext,
): Promise<DeliveryStatus | undefined> {
  const marksOf = (ref: DeliveryRef): readonly (readonly [string, string])[] => Object.entries(deliveries.ownerMark(ref).of(id).labels);
  const carries = ([label, value]: readonly [string, string]): boolean => stringAt(object, "metadata", "labels", label) === value;
  const isMarked = marksOf({ dialect: "bare", namespace: id.namespace, name: id.name }).some(
    ([label]) => stringAt(object, "metadata", "labels", label) !== "",
  );
  if (!isMarked) return undefined;
  try {
    const owner = (await deliveries.list(undefined, context)).deliveries.find(({ ref }) => marksOf(ref).every(carries));
    return owner === undefined ? undefined : await getDelivery(owner.ref, { ...ports, deliveries }, context);
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.code !== "FORBIDDEN") throw error;
    context.emit({ type: "warning", message: `the delivery that owns it cannot be looked for: ${error.message}` });
    return undefined;
  }
}
