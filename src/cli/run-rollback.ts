import {
  checkExpectedCluster,
  diffApps,
  deliverRollback,
  executePlan,
  GitOpsError,
  prepareRollback,
  prepareSync,
  publishRollback,
  type DeliveredRollback,
  type DeliveryRequest,
  type FoundDelivery,
  type PreparedSync,
  type RollbackPlan,
  type RollbackPorts,
  type RollbackRequest,
  type RunContext,
} from "../engine/index.ts";
import { appsOptions } from "./apps-request.ts";
import type { Rendered, SourceFlags, WriteSession } from "./command.ts";
import type { AppInput, BuildInput, PolicyInput, RunInput, SurroundingsInput } from "./commands/delivery-options.ts";
import { USUAL_TIMEOUT_MS } from "./commands/delivery-options.ts";
import { buildSettings, surroundingsFlags, syncPolicy } from "./delivery-request.ts";
import { exitStatusOf } from "./exit-status.ts";
import { findDelivery } from "./find-delivery.ts";
import { parseAddress } from "./get-target.ts";
import { renderDiffs } from "./output/apps-diff.ts";
import { renderDiff } from "./output/diff.ts";
import { openProgress } from "./output/progress.ts";
import { confirm } from "./output/prompt.ts";
import { rollbackDocument, rollbackLines, rollbackSummary, type RollbackOutcome } from "./output/rollback.ts";

type RollbackInput = BuildInput &
  PolicyInput &
  RunInput &
  SurroundingsInput &
  Omit<AppInput, "filename" | "takeover"> & {
    readonly name: string;
    readonly revision: string | undefined;
    readonly allowOthers: boolean;
    readonly branchOnly: string | undefined;
    readonly gitTokenFile: string | undefined;
  };

/** One rollback under way. */
interface Run {
  readonly session: WriteSession;
  readonly input: RollbackInput;
  readonly flags: SourceFlags;
  readonly found: FoundDelivery;
  readonly ports: RollbackPorts;
  readonly context: RunContext;
}

/** Plans a rollback, shows it, asks where a person is there, pushes it and delivers it. */
export async function runRollback(session: WriteSession, input: RollbackInput): Promise<Rendered> {
  const progress = await openProgress(session);
  const context = session.listen((event) => {
    if (input.output !== "json" || event.type === "warning") progress.emit(event);
  });
  try {
    const { gitTokenFile, maxFileSize } = input;
    const flags: SourceFlags = { gitTokenFile, maxFileSize, surroundings: surroundingsFlags(input) };
    const readers = await session.readers(flags);
    await checkExpectedCluster(await session.expectedCluster(), readers.cluster, context);
    const found = await findDelivery(parseAddress(input.name), session, readers, context);
    const ports = { ...(await session.appReaders(flags)), ...(await session.commits(flags)) };
    const run: Run = { session, input, flags, found, ports, context };
    const delivers = input.wait && input.branchOnly === undefined;
    const request: RollbackRequest = { found, to: input.revision, build: buildSettings(input), allowOthers: input.allowOthers, delivers };
    const plan = await prepareRollback(request, ports, context);
    if (plan.proposed === undefined) return nothingToDo(plan, input);
    const preview = delivers || input.dryRun === "server" ? await bareSync(run, plan.proposed.commit) : undefined;
    if (input.dryRun === "server") {
      progress.close();
      return await dryRun(run, plan, preview);
    }
    refuseGuarded(preview);
    if (session.terminal.interactive && !input.yes) {
      progress.pause();
      const question = `${rollbackLines(plan).join("\n")}\nRoll back?`;
      if (!(await confirm(session.terminal, question, session.signal))) return { text: "nothing was changed\n", exitStatus: 0 };
    }
    const pushed = await publishRollback(plan, request, input.branchOnly, ports, context);
    const branch = input.branchOnly ?? pushed.branch;
    const delivered = delivers ? await deliver(run, pushed) : undefined;
    progress.close();
    return rendered({ plan: pushed, branch, delivered, result: resultOf(delivered) }, run);
  } finally {
    progress.close();
  }
}

function nothingToDo(plan: RollbackPlan, { output }: RollbackInput): Rendered {
  if (output === "json") return { text: rollbackDocument({ plan, result: "none", branch: "", delivered: undefined }), exitStatus: 0 };
  return { text: "", note: `${plan.address} has the files of ${plan.to.commit.slice(0, 12)} already: nothing to do`, exitStatus: 0 };
}

function resultOf(delivered: DeliveredRollback | undefined): RollbackOutcome["result"] {
  if (delivered === undefined) return "pushed";
  return delivered.failures.length === 0 ? "delivered" : "failed";
}

/** The sync of a bare delivery at a commit, or at what its branch has; undefined for an app of a dialect. */
async function bareSync({ session, input, flags, found, context }: Run, commit?: string): Promise<PreparedSync | undefined> {
  if (found.type === "object") return undefined;
  const request: DeliveryRequest = {
    ref: found.ref,
    source: undefined,
    override: commit === undefined ? {} : { ref: commit },
    policy: syncPolicy(input),
    build: buildSettings(input),
    expectCluster: await session.expectedCluster(),
  };
  return prepareSync(request, await session.readers(flags), context);
}

/** What would stop the delivery stops the commit: a branch that cannot be delivered helps nobody. */
function refuseGuarded(preview: PreparedSync | undefined): void {
  const [first] = preview?.plan.guards ?? [];
  if (first !== undefined) throw new GitOpsError(first.code, first.message, { hint: first.hint, data: { objects: first.objects } });
}

async function dryRun(
  { session, input, flags, found, context }: Run,
  plan: RollbackPlan,
  preview: PreparedSync | undefined,
): Promise<Rendered> {
  if (input.output === "json")
    return { text: rollbackDocument({ plan, result: "planned", branch: "", delivered: undefined }), exitStatus: 0 };
  const format = { output: undefined, plan: false };
  const lines = `${rollbackLines(plan).join("\n")}\n\n`;
  if (preview !== undefined) return { text: lines + (await renderDiff(preview, format, session.terminal)).text, exitStatus: 0 };
  if (found.type !== "object" || plan.proposed === undefined) return { text: lines, exitStatus: 0 };
  const options = await appsOptions({ ...input, filename: [], takeover: false }, session);
  const { id } = found.found.view;
  const instead = { app: id, ref: plan.proposed.commit };
  const diffs = await diffApps({ declared: [], named: [id], options: { ...options, instead } }, await session.appReaders(flags), context);
  const shown = await renderDiffs(diffs, format, session.terminal, 0);
  return { ...shown, text: lines + shown.text };
}

async function deliver(run: Run, plan: RollbackPlan): Promise<DeliveredRollback> {
  const { session, input, flags, found, ports, context } = run;
  if (found.type === "object") {
    const apps = await appsOptions({ ...input, filename: [], takeover: false }, session);
    const writers = { ...(await session.appWriters(flags)), history: ports.history };
    return deliverRollback(found.found, plan, { apps, timeoutMs: input.timeout ?? USUAL_TIMEOUT_MS }, writers, context);
  }
  try {
    const prepared = await bareSync(run);
    if (prepared === undefined) return { by: "gitops", revision: "", failures: [] };
    const { revision, failures } = await executePlan(prepared, await session.writers(flags), context);
    return { by: "gitops", revision, failures };
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error;
    return { by: "gitops", revision: "", failures: [error] };
  }
}

function rendered(outcome: RollbackOutcome, { session, input }: Run): Rendered {
  const failures = outcome.delivered?.failures ?? [];
  const text = input.output === "json" ? rollbackDocument(outcome) : rollbackSummary(outcome, session.terminal);
  return { text, exitStatus: exitStatusOf(failures, session.signal), failures };
}
