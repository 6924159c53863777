import { dialectOf } from "../dialects/table.ts";
import { GitOpsError } from "../model/errors.ts";
import { formatPlacedId, resourceKey, type ResourceId } from "../model/resource-id.ts";
import { askControllers } from "./ask/ask-controllers.ts";
import { suspended, type AskOutcome } from "./ask/asked-object.ts";
import { mapBounded } from "./bounded.ts";
import { readObject, type ReadObject } from "./read-objects.ts";
import type { AskingPorts, RunContext } from "./request.ts";

/** How controllers are asked. */
export interface ReconcileOptions {
  /** The sources first, and the apps only once theirs are ready. */
  readonly withSource: boolean;
  readonly wait: boolean;
  /** For everything together, in milliseconds; 0 for no limit. */
  readonly timeoutMs: number;
  /** Suspended objects are passed over; else they are failures. */
  readonly skipsSuspended: boolean;
}

const READS_AT_ONCE = 8;

/**
 * Asks the controllers of objects to reconcile them now, and waits until each is ready or has failed.
 *
 * @returns outcomes of the sources (with `withSource`), then of the objects in their order. A failure of one stops no other:
 * errors are in the outcomes (SUSPENDED, UNHEALTHY, TIMED_OUT, HEALTH_TIMEOUT, OBJECT_NOT_FOUND, FORBIDDEN …).
 */
export async function reconcileObjects(
  found: readonly ReadObject[],
  options: ReconcileOptions,
  ports: AskingPorts,
  context: RunContext,
): Promise<readonly AskOutcome[]> {
  const started = ports.clock.monotonic();
  const isActive = ({ view }: ReadObject): boolean => !view.isSuspended;
  const sources = options.withSource ? await sourceOutcomes(found.filter(isActive), options, ports, context) : NO_SOURCES;
  const askable = found.filter((one) => isActive(one) && failedSource(one, sources) === undefined);
  const timeoutMs = remainingMs(options.timeoutMs, ports.clock.monotonic() - started);
  const patch = requestPatch;
  const asked = await askControllers(askable, { patch, wait: options.wait, timeoutMs }, ports, context);
  const byKey = new Map(asked.map((outcome) => [resourceKey(outcome.id), outcome]));
  const own = found.map((one) => byKey.get(resourceKey(one.view.id)) ?? passedOver(one, sources, options));
  const already = new Set(own.map(({ id }) => resourceKey(id)));
  return [...sources.outcomes.filter(({ id }) => !already.has(resourceKey(id))), ...own];
}

interface Sources {
  readonly outcomes: readonly AskOutcome[];
  /** Why apps of a source cannot be asked, by the source. */
  readonly failures: ReadonlyMap<string, GitOpsError>;
}

const NO_SOURCES: Sources = { outcomes: [], failures: new Map() };

function requestPatch(dialect: ReadObject["dialect"], token: string) {
  return dialect.requestPatch(token);
}

/** What is left of a limit; at least a moment, since 0 would mean no limit. */
function remainingMs(timeoutMs: number, elapsedMs: number): number {
  return timeoutMs === 0 ? 0 : Math.max(1, timeoutMs - elapsedMs);
}

async function sourceOutcomes(
  found: readonly ReadObject[],
  options: ReconcileOptions,
  ports: AskingPorts,
  context: RunContext,
): Promise<Sources> {
  const wanted = new Map<string, ResourceId>();
  for (const { view } of found) if (view.source !== undefined) wanted.set(resourceKey(view.source), view.source);
  const failures = new Map<string, GitOpsError>();
  const read = await mapBounded([...wanted.values()], READS_AT_ONCE, async (id) => {
    const source = await readSource(id, ports, context);
    if (source instanceof GitOpsError) failures.set(resourceKey(id), source);
    else if (source.view.isSuspended) failures.set(resourceKey(id), suspended(source));
    else return [source];
    return [];
  });
  const { timeoutMs } = options;
  // An app is asked once its source is ready, so this wait is not the caller's to leave out.
  const outcomes = await askControllers(read.flat(), { patch: requestPatch, wait: true, timeoutMs }, ports, context);
  for (const { id, error } of outcomes) if (error !== undefined) failures.set(resourceKey(id), error);
  return { outcomes, failures };
}

async function readSource(id: ResourceId, { cluster }: AskingPorts, context: RunContext): Promise<ReadObject | GitOpsError> {
  const spoken = dialectOf(id);
  const data = { object: formatPlacedId(id), namespace: id.namespace };
  if (spoken === undefined)
    return new GitOpsError("UNKNOWN_KIND", `${formatPlacedId(id)}: no controller that could be asked serves this kind of source`, { data });
  try {
    const object = await cluster.get(id, context);
    if (object !== undefined) return readObject(spoken, object);
  } catch (error) {
    if (!(error instanceof GitOpsError) || context.signal.aborted) throw error;
    return error;
  }
  return new GitOpsError("OBJECT_NOT_FOUND", `the source ${formatPlacedId(id)} does not exist`, {
    hint: "make it, or correct the sourceRef that names it",
    data,
  });
}

function failedSource({ view }: ReadObject, { failures }: Sources): GitOpsError | undefined {
  return view.source === undefined ? undefined : failures.get(resourceKey(view.source));
}

/** An object whose controller was not asked: it is suspended, or its source failed. */
function passedOver(one: ReadObject, sources: Sources, { skipsSuspended }: ReconcileOptions): AskOutcome {
  const { view } = one;
  const base = { id: view.id, view, token: "", elapsedMs: 0 };
  const error = failedSource(one, sources);
  if (error === undefined) return skipsSuspended ? { ...base, result: "skipped" } : { ...base, result: "failed", error: suspended(one) };
  const isNews = sources.outcomes.every(({ error: told }) => told !== error);
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return {
    ...base,
    result: "failed",
    error: isNews
      ? error
      : new GitOpsError(error.code, `${formatPlacedId(view.id)} was not asked: its source failed`, {
          ...hint,
          data: { object: formatPlacedId(view.id), namespace: view.id.namespace },
        }),
  };
}
