import type { DeliveryFacts } from "../../diagnose/index.ts";
import { conventionsOf } from "../../dialects/conventions.ts";
import { DIALECT_KINDS, dialectOf, DIALECTS } from "../../dialects/table.ts";
import { idOf } from "../../model/metadata.ts";
import { arrayAt, isJsonObject, objectAt, stringAt, type JsonObject } from "../../model/json.ts";
import type { ObjectView } from "../../model/object-view.ts";
import { resourceKey, type ResourceId } from "../../model/resource-id.ts";
import { mapBounded, REQUESTS_AT_ONCE } from "../bounded.ts";
import type { Examination } from "./examination.ts";

type Owned = Pick<DeliveryFacts, "rivals" | "foreign" | "leftAlone" | "lingering">;

/** Live members, by {@link resourceKey}. */
type Live = ReadonlyMap<string, { readonly id: ResourceId; readonly object: JsonObject }>;

/** Whose the objects of an app are beside its own: by marks, by other records, by managers of fields. */
export async function ownershipFacts(view: ObjectView, live: Live, examination: Examination, hidden: Set<string>): Promise<Owned> {
  const lingering = view.prunes || view.inventory.length === 0 ? [] : await lingeringOf(view, examination, hidden);
  return { rivals: await rivalsOf(view, live, examination), foreign: foreignOf(live), leftAlone: leftAloneOf(view, live), lingering };
}

/** The same for a bare delivery, which finds out about its marks when it is compared. */
export function bareOwnership(live: Live): Pick<Owned, "rivals" | "foreign"> {
  const rivals = [...live.values()].flatMap(({ id, object }) => {
    const owner = markedOwner(object);
    return owner === undefined ? [] : [{ id, owner: addressOf(owner) }];
  });
  return { rivals, foreign: foreignOf(live) };
}

async function rivalsOf(view: ObjectView, live: Live, examination: Examination): Promise<Owned["rivals"]> {
  const own = resourceKey(view.id);
  const rivals = new Map<string, { readonly id: ResourceId; readonly owner: string }>();
  for (const [key, { id, object }] of live) {
    const owner = markedOwner(object);
    if (owner !== undefined && resourceKey(owner) !== own) rivals.set(key, { id, owner: addressOf(owner) });
  }
  const mine = new Map(view.inventory.map((entry) => [resourceKey(entry), entry]));
  const apps = await examination.apps(DIALECT_KINDS.filter(({ kind }) => kind.role === "app"));
  for (const { view: other } of apps) {
    // What is delivered to another cluster is another object.
    if (resourceKey(other.id) === own || other.isRemote !== view.isRemote || (view.isRemote && other.clusterSecret !== view.clusterSecret))
      continue;
    for (const entry of other.inventory) {
      const shared = mine.get(resourceKey(entry));
      if (shared !== undefined) rivals.set(resourceKey(entry), { id: plain(shared), owner: addressOf(other.id) });
    }
  }
  return [...rivals.values()];
}

function markedOwner(object: JsonObject): ResourceId | undefined {
  for (const dialect of DIALECTS) {
    const owner = dialect.ownerOf(object);
    if (owner !== undefined) return owner;
  }
  return undefined;
}

function addressOf(id: ResourceId): string {
  return `${dialectOf(id)?.kind.words[0] ?? id.kind}/${id.name} -n ${id.namespace}`;
}

function plain({ group, kind, namespace, name }: ResourceId): ResourceId {
  return { group, kind, namespace, name };
}

/** Deliverers and the cluster's own controllers, whose writes are no interference. */
const EXPECTED = /^(?:gitops|gotk-)|-controller(?:-manager)?$|^kube-|^(?:kubelet|cluster-autoscaler|vpa-|hpa)/;

/** Managers that wrote content (not only metadata or status) after the deliverer did. */
function foreignOf(live: Live): Owned["foreign"] {
  return [...live.values()].flatMap(({ id, object }) => {
    const entries = arrayAt(object, "metadata", "managedFields").filter(isJsonObject);
    const applied = entries.filter((entry) => /^(?:gitops$|kustomize-controller$|helm-controller$)/.test(stringAt(entry, "manager")));
    const last = applied.reduce((time, entry) => (stringAt(entry, "time") > time ? stringAt(entry, "time") : time), "");
    if (last === "") return [];
    return entries.flatMap((entry) => {
      const [manager, at] = [stringAt(entry, "manager"), stringAt(entry, "time")];
      const hasContent = Object.keys(objectAt(entry, "fieldsV1")).some((field) => field !== "f:metadata" && field !== "f:status");
      return at > last && hasContent && stringAt(entry, "subresource") === "" && !EXPECTED.test(manager) ? [{ id, manager, at }] : [];
    });
  });
}

/** Objects whose annotations say that the deliverer leaves them as they are. */
function leftAloneOf({ id: app }: ObjectView, live: Live): Owned["leftAlone"] {
  const dialect = dialectOf(app)?.dialect.name ?? "bare";
  const { optionsOfLive } = conventionsOf({ dialect });
  return [...live.values()].flatMap(({ id, object }) => {
    const { apply } = optionsOfLive(object, "");
    return apply === "always" ? [] : [{ id, how: apply === "never" ? "it is never applied" : "it is applied only where it is missing" }];
  });
}

/** Kinds that most deliveries have: the last object of a kind leaves no trace of that kind in the record. */
const USUAL = [
  "/ConfigMap",
  "/Secret",
  "/Service",
  "/ServiceAccount",
  "apps/Deployment",
  "apps/StatefulSet",
  "batch/CronJob",
  "networking.k8s.io/Ingress",
];

/** Objects with the marks of an app that are not in its record: what it delivered once and does not prune. */
async function lingeringOf(
  { id: app, inventory }: ObjectView,
  examination: Examination,
  hidden: Set<string>,
): Promise<readonly ResourceId[]> {
  const dialect = dialectOf(app)?.dialect;
  if (dialect === undefined || dialect.record.kind !== app.kind) return [];
  const known = new Set(inventory.map(resourceKey));
  const namespaces = [...new Set(inventory.map(({ namespace }) => namespace))].filter((namespace) => namespace !== "");
  const kinds = new Set([...inventory.map(({ group, kind }) => `${group}/${kind}`), ...USUAL]);
  const queries = [...kinds].flatMap((kind) =>
    namespaces.map((namespace) => ({ group: kind.slice(0, kind.indexOf("/")), kind: kind.slice(kind.indexOf("/") + 1), namespace })),
  );
  const lists = await mapBounded(queries, REQUESTS_AT_ONCE, ({ group, kind, namespace }) =>
    examination.discovery.find({ group, kind })?.namespaced === true
      ? examination.list(group, kind, namespace, hidden)
      : Promise.resolve([]),
  );
  return lists.flat().flatMap((object) => {
    const owner = dialect.ownerOf(object);
    const id = idOf(object);
    return owner !== undefined && resourceKey(owner) === resourceKey(app) && !known.has(resourceKey(id)) ? [id] : [];
  });
}
