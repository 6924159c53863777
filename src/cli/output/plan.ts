import type { PlanStep, PreparedSync } from "../../engine/index.ts";
import { escapeControls } from "./escape.ts";
import { objectName } from "./object-name.ts";
import type { Style } from "./style.ts";

/** The steps of a plan in their order, one line each with its reason; unchanged objects are left out. */
export function planLines(prepared: PreparedSync, style: Style): string[] {
  const lines: string[] = [];
  for (const { phase, wave, stages } of prepared.plan.waves) {
    const steps = stages.flatMap((stage) => stage.steps).filter(({ change }) => change.action !== "none");
    if (steps.length > 0) lines.push(style.paint.bold(`${phase}, wave ${wave}`), ...steps.map((step) => stepLine(step, style)));
  }
  const prune = prepared.plan.prune.flat();
  if (prune.length > 0)
    lines.push(
      style.paint.bold("Prune"),
      ...prune.map(({ change, reason }) => line("-", objectName(change.id), "prune", reason, style.paint.red)),
    );
  const { skipped } = prepared.plan;
  if (skipped.length > 0)
    lines.push(style.paint.bold("Skipped"), ...skipped.map(({ id, reason }) => line(" ", objectName(id), "skip", reason, style.paint.dim)));
  return lines;
}

function stepLine({ change, method, reason, deferred }: PlanStep, { paint }: Style): string {
  const isNew = change.action === "create";
  const why = deferred === undefined ? reason : `${reason}; checked later: ${deferred}`;
  return line(
    isNew ? "+" : "~",
    objectName(change.id),
    method === "apply" ? change.action : method,
    why,
    isNew ? paint.green : paint.yellow,
  );
}

function line(mark: string, name: string, action: string, reason: string, paint: (text: string) => string): string {
  return `  ${paint(`${mark} ${name} ${action}`)}${reason === "" ? "" : `  (${escapeControls(reason)})`}`;
}
