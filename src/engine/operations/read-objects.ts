import type { DialectKind } from "../dialects/table.ts";
import { GitOpsError } from "../model/errors.ts";
import type { JsonObject } from "../model/json.ts";
import type { ObjectView } from "../model/object-view.ts";
import { REQUESTS_AT_ONCE, mapBounded } from "./bounded.ts";
import type { ListScope, ObjectPorts, RunContext } from "./request.ts";
import type { ReadableKind } from "./served-kinds.ts";

/** An object of a dialect, and what it says of itself. */
export interface ReadObject extends DialectKind {
  readonly object: JsonObject;
  readonly view: ObjectView;
}

/** What a listing of several kinds found. */
export interface ReadList {
  /** Kind by kind, in each by namespace and name. */
  readonly objects: readonly ReadObject[];
  /** Kinds that this user may not list there. */
  readonly hidden: readonly DialectKind[];
}

/** The objects of some kinds, all kinds at once. What may not be listed is not an error: it is in `hidden`. */
export async function readObjects(
  kinds: readonly ReadableKind[],
  { namespace, labelSelector }: ListScope,
  { cluster }: Pick<ObjectPorts, "cluster">,
  context: RunContext,
  name?: string,
): Promise<ReadList> {
  const lists = await mapBounded(kinds, REQUESTS_AT_ONCE, async (readable) => {
    const { kind, version } = readable;
    const query = {
      group: kind.group,
      kind: kind.kind,
      version,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === "" ? {} : { labelSelector }),
      ...(name === undefined ? {} : { name }),
    };
    try {
      return (await cluster.list(query, context)).map((object) => readObject(readable, object)).toSorted(byName);
    } catch (error) {
      if (error instanceof GitOpsError && error.code === "FORBIDDEN") return undefined;
      throw error;
    }
  });
  return { objects: lists.flatMap((list) => list ?? []), hidden: kinds.filter((_, index) => lists[index] === undefined) };
}

/** What an object of this kind says of itself. */
export function readObject({ dialect, kind }: DialectKind, object: JsonObject): ReadObject {
  return { dialect, kind, object, view: dialect.view(object) };
}

/** Says once, for all of them, which kinds this user may not see. */
export function tellHidden(hidden: readonly DialectKind[], namespace: string | undefined, context: RunContext): void {
  if (hidden.length === 0) return;
  const kinds = [...new Set(hidden.map(({ kind }) => kind.plural))].join(", ");
  const where = namespace === undefined ? "in all namespaces" : `in the namespace ${namespace}`;
  context.emit({ type: "warning", message: `you may not list ${kinds} ${where}: they are left out` });
}

function byName({ view: { id: a } }: ReadObject, { view: { id: b } }: ReadObject): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
