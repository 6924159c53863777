import type { Finding } from "../../model/finding.ts";
import type { ObjectFacts, SourceFacts } from "../facts.ts";
import { makeFinding } from "../make-finding.ts";
import { inNamespace, nameOf } from "../name.ts";
import { again } from "../wordings/wording.ts";
import { readWording } from "../wordings/read-wording.ts";
import { unattended } from "./controller.ts";
import { failureLine, statusLine, terminating } from "./deletion.ts";
import { unmetReferences } from "./references.ts";
import { isBlocked, type Rule } from "./rule.ts";
import { suspendedSource } from "./suspension.ts";

/** Where the files should come from, and do not. */
export const sourceRule: Rule = ({ source, id, now }) => (source === undefined ? [] : sourceFindings(source, nameOf(id), now));

/** What is wrong with a source, and with the one behind it (the repository of a chart). */
export function sourceFindings(source: SourceFacts, user: string, now: number): readonly Finding[] {
  if (source.type === "there") {
    const inner = source.inner === undefined ? [] : sourceFindings(source.inner, nameOf(source.facts.id), now);
    return [...inner, ...ofSource(source.facts, isBlocked(inner), now)];
  }
  const { id, type, why } = source;
  if (type === "unreadable")
    return [makeFinding("warning", "Hidden", { object: id, message: `${nameOf(id)} may not be read: ${why}`, next: rightsHint(id.kind) })];
  if (type === "unserved")
    return [
      makeFinding("blocking", "KindNotServed", {
        object: id,
        message: `${user} takes its files from ${nameOf(id)}, and the cluster does not serve ${id.kind}`,
        next: `install the CustomResourceDefinition of ${id.kind} (${id.group})`,
      }),
    ];
  return [
    makeFinding("blocking", "SourceMissing", {
      object: id,
      message: `${nameOf(id)}, which ${user} takes its files from, is not there`,
      next: `create it, or correct spec.sourceRef; there are: gitops get sources${inNamespace(id.namespace)}`,
    }),
  ];
}

function rightsHint(kind: string): string {
  return `ask for a role that lets you get ${kind}`;
}

function ofSource(source: ObjectFacts, isExplained: boolean, now: number): readonly Finding[] {
  const found = [...terminating(source), ...suspendedSource(source), ...unattended(source, now)];
  if (isBlocked(found)) return found;
  const failure = failureOf(source);
  // A Secret that is not there explains what the controller says of it.
  const unmet = unmetReferences(source);
  if (isExplained || isBlocked(unmet) || failure === undefined) return [...found, ...unmet];
  return [...found, failure, ...unmet];
}

function failureOf({ id, view, address, failure }: ObjectFacts): Finding | undefined {
  if (failure === undefined) return notStored(view, address);
  const speaker = { id, address, url: view.url };
  const evidence = [`${nameOf(id)}: ${failureLine(failure)}`, view.revision === "" ? "" : `it still has ${view.revision}`];
  const meaning = readWording(failure.message, "fetch", speaker);
  if (meaning !== undefined)
    return makeFinding("blocking", meaning.code, { object: id, message: meaning.message, next: meaning.next, evidence });
  return makeFinding("blocking", "SourceFailed", {
    object: id,
    message: `${nameOf(id)} failed: ${failure.message}`,
    next: `correct it, then ${again(speaker)}`,
    evidence,
  });
}

/** A source that is fetched for the first time, or again. */
function notStored(view: ObjectFacts["view"], address: string): Finding | undefined {
  const { id } = view;
  if (view.isSuspended || view.ready === "True" || !view.isObserved) return undefined;
  return makeFinding(view.revision === "" ? "blocking" : "info", "NotObserved", {
    object: id,
    message: `${nameOf(id)} is being fetched`,
    next: `gitops get ${address}${inNamespace(id.namespace)} -w`,
    evidence: [statusLine(view)],
  });
}
