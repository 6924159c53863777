import type { DialectKind } from "../dialects/table.ts";
import type { Discovery } from "../model/discovery.ts";
import { GitOpsError } from "../model/errors.ts";
import type { JsonObject } from "../model/json.ts";
import type { ObjectView } from "../model/object-view.ts";
import { formatResourceId, type ResourceId } from "../model/resource-id.ts";
import type { ClusterReader } from "../ports/cluster-reader.ts";
import type { RunContext } from "./request.ts";

/** An object of a dialect in the cluster. */
export interface FoundObject {
  readonly spoken: DialectKind;
  readonly object: JsonObject;
  readonly view: ObjectView;
}

/** Where and among which kinds a name is looked for. */
export interface NameScope {
  readonly kinds: readonly DialectKind[];
  /** The only one that is looked into; undefined where none was given. */
  readonly namespace: string | undefined;
  /** Looked into first where none was given. */
  readonly defaultNamespace: string;
}

interface Named {
  readonly name: string;
  readonly namespace: string | undefined;
}

/**
 * Finds one object by its name: in the namespace that was given, else in the default one, else in all that may be listed.
 * Among kinds of both roles an app comes before a source of the same name: they often share it.
 * @throws OBJECT_NOT_FOUND (with the names there are), AMBIGUOUS_NAME (data.candidates), UNKNOWN_KIND where no kind is served.
 */
export async function findObject(
  name: string,
  scope: NameScope,
  ports: { readonly cluster: ClusterReader },
  context: RunContext,
): Promise<FoundObject> {
  const { cluster } = ports;
  const served = servedKinds(scope.kinds, await cluster.discover(context));
  if (served.length === 0) throw unserved(scope.kinds);
  const { namespace, defaultNamespace } = scope;
  const places = namespace === undefined ? [defaultNamespace, undefined] : [namespace];
  for (const role of ["app", "source"] as const) {
    const kinds = served.filter(({ kind }) => kind.role === role);
    for (const place of places) {
      const found = await findNamed({ name, namespace: place }, kinds, cluster, context);
      const [first] = found;
      if (found.length > 1) throw ambiguous(name, found);
      if (first !== undefined) return first;
    }
  }
  throw await notFound(name, scope, served, cluster, context);
}

/** Those of the kinds that the cluster serves. */
export function servedKinds(kinds: readonly DialectKind[], discovery: Discovery): readonly DialectKind[] {
  return kinds.filter(({ kind }) => discovery.find(kind) !== undefined);
}

/**
 * All objects of kinds, in one namespace or in all, in the order of the kinds and then as the server lists them. Kinds that are not
 * served count as having none; one that may not be listed is warned about once, and the others are shown.
 * @throws FORBIDDEN where none may be listed.
 */
export async function listObjects(
  query: { readonly kinds: readonly DialectKind[]; readonly namespace: string | undefined; readonly labelSelector: string | undefined },
  { cluster }: { readonly cluster: ClusterReader },
  context: RunContext,
): Promise<readonly FoundObject[]> {
  const served = servedKinds(query.kinds, await cluster.discover(context));
  const forbidden: GitOpsError[] = [];
  const lists = await Promise.all(
    served.map(async (spoken) => {
      const { group, kind } = spoken.kind;
      const where = query.namespace === undefined ? {} : { namespace: query.namespace };
      const which = query.labelSelector === undefined ? {} : { labelSelector: query.labelSelector };
      const objects = await cluster.list({ group, kind, ...where, ...which }, context).catch((error: unknown) => {
        if (!(error instanceof GitOpsError) || error.code !== "FORBIDDEN") throw error;
        forbidden.push(error);
        return [];
      });
      return objects.map((object) => foundObject(spoken, object));
    }),
  );
  const [first] = forbidden;
  if (first !== undefined && forbidden.length === served.length) throw first;
  for (const { message } of forbidden) context.emit({ type: "warning", message });
  return lists.flat();
}

/** An object as it was read. */
export function foundObject(spoken: DialectKind, object: JsonObject): FoundObject {
  return { spoken, object, view: spoken.dialect.view(object) };
}

async function findNamed(
  { name, namespace }: Named,
  kinds: readonly DialectKind[],
  cluster: ClusterReader,
  context: RunContext,
): Promise<readonly FoundObject[]> {
  const lists = await Promise.all(
    kinds.map(async (spoken) => {
      const { group, kind } = spoken.kind;
      if (namespace !== undefined) {
        const object = await cluster.get({ group, kind, namespace, name }, context);
        return object === undefined ? [] : [foundObject(spoken, object)];
      }
      try {
        return (await cluster.list({ group, kind, name }, context)).map((object) => foundObject(spoken, object));
      } catch (error) {
        // Who may not list all namespaces is told about the one that was looked into.
        if (error instanceof GitOpsError && error.code === "FORBIDDEN") return [];
        throw error;
      }
    }),
  );
  return lists.flat();
}

function ambiguous(name: string, found: readonly FoundObject[]): GitOpsError {
  const candidates = found.map(({ view }) => withNamespace(view.id));
  const [first] = found;
  const sameNamespace = found.every(({ view }) => view.id.namespace === first?.view.id.namespace);
  const hint = sameNamespace ? `say which kind: ${first?.spoken.kind.words[0] ?? ""}/${name}` : "choose one with -n";
  return new GitOpsError("AMBIGUOUS_NAME", `${found.length} objects are named ${name}: ${candidates.join(", ")}`, {
    hint,
    data: { name, candidates },
  });
}

async function notFound(
  name: string,
  { namespace }: NameScope,
  served: readonly DialectKind[],
  cluster: ClusterReader,
  context: RunContext,
): Promise<GitOpsError> {
  const quiet = { ...context, emit: () => undefined };
  const others = await listObjects({ kinds: served, namespace, labelSelector: undefined }, { cluster }, quiet).catch(() => []);
  const known = [...new Set(others.map(({ view }) => view.id.name))].sort().slice(0, 10);
  const what = served.length === 1 ? (served[0]?.kind.kind ?? "") : "object of a delivery";
  return new GitOpsError(
    "OBJECT_NOT_FOUND",
    `no ${what} is named ${name} ${namespace === undefined ? "in any namespace that may be listed" : `in the namespace ${namespace}`}`,
    { hint: known.length === 0 ? "gitops get all -A lists what there is" : `there are: ${known.join(", ")}`, data: { name } },
  );
}

function unserved(kinds: readonly DialectKind[]): GitOpsError {
  const names = [...new Set(kinds.map(({ kind, dialect }) => (kinds.length === 1 ? `${kind.kind}.${kind.group}` : dialect.title)))];
  return new GitOpsError("UNKNOWN_KIND", `this cluster does not serve ${kinds.length === 1 ? "" : "the kinds of "}${names.join(" or ")}`, {
    hint: "are its CustomResourceDefinitions installed, and is this the right cluster?",
    data: { kinds: kinds.map(({ kind }) => `${kind.kind}.${kind.group}`) },
  });
}

/** An object with its namespace, as a person types both. */
export function withNamespace(id: ResourceId): string {
  return id.namespace === "" ? formatResourceId(id) : `${formatResourceId(id)} -n ${id.namespace}`;
}
