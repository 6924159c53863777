import { makeFinding } from "../make-finding.ts";
import { inNamespace, nameOf } from "../name.ts";
import type { DependencyFacts } from "../facts.ts";
import type { Finding } from "../../model/finding.ts";
import type { Rule } from "./rule.ts";

/** A circle of dependencies: no source and no controller can make any of them ready. */
export const cycleRule: Rule = ({ cycle, id }) =>
  cycle.length === 0
    ? []
    : [
        makeFinding("blocking", "DependencyCycle", {
          object: id,
          message: `dependencies wait for each other in a circle: ${cycle.join(" → ")}`,
          next: "take one of them out of spec.dependsOn",
        }),
      ];

/** Deliveries that this one waits for: told by their own cause, however many steps away that is. */
export const dependenciesRule: Rule = ({ app, dependencies, cycle, id }) => {
  if (app === undefined || cycle.length > 0) return [];
  // Who is ready did not wait; the next revision will.
  const isWaiting = app.view.ready !== "True" || app.view.isBlocked;
  return dependencies.flatMap((dependency) => {
    const findings = findingsOf(dependency, nameOf(id));
    return isWaiting ? findings : findings.map((finding) => ({ ...finding, severity: "warning" as const }));
  });
};

function findingsOf({ id, address, state, findings }: DependencyFacts, waiter: string): readonly Finding[] {
  const waits = `${waiter} waits for ${nameOf(id)} (spec.dependsOn)`;
  if (state === "ready") return [];
  if (state === "missing")
    return [
      makeFinding("blocking", "DependencyMissing", {
        object: id,
        message: `${waiter} depends on ${nameOf(id)}, which is not there`,
        next: `create it, or correct spec.dependsOn; there are: gitops get ${address.split("/")[0] ?? ""}${inNamespace(id.namespace)}`,
      }),
    ];
  if (state === "unreadable")
    return [
      makeFinding("warning", "Hidden", {
        object: id,
        message: `${waits}, which may not be read`,
        next: "ask for a role that lets you get it",
      }),
    ];
  const cause = findings.find(({ severity }) => severity === "blocking");
  if (cause !== undefined) return [{ ...cause, evidence: [waits, ...cause.evidence] }];
  return [
    makeFinding("blocking", "DependencyNotReady", {
      object: id,
      message: `${waiter} waits for ${nameOf(id)}, which is not ready`,
      next: `gitops doctor ${address}${inNamespace(id.namespace)}`,
      evidence: [waits],
    }),
  ];
}
