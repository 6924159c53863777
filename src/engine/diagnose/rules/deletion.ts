import { arrayAt, stringAt, type JsonObject } from "../../model/json.ts";
import type { Finding } from "../../model/finding.ts";
import type { FailureFacts, ObjectFacts } from "../facts.ts";
import { makeFinding } from "../make-finding.ts";
import { inNamespace, nameOf } from "../name.ts";
import type { Rule } from "./rule.ts";

/** A delivery that was deleted and is still there. */
export const deletionRule: Rule = ({ app }) => (app === undefined ? [] : terminating(app));

/** An object of a dialect that is being deleted: who has to let it go, and whether that one is there. */
export function terminating({ id, object, view, address, controller, life }: ObjectFacts): readonly Finding[] {
  const since = stringAt(object, "metadata", "deletionTimestamp");
  if (since === "") return [];
  const finalizers = finalizersOf(object);
  const isDead = life.alive === false;
  const waits = isDead ? `and no ${controller} is alive to let it go` : `until ${controller} has cleaned up`;
  return [
    makeFinding("blocking", "Terminating", {
      object: id,
      message: `${nameOf(id)} is being deleted, and held by ${finalizers.join(", ") || "nothing any more"}, ${waits}`,
      next: isDead
        ? `start ${controller}, or let it go without cleaning up: kubectl patch ${id.kind.toLowerCase()}.${id.group} ${id.name}${inNamespace(id.namespace)} --type=merge -p '{"metadata":{"finalizers":null}}'`
        : `see what it waits for: gitops events ${address}${inNamespace(id.namespace)}`,
      evidence: [`deletionTimestamp ${since}`, statusLine(view)],
    }),
  ];
}

/** Of the object and, for a Namespace, of its spec. */
export function finalizersOf(object: JsonObject | undefined): readonly string[] {
  return [...arrayAt(object, "metadata", "finalizers"), ...arrayAt(object, "spec", "finalizers")].map(String);
}

/** What went wrong last, and whether that is still so. */
export function failureLine({ reason, message, isFormer }: FailureFacts): string {
  return isFormer ? `the last attempt ended with ${reason}: ${message}` : `Ready=False ${reason}: ${message}`;
}

/** `Ready=False BuildFailed: …`; "" where there is no condition. */
export function statusLine({ ready, reason, message }: ObjectFacts["view"]): string {
  return reason === "" ? "" : `Ready=${ready} ${reason}: ${message}`;
}
