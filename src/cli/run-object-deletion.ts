import {
  controllerOf,
  DEFAULT_POLICY,
  deleteObject,
  formatPlacedId,
  GitOpsError,
  prepareAppDeletion,
  prepareObjectDeletion,
  type AppDeletion,
  type ObjectDeletion,
  type ReadObject,
} from "../engine/index.ts";
import type { Rendered, WriteSession } from "./command.ts";
import type { PolicyInput, RunInput } from "./commands/delivery-options.ts";
import { deletePolicy } from "./delivery-request.ts";
import { escapeControls } from "./output/escape.ts";
import { objectName } from "./output/object-name.ts";
import { confirm } from "./output/prompt.ts";
import { runPlan } from "./run-plan.ts";
import { runOnObjects } from "./run-on-objects.ts";

type DeletionInput = RunInput & Pick<PolicyInput, "allowMassPrune" | "confirmPrune"> & { readonly keep: boolean };

/** Deletes an object of a dialect: shows what goes with it, stops at guards, asks where a person is there, and waits until it is gone. */
export async function runObjectDeletion(found: ReadObject, input: DeletionInput, session: WriteSession): Promise<Rendered> {
  if (await isOursToDelete(found, session)) return deleteByThisProgram(found, input, session);
  return runOnObjects(session, { output: input.output, documentKind: "Deletion" }, async (context, progress) => {
    const ports = await session.asking();
    const deletion = await prepareObjectDeletion(found, { keep: input.keep, policy: deletePolicy(input) }, ports, context);
    const guards = (deletion.plan?.guards ?? []).map(
      ({ code, message, hint, objects }) => new GitOpsError(code, message, { hint, data: { objects } }),
    );
    for (const app of deletion.usedBy)
      context.emit({ type: "warning", id: found.view.id, message: `${formatPlacedId(app.view.id)} needs it` });
    if (guards.length > 0) return { outcomes: [], missing: guards };
    const base = { id: found.view.id, view: found.view, token: "", elapsedMs: 0 };
    const isAsked = session.terminal.interactive && !input.yes && input.output !== "json";
    if (input.dryRun === "server" || isAsked) {
      progress.pause();
      session.terminal.stderr.write(`${deletionLines(deletion).join("\n")}\n`);
    }
    if (input.dryRun === "server") return { outcomes: [{ ...base, result: "deleted (dry run)" }], missing: [] };
    if (isAsked && !(await confirm(session.terminal, "Delete?", session.signal)))
      return { outcomes: [], missing: [], note: "nothing was changed" };
    const outcome = await deleteObject(
      deletion,
      { wait: input.wait, timeoutMs: input.timeout ?? DEFAULT_POLICY.timeoutMs },
      ports,
      context,
    );
    return { outcomes: [{ ...outcome, result: outcome.result === "ready" ? "deleted" : "deleting" }], missing: [] };
  });
}

/** An app that no living controller would clean up after is removed by this program: deleted alone it would leave all it delivered. */
async function isOursToDelete({ kind }: ReadObject, session: WriteSession): Promise<boolean> {
  if (!kind.isPlayed || kind.role !== "app") return false;
  const life = await controllerOf(
    kind,
    await session.asking(),
    session.listen(() => undefined),
  );
  return life.alive === false;
}

async function deleteByThisProgram(found: ReadObject, input: DeletionInput, session: WriteSession): Promise<Rendered> {
  let deletion: AppDeletion | undefined;
  return runPlan(session, input, {
    question: "Delete?",
    prepare: async (context) => {
      deletion = await prepareAppDeletion(found, { policy: deletePolicy(input), keep: input.keep }, await session.appWriters({}), context);
      return deletion.prepared;
    },
    execute: (_prepared, context) => {
      if (deletion === undefined) throw new Error("a deletion is executed before it is planned");
      return deletion.execute(context);
    },
  });
}

/** What goes and what stays, one line for each object. */
function deletionLines({ found, effect, plan }: ObjectDeletion): string[] {
  const lines = [`  - ${objectName(found.view.id)} delete`];
  const why = escapeControls(effect.why);
  if (effect.members === "none") return lines;
  if (effect.members === "kept") return [...lines, `  what it delivered stays: ${why} (${found.view.inventory.length} objects)`];
  if (plan === undefined) {
    const where = found.view.isRemote ? " on another cluster" : "";
    return [
      ...lines,
      `  its controller deletes what it delivered${where}: ${why}`,
      ...found.view.inventory.map((id) => `  - ${objectName(id)}`),
    ];
  }
  return [
    ...lines,
    `  its controller deletes what it delivered: ${why}`,
    ...plan.prune.flat().map(({ change }) => `  - ${objectName(change.id)} prune`),
    ...plan.skipped.map(({ id, reason }) => `    ${objectName(id)} skip  (${escapeControls(reason)})`),
  ];
}
