import { DIALECT_KINDS, type DialectKind } from "../dialects/table.ts";
import { GitOpsError } from "../model/errors.ts";
import { resourceKey } from "../model/resource-id.ts";
import type { WatchEvent } from "../ports/cluster-reader.ts";
import { EventQueue } from "./event-queue.ts";
import { statusOf } from "./object-status.ts";
import { readObject, tellHidden, type ReadObject } from "./read-objects.ts";
import type { ListScope, ObjectPorts, ObjectStatus, RunContext } from "./request.ts";
import { readableKinds, type ReadableKind } from "./served-kinds.ts";

/** One message of a watch over many objects. `listed` comes once, first. */
export type ObjectChange =
  | { readonly type: "listed"; readonly all: readonly ObjectStatus[] }
  | { readonly type: "changed" | "deleted"; readonly status: ObjectStatus };

type KindEvent = { readonly readable: ReadableKind; readonly event: WatchEvent | "hidden" };

/**
 * The objects of some kinds, then each of them whenever it, or the source that it names, changes. Every change is told by the API
 * server's own watch, and none costs a new list.
 */
export async function* watchObjects(
  kinds: readonly DialectKind[],
  scope: ListScope,
  ports: ObjectPorts,
  context: RunContext,
): AsyncGenerator<ObjectChange> {
  const discovery = await ports.cluster.discover(context);
  const shown = readableKinds(kinds, discovery, context);
  const sources = kinds.some(({ kind }) => kind.role === "app") ? sourcesBeside(kinds) : [];
  const beside = readableKinds(sources, discovery, { ...context, emit: () => undefined });
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const queue = new EventQueue<KindEvent>();
  const follow = async (readable: ReadableKind, { namespace, labelSelector }: ListScope): Promise<void> => {
    const { group, kind } = readable.kind;
    const query = {
      group,
      kind,
      version: readable.version,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === "" ? {} : { labelSelector }),
    };
    try {
      for await (const event of ports.cluster.watch(query, { signal })) queue.put({ readable, event });
    } catch (error) {
      if (!(error instanceof GitOpsError) || error.code !== "FORBIDDEN") queue.fail(error);
      else if (namespace === scope.namespace) queue.put({ readable, event: "hidden" });
      else await follow(readable, { namespace: scope.namespace, labelSelector });
    }
  };
  // Sources may lie in other namespaces than the apps that name them.
  const watches = [...shown.map((readable) => follow(readable, scope)), ...beside.map((readable) => follow(readable, EVERYWHERE))];
  const end = (): void => queue.close();
  signal.addEventListener("abort", end, { once: true });
  try {
    yield* changesOf(queue, shown, beside, scope, context);
  } finally {
    stop.abort();
    await Promise.allSettled(watches);
  }
}

const EVERYWHERE: ListScope = { namespace: undefined, labelSelector: "" };

function sourcesBeside(kinds: readonly DialectKind[]): readonly DialectKind[] {
  const isShown = ({ kind }: DialectKind): boolean => kinds.some((shown) => shown.kind === kind);
  return DIALECT_KINDS.filter((spoken) => spoken.kind.role === "source" && !isShown(spoken));
}

async function* changesOf(
  queue: EventQueue<KindEvent>,
  shown: readonly ReadableKind[],
  beside: readonly ReadableKind[],
  scope: ListScope,
  context: RunContext,
): AsyncGenerator<ObjectChange> {
  const board = new StatusBoard(new Set(shown.map(({ kind }) => kind)));
  const awaited = new Set([...shown, ...beside]);
  const hidden: DialectKind[] = [];
  if (awaited.size === 0) yield { type: "listed", all: [] };
  for await (const { readable, event } of queue.take()) {
    if (event === "hidden" && shown.includes(readable)) hidden.push(readable);
    const touched = event === "hidden" ? [] : board.take(readable, event);
    if (awaited.size > 0) {
      awaited.delete(readable);
      if (awaited.size > 0) continue;
      tellHidden(hidden, scope.namespace, context);
      yield { type: "listed", all: board.all() };
    } else {
      yield* board.changesOf(touched);
    }
  }
}

/** What was seen last of every object, and what was told of it last. */
class StatusBoard {
  readonly #shown: ReadonlySet<ReadableKind["kind"]>;
  readonly #objects = new Map<string, ReadObject>();
  readonly #told = new Map<string, { readonly status: ObjectStatus; readonly text: string }>();
  /** Keys of the apps that name a source, by the source's key. */
  readonly #users = new Map<string, Set<string>>();

  constructor(shown: ReadonlySet<ReadableKind["kind"]>) {
    this.#shown = shown;
  }

  /** Takes one message in. @returns the keys that it may have changed, of deleted objects too. */
  take(readable: ReadableKind, event: WatchEvent): readonly string[] {
    const now = (event.type === "listed" ? event.objects : [event.object]).map((object) => readObject(readable, object));
    const gone = event.type === "deleted" ? now.map(keyOf) : [];
    if (event.type === "listed") {
      const present = new Set(now.map(keyOf));
      for (const [key, { kind }] of this.#objects) if (kind === readable.kind && !present.has(key)) gone.push(key);
    }
    if (event.type !== "deleted") for (const read of now) this.#put(read);
    for (const key of gone) this.#objects.delete(key);
    const touched = [...now.map(keyOf), ...gone];
    return [...new Set(touched.flatMap((key) => [key, ...(this.#users.get(key) ?? [])]))];
  }

  /** The status of all, by kind, namespace and name. */
  all(): readonly ObjectStatus[] {
    const order = [...this.#shown];
    const statuses = [...this.#objects].flatMap(([key, read]) => (this.#shown.has(read.kind) ? [this.#tell(key, read).status] : []));
    const place = ({ kind, view: { id } }: ObjectStatus): string =>
      `${String(order.indexOf(kind)).padStart(3, "0")} ${id.namespace} ${id.name}`;
    return statuses.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
  }

  *changesOf(keys: readonly string[]): Generator<ObjectChange> {
    for (const key of keys) {
      const read = this.#objects.get(key);
      const former = this.#told.get(key);
      if (read === undefined) {
        this.#told.delete(key);
        if (former !== undefined) yield { type: "deleted", status: former.status };
      } else if (this.#shown.has(read.kind)) {
        const { status, text } = this.#tell(key, read);
        if (text !== former?.text) yield { type: "changed", status };
      }
    }
  }

  #put(read: ReadObject): void {
    const { source } = read.view;
    this.#objects.set(keyOf(read), read);
    if (source === undefined) return;
    const users = this.#users.get(resourceKey(source)) ?? new Set();
    this.#users.set(resourceKey(source), users.add(keyOf(read)));
  }

  #tell(key: string, read: ReadObject): { readonly status: ObjectStatus; readonly text: string } {
    const { source } = read.view;
    const status = statusOf(read, source === undefined ? undefined : this.#objects.get(resourceKey(source))?.view);
    const told = { status, text: JSON.stringify([status.view, status.sync]) };
    this.#told.set(key, told);
    return told;
  }
}

function keyOf({ view }: ReadObject): string {
  return resourceKey(view.id);
}
