import type { EngineEvent, ResourceId, SyncCounts } from "../../engine/index.ts";
import { escapeControls } from "./escape.ts";
import { objectName } from "./object-name.ts";

/** One line about an event. `begin` starts what takes time, `done` ends it, `detail` belongs to it, `hidden` is for --verbose. */
export interface EventWords {
  readonly tone: "begin" | "done" | "detail" | "hidden" | "warning" | "failure";
  readonly text: string;
}

/** What to tell people about an event. Everything from outside is escaped. */
export function describeEvent(event: EngineEvent): EventWords {
  const words = wordsOf(event);
  const app = event.app ?? appOf(event);
  return app === undefined ? words : { ...words, text: `${escapeControls(`${app.namespace}/${app.name}`)}: ${words.text}` };
}

/** The app whose own event it is. */
function appOf(event: EngineEvent): ResourceId | undefined {
  return event.type === "app.started" || event.type === "app.waiting" || event.type === "app.finished" ? event.id : undefined;
}

function wordsOf(event: EngineEvent): EventWords {
  switch (event.type) {
    case "source.fetching":
      return { tone: "begin", text: `fetching ${escapeControls(event.source)}` };
    case "source.fetched":
      return { tone: "done", text: `fetched ${escapeControls(event.revision)}` };
    case "build.finished":
      return { tone: "done", text: `built ${objects(event.objects)}` };
    case "compare.started":
      return { tone: "begin", text: `comparing ${objects(event.objects)} with the cluster` };
    case "plan.ready":
      return { tone: "done", text: `planned: ${planCounts(event)}` };
    case "wave.started":
      return { tone: "begin", text: `applying ${objects(event.objects)} (${event.phase}, wave ${event.wave})` };
    case "object.applied":
      return {
        tone: event.action === "unchanged" ? "hidden" : "detail",
        text: `${objectName(event.id)} ${event.action}${event.dryRun === true ? " (dry run)" : ""}`,
      };
    case "object.failed":
      return { tone: "failure", text: `${objectName(event.id)}: ${escapeControls(event.message)}` };
    case "object.health":
      return { tone: "detail", text: healthWords(event) };
    case "health.waiting":
      return { tone: "begin", text: `waiting for ${objects(event.objects)} to become healthy` };
    case "prune.started":
      return { tone: "begin", text: `pruning ${objects(event.objects)}` };
    case "prune.withheld":
      return { tone: "warning", text: `${objects(event.objects)} not pruned: ${escapeControls(event.reason)}` };
    case "inventory.written":
      return { tone: "hidden", text: `recorded ${objects(event.entries)}` };
    case "request.retried":
      return {
        tone: "detail",
        text: `trying again in ${(event.delayMs / 1000).toFixed(1)}s (${event.attempt}): ${escapeControls(event.what)}: ${escapeControls(event.reason)}`,
      };
    case "request.sent":
      return { tone: "begin", text: `asked ${event.controller} to reconcile ${objectName(event.id)}` };
    case "request.answered":
      return {
        tone: "done",
        text: `${objectName(event.id)} is ready${event.revision === "" ? "" : `: ${escapeControls(event.revision)}`}`,
      };
    case "object.deleting": {
      const held = event.finalizers.length === 0 ? "" : `, held by ${event.finalizers.map(escapeControls).join(", ")}`;
      return { tone: "begin", text: `deleting ${objectName(event.id)}${held}` };
    }
    case "warning":
      return { tone: "warning", text: `${event.id === undefined ? "" : `${objectName(event.id)}: `}${escapeControls(event.message)}` };
    case "app.started":
      return { tone: "begin", text: `delivering${event.by === "controller" ? " through its controller" : ""}` };
    case "app.waiting":
      return { tone: "detail", text: `waits: ${escapeControls(event.reason)}` };
    case "app.finished":
      return appWords(event);
    case "sync.finished":
      return { tone: "hidden", text: `finished: ${syncCounts(event)}` };
  }
}

/** `2 created, 1 configured, 97 unchanged`: zeros are left out, but never everything. */
export function syncCounts(counts: SyncCounts): string {
  const { created, configured, unchanged, pruned, skipped, failed } = counts;
  return nonZero({ created, configured, pruned, skipped, failed, unchanged }, "nothing to do");
}

/** `2 to create, 97 unchanged`. */
export function planCounts(counts: {
  readonly create: number;
  readonly configure: number;
  readonly prune: number;
  readonly skip: number;
  readonly unchanged: number;
}): string {
  const { create, configure, prune, skip, unchanged } = counts;
  return nonZero({ "to create": create, "to configure": configure, "to prune": prune, skipped: skip, unchanged }, "nothing to do");
}

function nonZero(counts: Readonly<Record<string, number>>, nothing: string): string {
  const parts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${word}`);
  return parts.length === 0 ? nothing : parts.join(", ");
}

function objects(count: number): string {
  return count === 1 ? "1 object" : `${count} objects`;
}

function appWords({ by, outcome, revision, message }: Extract<EngineEvent, { type: "app.finished" }>): EventWords {
  const why = message === "" ? "" : `: ${escapeControls(message)}`;
  if (outcome === "failed") return { tone: "failure", text: `failed${why}` };
  if (outcome === "skipped") return { tone: "done", text: `skipped${why}` };
  return { tone: "done", text: `delivered${by === "controller" ? " by its controller" : ""}: ${escapeControls(revision)}` };
}

function healthWords({ id, health }: Extract<EngineEvent, { type: "object.health" }>): string {
  const why = [health.reason, health.message].filter((part) => part !== "").join(": ");
  return `${objectName(id)} is ${health.status}${why === "" ? "" : `: ${escapeControls(why)}`}`;
}
