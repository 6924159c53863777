import { NO_STATUS_GRACE_MS } from "../../health/index.ts";
import { GitOpsError } from "../../model/errors.ts";
import type { JsonObject } from "../../model/json.ts";
import type { ListQuery } from "../../ports/cluster-reader.ts";
import type { Execution } from "./execution.ts";
import { HealthWait, type HealthOutcome, type HealthTarget } from "./health-wait.ts";

/**
 * Follows objects until all pass, one fails, or the deadline is over; driven by watches.
 * Pods and Events beside them are watched too, where they may be: the reason that a person needs stands there.
 */
export async function awaitHealth(
  targets: readonly HealthTarget[],
  { cluster, clock, context, deadline }: Pick<Execution, "cluster" | "clock" | "context" | "deadline">,
): Promise<HealthOutcome> {
  const began = clock.monotonic();
  const wait = new HealthWait(context, () => clock.monotonic() - began);
  for (const target of targets) wait.add(target);
  if (wait.isOver) return wait.outcome();
  context.emit({ type: "health.waiting", objects: wait.pendingIds.length });
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, deadline.signal, context.signal]);
  const follow = async (
    query: ListQuery,
    listed: (objects: readonly JsonObject[]) => void,
    changed: (object: JsonObject, isDeleted: boolean) => void,
  ): Promise<void> => {
    for await (const event of cluster.watch(query, { signal })) {
      if (event.type === "listed") listed(event.objects);
      else changed(event.object, event.type === "deleted");
      if (wait.isOver) stop.abort();
    }
  };
  const followTargets = (query: ListQuery): Promise<void> =>
    follow(
      query,
      (objects) => wait.seeAll(query, objects),
      (object, isDeleted) => wait.see(query, object, isDeleted),
    );
  const followRelated = (kind: "Pod" | "Event", namespace: string): Promise<void> =>
    follow(
      { group: "", kind, namespace },
      (objects) => wait.seeAllRelated(kind, namespace, objects),
      (object, isDeleted) => wait.seeRelated(kind, object, isDeleted),
    ).catch(ignoreForbidden);
  const tasks = [
    ...queriesOf(wait).map(followTargets),
    ...wait.namespaces.flatMap((namespace) => [followRelated("Pod", namespace), followRelated("Event", namespace)]),
    clock.sleep(NO_STATUS_GRACE_MS, signal).then(
      () => {
        wait.judgeAll();
        if (wait.isOver) stop.abort();
      },
      () => undefined, // the wait ended before
    ),
  ];
  try {
    await Promise.all(tasks);
  } finally {
    stop.abort();
    await Promise.allSettled(tasks);
  }
  context.signal.throwIfAborted();
  return wait.outcome();
}

/** One watch for each kind and namespace. */
function queriesOf(wait: HealthWait): readonly ListQuery[] {
  const queries = new Map<string, ListQuery>();
  for (const { group, kind, namespace } of wait.pendingIds) {
    queries.set(`${group}/${kind}/${namespace}`, { group, kind, ...(namespace === "" ? {} : { namespace }) });
  }
  return [...queries.values()];
}

/** Who may not read Pods or Events gets the verdicts without their reasons. */
function ignoreForbidden(error: unknown): void {
  if (!(error instanceof GitOpsError) || error.code !== "FORBIDDEN") throw error;
}
