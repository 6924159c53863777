import type { Finding } from "../../model/finding.ts";
import { arrayAt, stringAt, type JsonObject } from "../../model/json.ts";
import type { ObjectFacts } from "../facts.ts";
import { makeFinding } from "../make-finding.ts";
import { inNamespace, nameOf } from "../name.ts";
import type { Rule } from "./rule.ts";

/** A controller that lives and watches has seen a change after so long. */
const SEEN_WITHIN_MS = 60_000;

/** Whether somebody works on the delivery. */
export const controllerRule: Rule = ({ app, now }) => (app === undefined ? [] : unattended(app, now));

/** An object whose spec, or whose request, nobody has answered: dead controller, one that looks elsewhere, or one that is only slow. */
export function unattended(facts: ObjectFacts, now: number): readonly Finding[] {
  const { id, view, life, controller } = facts;
  const hasRequest = view.pendingRequest !== "" && view.pendingRequest !== view.handledRequest;
  if (view.isSuspended || (view.isObserved && !hasRequest)) return [];
  const waiting = view.isObserved
    ? `the request for a reconciliation of ${nameOf(id)} is not answered`
    : `${nameOf(id)} is not looked at${view.reason === "" ? "" : " since it was changed"}`;
  if (life.alive === false) return [dead(facts, waiting)];
  const changed = view.isObserved ? Date.parse(view.pendingRequest) : changedAt(facts.object);
  const forMs = now - changed;
  if (!(forMs > SEEN_WITHIN_MS))
    return [
      makeFinding("blocking", "NotObserved", {
        object: id,
        message: `${waiting} by ${controller} yet`,
        next: `gitops get ${facts.address}${inNamespace(id.namespace)} -w`,
        evidence: [lifeLine(facts)],
      }),
    ];
  return [notWatched(facts, waiting)];
}

function dead({ id, address, controller, isPlayed, view }: ObjectFacts, waiting: string): Finding {
  const isApp = view.role === "app";
  return makeFinding("blocking", "ControllerNotAlive", {
    object: id,
    message: `no ${controller} is alive in this cluster: ${waiting}`,
    next:
      isApp && isPlayed
        ? `gitops sync ${address}${inNamespace(id.namespace)} delivers it without one; else start ${controller}`
        : `start ${controller}`,
    evidence: ["nobody renews its Lease", "see kubectl get deploy,pod -A -l app.kubernetes.io/part-of=flux"],
  });
}

function notWatched(facts: ObjectFacts, waiting: string): Finding {
  const { id, shard, controller, life } = facts;
  const where =
    shard === ""
      ? `whether it watches the namespace ${id.namespace} (--watch-all-namespaces) and its labels (--watch-label-selector)`
      : `for one that watches the shard ${shard} (--watch-label-selector=sharding.fluxcd.io/key=${shard})`;
  const isSure = life.alive === true;
  return makeFinding("blocking", "NotWatched", {
    object: id,
    message: isSure ? `${controller} is alive, and ${waiting}` : `${waiting} by ${controller}`,
    next: `look ${where}: kubectl get deploy -A -l app.kubernetes.io/component=${controller} -o yaml`,
    evidence: [lifeLine(facts), shard === "" ? "" : `its label sharding.fluxcd.io/key is ${shard}`],
  });
}

function lifeLine({ life }: ObjectFacts): string {
  return life.alive === true ? `alive: ${life.by}` : life.alive === "unknown" ? `whether it is alive is not known: ${life.why}` : "";
}

/** When anything but the status was written last, in milliseconds since the Unix epoch. */
export function changedAt(object: JsonObject): number {
  const times = arrayAt(object, "metadata", "managedFields")
    .filter((entry) => stringAt(entry, "subresource") === "")
    .map((entry) => Date.parse(stringAt(entry, "time")))
    .filter((time) => !Number.isNaN(time));
  return times.length > 0 ? Math.max(...times) : Date.parse(stringAt(object, "metadata", "creationTimestamp"));
}
