import { DIALECT_KINDS, type DialectKind } from "../dialects/table.ts";
import type { DeliveryRef } from "../model/delivery.ts";
import { GitOpsError } from "../model/errors.ts";
import type { DeliveryStore } from "../ports/delivery-store.ts";
import { REQUESTS_AT_ONCE, mapBounded } from "./bounded.ts";
import { readObject, readObjects, type ReadObject } from "./read-objects.ts";
import type { ObjectPorts, RunContext } from "./request.ts";
import { readableKind, readableKinds, type ReadableKind } from "./served-kinds.ts";

/** What a name turned out to mean. */
export type FoundDelivery = { readonly type: "bare"; readonly ref: DeliveryRef } | { readonly type: "object"; readonly found: ReadObject };

/** Where a name is looked for. */
export interface NameScope {
  /** The namespace that was asked for; undefined where the person left it open. */
  readonly namespace: string | undefined;
  /** Looked into first where it was left open. */
  readonly defaultNamespace: string;
}

/** What is needed to find a delivery of any sort. */
export type FindPorts = Pick<ObjectPorts, "cluster"> & { readonly deliveries: Pick<DeliveryStore, "read" | "list"> };

interface Search {
  readonly name: string;
  readonly kinds: readonly ReadableKind[];
  /** Undefined where no bare delivery can be meant. */
  readonly deliveries: Pick<DeliveryStore, "read" | "list"> | undefined;
  readonly cluster: ObjectPorts["cluster"];
  readonly context: RunContext;
  /** Filled with the first refusal: it decides where nothing is found. */
  readonly refusals: GitOpsError[];
}

/**
 * The delivery that `[KIND/]NAME` means: in the namespace that was given, else in the default one, else in all that may be listed.
 *
 * @param spoken the kind that was named; undefined for any app and any bare delivery.
 * @throws DELIVERY_NOT_FOUND, AMBIGUOUS_NAME (data.candidates), FORBIDDEN where nothing was found and something may not be read,
 * UNKNOWN_KIND where the named kind is not served.
 */
export async function findAnyDelivery(
  name: string,
  spoken: DialectKind | undefined,
  scope: NameScope,
  ports: FindPorts,
  context: RunContext,
): Promise<FoundDelivery> {
  const discovery = await ports.cluster.discover(context);
  const quietly = { ...context, emit: () => undefined };
  const apps = DIALECT_KINDS.filter(({ kind }) => kind.role === "app");
  const kinds = spoken === undefined ? readableKinds(apps, discovery, quietly) : [readableKind(spoken, discovery)];
  const { cluster, deliveries } = ports;
  return find({ name, kinds, deliveries: spoken === undefined ? deliveries : undefined, cluster, context, refusals: [] }, scope);
}

/** The object of one kind that a name means. Throws as {@link findAnyDelivery}. */
export function findObject(
  name: string,
  spoken: DialectKind,
  scope: NameScope,
  ports: Pick<ObjectPorts, "cluster">,
  context: RunContext,
): Promise<ReadObject> {
  return findAmong(name, [spoken], scope, ports, context);
}

/** The object of one of several kinds that a name means. Throws as {@link findAnyDelivery}; UNKNOWN_KIND only for a single kind. */
export async function findAmong(
  name: string,
  spoken: readonly DialectKind[],
  scope: NameScope,
  ports: Pick<ObjectPorts, "cluster">,
  context: RunContext,
): Promise<ReadObject> {
  const discovery = await ports.cluster.discover(context);
  const [only] = spoken;
  const kinds = only !== undefined && spoken.length === 1 ? [readableKind(only, discovery)] : readableKinds(spoken, discovery, context);
  const found = await find({ name, kinds, deliveries: undefined, cluster: ports.cluster, context, refusals: [] }, scope);
  if (found.type === "bare") throw notFound({ name, kinds, deliveries: undefined }, "");
  return found.found;
}

/** How a delivery is addressed: `ks/shop`, `set/shop`. */
export function addressOf(found: FoundDelivery): string {
  return found.type === "bare"
    ? `set/${found.ref.name}`
    : `${found.found.kind.words[0] ?? found.found.kind.plural}/${found.found.view.id.name}`;
}

async function find(search: Search, { namespace, defaultNamespace }: NameScope): Promise<FoundDelivery> {
  const near = await inNamespace(search, namespace ?? defaultNamespace);
  const [nearest] = near;
  if (nearest !== undefined && near.length === 1) return nearest;
  if (nearest !== undefined) throw ambiguous(search, near);
  if (namespace !== undefined) throw search.refusals[0] ?? notFound(search, `in the namespace ${namespace}`);
  const all = await everywhere(search);
  const [only] = all;
  if (only !== undefined && all.length === 1) return only;
  if (only !== undefined) throw ambiguous(search, all);
  throw search.refusals[0] ?? notFound(search, "in any namespace that may be listed");
}

/** By single reads: who may not list may still be allowed to read. */
async function inNamespace(search: Search, namespace: string): Promise<readonly FoundDelivery[]> {
  const { name, kinds, deliveries, cluster, context } = search;
  const ref: DeliveryRef = { dialect: "bare", namespace, name };
  const [bare, objects] = await Promise.all([
    permitted(search, async () => deliveries?.read(ref, context)),
    mapBounded(kinds, REQUESTS_AT_ONCE, async (readable) => {
      const { group, kind } = readable.kind;
      const id = { group, kind, namespace, name };
      const object = await permitted(search, () => cluster.get(id, { ...context, version: readable.version }));
      return object === undefined ? undefined : readObject(readable, object);
    }),
  ]);
  return [
    ...(bare === undefined ? [] : [{ type: "bare" as const, ref }]),
    ...objects.flatMap((found) => (found === undefined ? [] : [{ type: "object" as const, found }])),
  ];
}

async function everywhere(search: Search): Promise<readonly FoundDelivery[]> {
  const { name, kinds, deliveries, cluster, context } = search;
  const [list, { objects }] = await Promise.all([
    permitted(search, async () => deliveries?.list(undefined, context)),
    readObjects(kinds, { namespace: undefined, labelSelector: "" }, { cluster }, context, name),
  ]);
  const refs = [...(list?.deliveries ?? []), ...(list?.unreadable ?? [])].map(({ ref }) => ref);
  return [
    ...refs.filter((ref) => ref.name === name).map((ref) => ({ type: "bare" as const, ref })),
    ...objects.map((found) => ({ type: "object" as const, found })),
  ];
}

async function permitted<Result>({ refusals }: Search, read: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.code !== "FORBIDDEN") throw error;
    refusals.push(error);
    return undefined;
  }
}

function ambiguous({ name }: Search, all: readonly FoundDelivery[]): GitOpsError {
  const candidates = all.map(
    (found) => `${addressOf(found)} -n ${found.type === "bare" ? found.ref.namespace : found.found.view.id.namespace}`,
  );
  return new GitOpsError("AMBIGUOUS_NAME", `${String(all.length)} deliveries are named ${name}: ${candidates.join(", ")}`, {
    hint: `choose one by its kind and namespace, such as ${candidates[0] ?? ""}`,
    data: { delivery: name, candidates },
  });
}

function notFound({ name, kinds, deliveries }: Pick<Search, "name" | "kinds" | "deliveries">, where: string): GitOpsError {
  const [only] = kinds;
  const what = only !== undefined && kinds.length === 1 && deliveries === undefined ? only.kind.kind : "delivery";
  return new GitOpsError("DELIVERY_NOT_FOUND", `no ${what} named ${name} ${where}`.trimEnd(), {
    hint: what === "delivery" ? "gitops get -A lists all deliveries" : `gitops get ${only?.kind.plural ?? ""} -A lists all`,
    data: { delivery: name },
  });
}
