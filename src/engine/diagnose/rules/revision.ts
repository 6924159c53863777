import { makeFinding } from "../make-finding.ts";
import { inNamespace, nameOf } from "../name.ts";
import { statusLine } from "./deletion.ts";
import { isBlocked, type Rule } from "./rule.ts";

/** A source that has something newer than what is applied, while nothing else is wrong. */
export const revisionRule: Rule = ({ app, source }, before) => {
  if (app === undefined || source?.type !== "there" || isBlocked(before)) return [];
  const { view, life, id, address, controller, isPlayed } = app;
  const offered = source.facts.view.revision;
  if (offered === "" || view.revision === "" || view.ready !== "True" || isAt(view.revision, offered)) return [];
  const evidence = [`${nameOf(source.facts.id)} has ${offered}`, `${nameOf(id)} applied ${view.revision}`];
  const where = inNamespace(id.namespace);
  if (life.alive === false)
    return [
      makeFinding("blocking", "ControllerNotAlive", {
        object: id,
        message: `no ${controller} is alive to apply the newer revision of ${nameOf(source.facts.id)}`,
        next: isPlayed ? `gitops sync ${address}${where}` : `start ${controller}`,
        evidence,
      }),
    ];
  return [
    makeFinding("blocking", "NotYetApplied", {
      object: id,
      message: `${nameOf(id)} has not applied the newest revision of its source yet`,
      next: `gitops reconcile ${address}${where}`,
      evidence: [...evidence, `${controller}${life.alive === true ? " is alive" : ""}`],
    }),
  ];
};

/** A chart of an OCI repository is offered as `1.2.3@sha256:…` and applied as `1.2.3` or `1.2.3+<digest>`. */
function isAt(applied: string, offered: string): boolean {
  return applied === offered || (offered.includes("@sha256:") && offered.split("@")[0] === applied.split("+")[0]);
}

/** Last of the rules about causes: one that is not ready must not be called well. */
export const unexplainedRule: Rule = ({ app }, before) => {
  if (app === undefined || isBlocked(before)) return [];
  const { view, id, address, controller } = app;
  if (view.ready === "True" && !view.isStalled) return [];
  if (view.isReconciling)
    return [
      makeFinding("blocking", "Reconciling", {
        object: id,
        message: `${controller} is at work on ${nameOf(id)}: ${view.message}`,
        next: `gitops get ${address}${inNamespace(id.namespace)} -w`,
        evidence: [statusLine(view)],
      }),
    ];
  return [
    makeFinding("blocking", "Unexplained", {
      object: id,
      message: `${nameOf(id)} is not ready${view.message === "" ? "" : `: ${view.message}`}`,
      next: `gitops events ${address}${inNamespace(id.namespace)}`,
      evidence: [statusLine(view)],
    }),
  ];
};
