import { dialectOf, type DialectKind } from "../../dialects/table.ts";
import { GitOpsError, type ErrorCode } from "../../model/errors.ts";
import type { JsonObject } from "../../model/json.ts";
import type { ResourceId } from "../../model/resource-id.ts";
import { startGrace } from "../execute/grace.ts";
import type { AppRun, AppRunResult } from "./run-app.ts";

/** Failures after which a status of ours would be wrong: another run delivers the app, or the object is of another cluster. */
const UNTOLD: ReadonlySet<ErrorCode> = new Set(["LOCK_HELD", "WRONG_CLUSTER"]);

/** Whether a run may tell in the status how it ended. */
export function mayTell(failures: readonly GitOpsError[]): boolean {
  return !failures.some(({ code }) => UNTOLD.has(code));
}

/** Writes what a run came to into the status of the app's object, where it is in the cluster; within a grace after a cancellation. */
export async function writeStatus(
  id: ResourceId,
  { outcome, counts }: Pick<AppRunResult, "outcome" | "counts">,
  { ports, context }: Pick<AppRun, "ports" | "context">,
): Promise<void> {
  const spoken = dialectOf(id);
  const grace = startGrace(context.signal, ports.clock);
  const { signal } = grace;
  try {
    if (spoken === undefined || (await ports.cluster.discover({ signal })).find(id) === undefined) return;
    const live = await ports.cluster.get(id, { signal });
    if (live === undefined) return;
    const status = spoken.dialect.statusAfter(live, outcome);
    const fieldManager = spoken.dialect.record.statusManager;
    const told = await ports.objects.patchStatus(id, { status }, { fieldManager, resourceVersion: "", signal });
    await recordEvent(told, spoken, { outcome, counts }, { ports, context: { ...context, signal } });
  } finally {
    grace.cancel();
  }
}

/** An Event for who watches the cluster, where something changed or failed. What keeps it from being written is told, and fails nothing. */
async function recordEvent(
  object: JsonObject,
  { dialect, kind }: DialectKind,
  { outcome, counts }: Pick<AppRunResult, "outcome" | "counts">,
  { ports, context }: Pick<AppRun, "ports" | "context">,
): Promise<void> {
  const { failure, revision } = outcome;
  const { created, configured, pruned } = counts;
  if (failure === undefined && created + configured + pruned === 0) return;
  const changes = `${String(created)} created, ${String(configured)} configured, ${String(pruned)} pruned`;
  const type = failure === undefined ? "Normal" : "Warning";
  const message = failure?.message ?? `Applied revision: ${revision} (${changes})`;
  const event = { ...dialect.eventAfter(outcome), type, message, component: kind.controller.title } as const;
  try {
    await ports.objects.record(object, event, context);
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error;
    context.emit({ type: "warning", message: `no Event was recorded: ${error.message}` });
  }
}
