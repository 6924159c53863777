import type { Finding } from "../../model/finding.ts";
import type { ObjectFacts } from "../facts.ts";
import { makeFinding } from "../make-finding.ts";
import { inNamespace, nameOf } from "../name.ts";
import { statusLine } from "./deletion.ts";
import type { Rule } from "./rule.ts";

/** A delivery that somebody suspended. */
export const suspensionRule: Rule = ({ app }) => {
  if (app === undefined || !app.view.isSuspended) return [];
  return [
    makeFinding("blocking", "Suspended", {
      object: app.id,
      message: `${nameOf(app.id)} is suspended${whyOf(app)}`,
      next: `gitops resume ${app.address}${inNamespace(app.id.namespace)}`,
      evidence: [statusLine(app.view)],
    }),
  ];
};

/** What delivers the delivery is suspended: blocks only while that one has something to bring. */
export const parentRule: Rule = ({ parent, id }) => {
  if (parent === undefined || !parent.isSuspended) return [];
  return [
    makeFinding(parent.isBehind ? "blocking" : "warning", "ParentSuspended", {
      object: parent.id,
      message: `${nameOf(parent.id)}, which delivers ${nameOf(id)}, is suspended: changes of its spec in Git do not arrive`,
      next: `gitops resume ${parent.address}${inNamespace(parent.id.namespace)}`,
    }),
  ];
};

/** A suspended source: nothing new is fetched, and nothing at all where it never stored anything. */
export function suspendedSource(source: ObjectFacts): readonly Finding[] {
  const { id, view } = source;
  if (!view.isSuspended) return [];
  return [
    makeFinding("blocking", "SourceSuspended", {
      object: id,
      message: `${nameOf(id)} is suspended${whyOf(source)}: new commits are not fetched${view.revision === "" ? ", and it has no files yet" : ""}`,
      next: `gitops resume ${id.kind.toLowerCase()} ${id.name}${inNamespace(id.namespace)}`,
      evidence: [view.revision === "" ? "it stored nothing yet" : `it stands at ${view.revision}`, statusLine(view)],
    }),
  ];
}

function whyOf({ view: { suspendReason, suspendUntil } }: ObjectFacts): string {
  const parts = [suspendReason, ...(suspendUntil === "" ? [] : [`until ${suspendUntil}`])].filter((part) => part !== "");
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}
