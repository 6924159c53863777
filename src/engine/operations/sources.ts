import { DIALECT_KINDS, dialectOf } from "../dialects/table.ts";
import type { Discovery } from "../model/discovery.ts";
import type { ObjectView } from "../model/object-view.ts";
import { resourceKey, type ResourceId } from "../model/resource-id.ts";
import { observeLive } from "./observe-live.ts";
import { readObjects, type ReadObject } from "./read-objects.ts";
import type { ObjectPorts, RunContext } from "./request.ts";
import { readableKinds } from "./served-kinds.ts";

/** Sources by {@link resourceKey}; one that is missing or may not be read is not in it. */
export type SourceViews = ReadonlyMap<string, ObjectView>;

const QUIETLY = { emit: () => undefined };

/**
 * The sources of a namespace, or of all: read beside the apps, before it is known which ones they name.
 * What may not be listed is left out without a word: an app's sync state is then Unknown.
 */
export async function readSources(
  namespace: string | undefined,
  discovery: Discovery,
  ports: ObjectPorts,
  context: RunContext,
): Promise<SourceViews> {
  const kinds = DIALECT_KINDS.filter(({ kind }) => kind.role === "source");
  const readable = readableKinds(kinds, discovery, { ...context, ...QUIETLY });
  const { objects } = await readObjects(readable, { namespace, labelSelector: "" }, ports, context);
  return sourceViews(objects);
}

/** Objects by their key. */
export function sourceViews(objects: readonly ReadObject[]): SourceViews {
  return new Map(objects.map(({ view }) => [resourceKey(view.id), view]));
}

/** Adds the sources that apps name in other namespaces. */
export async function withFurtherSources(
  known: SourceViews,
  apps: readonly ObjectView[],
  discovery: Discovery,
  ports: ObjectPorts,
  context: RunContext,
): Promise<SourceViews> {
  const wanted = new Map<string, ResourceId>();
  for (const { source } of apps)
    if (source !== undefined && !known.has(resourceKey(source)) && dialectOf(source) !== undefined) wanted.set(resourceKey(source), source);
  if (wanted.size === 0) return known;
  const { objects } = await observeLive([...wanted.values()], discovery, ports.cluster, context);
  const further = [...objects].flatMap(([key, object]): [string, ObjectView][] => {
    const spoken = dialectOf(wanted.get(key) ?? { group: "", kind: "" });
    return spoken === undefined ? [] : [[key, spoken.dialect.view(object)]];
  });
  return new Map([...known, ...further]);
}

/** The source of one app, if it names one that can be read. */
export function sourceOf({ source }: ObjectView, sources: SourceViews): ObjectView | undefined {
  return source === undefined ? undefined : sources.get(resourceKey(source));
}
