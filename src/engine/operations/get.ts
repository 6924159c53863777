import { DIALECT_KINDS, type DialectKind } from "../dialects/table.ts";
import { GitOpsError } from "../model/errors.ts";
import { listDeliveries } from "./delivery-status.ts";
import { statusOf, withResources } from "./object-status.ts";
import { readObject, readObjects, tellHidden, type ReadObject } from "./read-objects.ts";
import type { AnyStatus, DeliveryStatus, ListScope, ObjectPorts, ObjectStatus, ReaderPorts, RunContext } from "./request.ts";
import { readableKind, readableKinds, type ReadableKind } from "./served-kinds.ts";
import { readSources, sourceOf, sourceViews, withFurtherSources } from "./sources.ts";

/** Every delivery, of any sort: bare ones first, then kind by kind, each by namespace and name. What is hidden is said once. */
export async function listAllDeliveries(scope: ListScope, ports: ReaderPorts, context: RunContext): Promise<readonly AnyStatus[]> {
  const [bare, objects] = await Promise.all([
    listBareDeliveries(scope, ports, context),
    listObjects(
      DIALECT_KINDS.filter(({ kind }) => kind.role === "app"),
      scope,
      ports,
      context,
    ),
  ]);
  if (bare instanceof GitOpsError) {
    if (objects.length === 0) throw bare;
    context.emit({ type: "warning", message: `bare deliveries are left out: ${bare.message}` });
    return objects.map((status) => ({ type: "object" as const, status }));
  }
  return [...bare.map((status) => ({ type: "bare" as const, status })), ...objects.map((status) => ({ type: "object" as const, status }))];
}

/**
 * The objects of some kinds, without their members. A kind that is not served has none.
 * Where a single kind is asked for and may not be listed or is not served, that is an error: FORBIDDEN, UNKNOWN_KIND.
 */
export async function listObjects(
  kinds: readonly DialectKind[],
  scope: ListScope,
  ports: ObjectPorts,
  context: RunContext,
): Promise<readonly ObjectStatus[]> {
  const discovery = await ports.cluster.discover(context);
  const [only] = kinds;
  const readable = only !== undefined && kinds.length === 1 ? [readableKind(only, discovery)] : readableKinds(kinds, discovery, context);
  const hasApps = kinds.some(({ kind }) => kind.role === "app");
  const [{ objects, hidden }, sources] = await Promise.all([
    readObjects(readable, scope, ports, context),
    hasApps ? readSources(scope.namespace, discovery, ports, context) : new Map(),
  ]);
  if (hidden.length > 0 && kinds.length === 1) throw forbidden(readable, scope);
  tellHidden(hidden, scope.namespace, context);
  const views = objects.map(({ view }) => view);
  const known = await withFurtherSources(new Map([...sources, ...sourceViews(objects)]), views, discovery, ports, context);
  return objects.map((read) => statusOf(read, sourceOf(read.view, known)));
}

/** One object with its members as they live. Throws DELIVERY_NOT_FOUND where it is gone by now. */
export async function getObject(
  { view: { id }, dialect, kind }: Pick<ReadObject, "view" | "dialect" | "kind">,
  ports: ObjectPorts,
  context: RunContext,
): Promise<ObjectStatus> {
  const discovery = await ports.cluster.discover(context);
  const { version } = readableKind({ dialect, kind }, discovery);
  const object = await ports.cluster.get(id, { ...context, version });
  if (object === undefined)
    throw new GitOpsError("DELIVERY_NOT_FOUND", `no ${kind.kind} named ${id.name} in the namespace ${id.namespace}`, {
      hint: `gitops get ${kind.plural} -A lists all`,
      data: { delivery: id.name, namespace: id.namespace },
    });
  const read = readObject({ dialect, kind }, object);
  const sources = await withFurtherSources(new Map(), [read.view], discovery, ports, context);
  return withResources(statusOf(read, sourceOf(read.view, sources)), discovery, ports, context);
}

/** The bare deliveries, or why this user may not read them: the rest may still be seen. They have no labels to select by. */
export async function listBareDeliveries(
  { namespace, labelSelector }: ListScope,
  ports: ReaderPorts,
  context: RunContext,
): Promise<readonly DeliveryStatus[] | GitOpsError> {
  if (labelSelector !== "") return [];
  try {
    return await listDeliveries(namespace, ports, context);
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.code !== "FORBIDDEN") throw error;
    return error;
  }
}

function forbidden(kinds: readonly ReadableKind[], { namespace }: ListScope): GitOpsError {
  const plural = kinds[0]?.kind.plural ?? "";
  const where = namespace === undefined ? "in all namespaces" : `in the namespace ${namespace}`;
  return new GitOpsError("FORBIDDEN", `you may not list ${plural} ${where}`, {
    hint: `ask for a role that lets you list ${plural}${namespace === undefined ? ", or name a namespace with -n" : ""}`,
    data: { verb: "list", resource: plural, namespace: namespace ?? "" },
  });
}
