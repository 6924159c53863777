import type { SortOptions } from "./decode/kustomization.ts";
import { buildFailure } from "./fail.ts";
import { byBytes } from "./resources/byte-order.ts";
import { formatGvk } from "./resources/identity.ts";
import { KINDS_FIRST, KINDS_LAST, sortText } from "./resources/kind-order.ts";
import type { Resource } from "./resources/resource.ts";

interface Sortable {
  readonly resource: Resource;
  readonly rank: number;
  readonly kind: string;
  readonly kindText: string;
  readonly text: string;
  readonly isCoreNamespace: boolean;
}

/** The order of output. Without options it is kustomize's legacy order: what others need first, then by kind, namespace and name. */
export function sortResources(file: string, resources: readonly Resource[], options: SortOptions | undefined): readonly Resource[] {
  const order = options === undefined ? "legacy" : (options.order ?? "");
  if (order !== "legacy" && order !== "fifo")
    throw buildFailure({ file, field: "/sortOptions/order" }, "sortOptions.order is not known; expected legacy or fifo");
  if (order === "fifo") {
    if (options?.legacySortOptions === undefined) return resources;
    throw buildFailure(
      { file, field: "/sortOptions/legacySortOptions" },
      "sortOptions.legacySortOptions is set but the selected sort order is 'fifo', not 'legacy'",
    );
  }
  const legacy = options?.legacySortOptions ?? { orderFirst: KINDS_FIRST, orderLast: KINDS_LAST };
  const ranks = ranksOf(legacy.orderFirst ?? [], legacy.orderLast ?? []);
  return resources
    .map((resource) => sortable(resource, ranks))
    .sort(compare)
    .map(({ resource }) => resource);
}

function ranksOf(first: readonly string[], last: readonly string[]): ReadonlyMap<string, number> {
  return new Map([
    ...first.map((kind, index) => [kind, index - first.length] as const),
    ...last.map((kind, index) => [kind, index + 1] as const),
  ]);
}

function sortable(resource: Resource, ranks: ReadonlyMap<string, number>): Sortable {
  const { id } = resource;
  const namespace = id.namespace === "" ? "~X" : id.namespace;
  const name = id.name === "" ? "~N" : id.name;
  return {
    resource,
    rank: ranks.get(id.kind) ?? 0,
    kind: `${id.group}\n${id.version}\n${id.kind}`,
    kindText: sortText(id),
    text: `${formatGvk(id)}|${namespace}|${name}`,
    isCoreNamespace: id.kind === "Namespace" && id.group === "",
  };
}

function compare(a: Sortable, b: Sortable): number {
  if (a.kind === b.kind) return byBytes(a.text, b.text);
  if (a.rank !== b.rank) return a.rank - b.rank;
  const order = byBytes(a.kindText, b.kindText);
  // Of two kinds named Namespace, the one of Kubernetes itself comes first.
  const isBothNamespace = a.resource.kind === "Namespace" && b.resource.kind === "Namespace" && (a.isCoreNamespace || b.isCoreNamespace);
  return isBothNamespace ? -order : order;
}
