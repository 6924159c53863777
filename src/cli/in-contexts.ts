import { GitOpsError, isJsonObject, type JsonObject, type JsonValue } from "../engine/index.ts";
import type { ReadSession, Rendered } from "./command.ts";
import { exitStatusOf } from "./exit-status.ts";
import { DOCUMENT_VERSION, renderDocument } from "./output/document.ts";
import { escapeControls } from "./output/escape.ts";
import { styleOf } from "./output/style.ts";
import { UsageError } from "./usage-error.ts";

/** What one context came to. */
interface ContextOutcome {
  readonly context: string;
  readonly rendered: Rendered | undefined;
  readonly failures: readonly unknown[];
}

/**
 * Runs a reading command in several contexts at once, and shows what each came to: under its name as text, or as one List whose items
 * name their context. A context that fails is told on stderr and holds up no other.
 *
 * @param wanted `--contexts`: names with commas between them, or `all` for those of the kubeconfig.
 * @param run answers JSON where `output` is json or yaml.
 */
export async function runInContexts(
  wanted: string,
  output: string | undefined,
  session: ReadSession,
  run: (session: ReadSession) => Promise<Rendered>,
): Promise<Rendered> {
  const names = await namesOf(wanted, session);
  const outcomes = await Promise.all(names.map((name) => runIn(name, session, run)));
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  const differs = outcomes.some(({ rendered }) => rendered?.exitStatus === 1);
  const exitStatus = failures.length > 0 ? exitStatusOf(failures, session.signal) : differs ? 1 : 0;
  const warnings = outcomes.flatMap(({ rendered }) => rendered?.warnings ?? []);
  const text = output === "json" || output === "yaml" ? listOf(outcomes, output) : blocksOf(outcomes, session);
  return { text, exitStatus, warnings, failures };
}

async function namesOf(wanted: string, session: ReadSession): Promise<readonly string[]> {
  const known = wanted === "all" ? await session.contexts() : wanted.split(",").map((name) => name.trim());
  const names = [...new Set(known)].filter((name) => name !== "");
  if (names.length === 0) throw new UsageError("--contexts names no context", "give names with commas between them, or all");
  return names;
}

async function runIn(context: string, session: ReadSession, run: (session: ReadSession) => Promise<Rendered>): Promise<ContextOutcome> {
  try {
    const rendered = await run(session.inContext(context));
    return { context, rendered, failures: (rendered.failures ?? []).map((error) => named(error, context)) };
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error;
    return { context, rendered: undefined, failures: [named(error, context)] };
  }
}

function named(error: unknown, context: string): unknown {
  if (!(error instanceof GitOpsError)) return error;
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return new GitOpsError(error.code, `context ${context}: ${error.message}`, { ...hint, cause: error, data: { ...error.data, context } });
}

function blocksOf(outcomes: readonly ContextOutcome[], session: ReadSession): string {
  const { paint } = styleOf(session.terminal.stdoutColor, session.terminal.unicode);
  return outcomes
    .flatMap(({ context, rendered }) => (rendered === undefined ? [] : [{ context, text: rendered.text || `${rendered.note ?? ""}\n` }]))
    .map(({ context, text }) => `${paint.bold(`context ${escapeControls(context)}`)}\n${text}`)
    .join("\n");
}

function listOf(outcomes: readonly ContextOutcome[], output: "json" | "yaml"): string {
  const items = outcomes.flatMap(({ context, rendered }) => {
    if (rendered === undefined || rendered.text === "") return [];
    return itemsOf(JSON.parse(rendered.text)).map((item) => ({ ...item, context }));
  });
  return renderDocument({ apiVersion: DOCUMENT_VERSION, kind: "List", items }, output);
}

function itemsOf(document: JsonValue): readonly JsonObject[] {
  if (!isJsonObject(document)) return [];
  const { items } = document;
  return document["kind"] === "List" && Array.isArray(items) ? items.filter(isJsonObject) : [document];
}
