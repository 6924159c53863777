import type { FailedStage } from "../../model/app-outcome.ts";
import type { Finding, FindingCode } from "../../model/finding.ts";
import type { FailureFacts, ObjectFacts } from "../facts.ts";
import { makeFinding } from "../make-finding.ts";
import { inNamespace, nameOf } from "../name.ts";
import { readWording } from "../wordings/read-wording.ts";
import { again } from "../wordings/wording.ts";
import { failureLine } from "./deletion.ts";
import { isBlocked, type Rule } from "./rule.ts";

/** What a failed part is called where its words say no more. */
const OF_STAGE: Readonly<Record<FailedStage, FindingCode>> = {
  source: "SourceFailed",
  access: "AccessDenied",
  dependency: "DependencyNotReady",
  expression: "ExpressionInvalid",
  build: "BuildFailed",
  apply: "ApplyFailed",
  prune: "PruneFailed",
  health: "HealthCheckFailed",
};

/** What the controller says of its own work on the delivery. Health is left to the rules about its objects. */
export const failureRule: Rule = ({ app, failure }, before) => {
  if (app?.failure === undefined) return [];
  const { stage } = app.failure;
  if (stage === "health" || (stage === "dependency" && isBlocked(before))) return [];
  const finding = failureOf(app, app.failure);
  // "Source artifact not found" only repeats what is known of the source.
  if (finding.code === "SourceFailed" && isBlocked(before)) return [];
  // Our own build names file and line, where it could be tried.
  const places = (failure?.diagnostics ?? []).map(
    ({ file, line, message }) => `${file}${line === undefined ? "" : `:${String(line)}`}: ${message}`,
  );
  const own = failure !== undefined && stage === "build" ? [...places, places.length === 0 ? failure.message : ""] : [];
  return [makeFinding(finding.severity, finding.code, { ...finding, evidence: [...own, ...finding.evidence] })];
};

/** The controller's health check, where no object explains it. */
export const healthCheckRule: Rule = ({ app }, before) => {
  if (app?.failure?.stage !== "health" || isBlocked(before)) return [];
  return [failureOf(app, app.failure)];
};

function failureOf({ id, address }: ObjectFacts, failure: FailureFacts): Finding {
  const { stage, message } = failure;
  const speaker = { id, address, url: "" };
  const meaning = readWording(message, stage ?? "apply", speaker);
  const evidence = [`${nameOf(id)}: ${failureLine(failure)}`];
  if (meaning !== undefined)
    return makeFinding("blocking", meaning.code, { object: id, message: meaning.message, next: meaning.next, evidence });
  const code = stage === undefined ? (id.kind === "HelmRelease" ? "ReleaseFailed" : "ApplyFailed") : OF_STAGE[stage];
  return makeFinding("blocking", code, {
    object: id,
    message: `${nameOf(id)} failed: ${message}`,
    next: stage === "health" ? `gitops tree ${address}${inNamespace(id.namespace)}` : `correct it in Git, then ${again(speaker)}`,
    evidence,
  });
}
