import type { AffectedDelivery, BuiltChange, DeliveredRollback, FileChange, RollbackPlan } from "../../engine/index.ts";
import type { Terminal } from "../terminal.ts";
import { DOCUMENT_VERSION, renderDocument } from "./document.ts";
import { escapeControls } from "./escape.ts";
import { objectName } from "./object-name.ts";
import { styleOf } from "./style.ts";

/** What came of a rollback. */
export interface RollbackOutcome {
  readonly plan: RollbackPlan;
  /** `none`: there was nothing to do. */
  readonly result: "planned" | "pushed" | "delivered" | "failed" | "none";
  /** The branch that was pushed to; "" where none was. */
  readonly branch: string;
  readonly delivered: DeliveredRollback | undefined;
}

/** What a rollback changes, for people: the revision, the files, the objects, other deliveries. No content of any file is in it. */
export function rollbackLines({ address, branch, tip, to, files, objects, others }: RollbackPlan): readonly string[] {
  const why = [to.knownFrom === "status" ? "applied" : "committed", to.at, to.note].filter((part) => part !== "").join(" ");
  return [
    `${address}: ${branch}@${short(tip)} back to ${short(to.commit)} (${why})`,
    ...files.map((file) => `  ${letter(file)} ${file.path}${file.isOutside ? " (outside of its folder)" : ""}`),
    ...(objects === undefined ? ["  the present files do not build"] : objects.map((object) => `  ${builtWords(object)}`)),
    ...others.flatMap(({ address: other, objects: changed, failure }) => [
      `  also changes ${other}${failure === "" ? "" : `, which no longer builds: ${failure}`}`,
      ...changed.map((object) => `    ${builtWords(object)}`),
    ]),
  ].map(escapeControls);
}

/** The one line that a rollback leaves on stdout. */
export function rollbackSummary(
  { plan, result, branch, delivered }: RollbackOutcome,
  terminal: Pick<Terminal, "stdoutColor" | "unicode">,
): string {
  const { paint, glyphs } = styleOf(terminal.stdoutColor, terminal.unicode);
  const mark = result === "failed" ? paint.red(glyphs.failure) : paint.green(glyphs.done);
  const commit = plan.proposed?.commit ?? "";
  const pushed = `${plan.address} rolled back to ${short(plan.to.commit)} by commit ${commit} on ${branch}`;
  const at =
    delivered === undefined ? "" : result === "delivered" ? `, delivered by ${by(delivered)}` : ", which did not arrive in the cluster";
  return `${mark} ${escapeControls(`${pushed}${at}`)}\n`;
}

/** The document of `-o json`. */
export function rollbackDocument({ plan, result, branch, delivered }: RollbackOutcome): string {
  const { address, namespace, repository, tip, to, files, objects, others, proposed } = plan;
  return renderDocument(
    {
      apiVersion: DOCUMENT_VERSION,
      kind: "Rollback",
      name: address,
      namespace,
      result,
      repository: repository.url,
      branch: branch || plan.branch,
      tip,
      to: { commit: to.commit, knownFrom: to.knownFrom, at: to.at, note: to.note },
      commit: proposed?.commit ?? "",
      files: files.map((file) => ({ action: action(file), path: file.path, outside: file.isOutside })),
      objects: (objects ?? []).map(objectFields),
      others: others.map((other: AffectedDelivery) => ({
        name: other.address,
        failure: other.failure,
        objects: other.objects.map(objectFields),
      })),
      by: delivered?.by ?? "",
      revision: delivered?.revision ?? "",
    },
    "json",
  );
}

function by({ by: who, revision }: DeliveredRollback): string {
  return `${who === "controller" ? "its controller" : "gitops"} at ${revision}`;
}

function objectFields({ action: what, group, kind, namespace, name }: BuiltChange) {
  return { action: what, group, kind, namespace, name };
}

function builtWords(object: BuiltChange): string {
  return `${object.action} ${objectName(object)}`;
}

function action({ before, after }: FileChange): "added" | "modified" | "deleted" {
  return before === undefined ? "added" : after === undefined ? "deleted" : "modified";
}

/** As `git status` shows it. */
function letter(file: FileChange): string {
  return { added: "A", modified: "M", deleted: "D" }[action(file)];
}

function short(commit: string): string {
  return commit.slice(0, 12);
}
