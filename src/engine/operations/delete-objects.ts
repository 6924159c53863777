import { conventionsOf } from "../dialects/conventions.ts";
import type { SyncPolicy } from "../model/delivery.ts";
import { GitOpsError } from "../model/errors.ts";
import type { Inventory } from "../model/inventory.ts";
import { arrayAt, stringAt, type JsonObject } from "../model/json.ts";
import type { DeletionEffect } from "../model/object-view.ts";
import type { Plan } from "../model/plan.ts";
import { formatPlacedId, resourceKey } from "../model/resource-id.ts";
import { planDeletion } from "../plan/index.ts";
import { ASKING_MANAGER } from "./ask/field-manager.ts";
import type { AskOutcome } from "./ask/asked-object.ts";
import { clusterIdentity } from "./cluster-identity.ts";
import { controllerOf } from "./controller-life.ts";
import { awaitGone } from "./execute/await-gone.ts";
import { startDeadline } from "./execute/deadline.ts";
import { observeLive } from "./observe-live.ts";
import { observeOccupants } from "./observe-occupants.ts";
import { readObject, type ReadObject } from "./read-objects.ts";
import type { AskingPorts, ObjectPorts, RunContext } from "./request.ts";
import { selectObjects } from "./select-objects.ts";

/** What deleting one object of a dialect would do. */
export interface ObjectDeletion {
  readonly found: ReadObject;
  readonly effect: DeletionEffect;
  /** Leave the delivered objects, whatever the object's own policy says. */
  readonly keep: boolean;
  /** What its controller would delete, and the guards; undefined where that cannot be said or is nothing. */
  readonly plan: Plan | undefined;
  /** For a source: the apps that need it. */
  readonly usedBy: readonly ReadObject[];
}

/**
 * Says what deleting an object takes with it; changes nothing. The members are those of its own record, and the guards those of every
 * other deletion. Members on another cluster are not looked at: their names are all that is known.
 */
export async function prepareObjectDeletion(
  found: ReadObject,
  options: { readonly keep: boolean; readonly policy: SyncPolicy },
  ports: ObjectPorts,
  context: RunContext,
): Promise<ObjectDeletion> {
  const { dialect, object } = found;
  const { keep } = options;
  const effect = keep ? { members: "kept" as const, why: "as asked" } : dialect.deletionEffect(object);
  const inventory = dialect.record.kind === found.kind.kind ? dialect.record.inventoryOf(object) : undefined;
  const isPlanned = effect.members === "deleted" && inventory !== undefined && !found.view.isRemote;
  return {
    found,
    effect,
    keep,
    plan: isPlanned ? await planOf(found, inventory, options.policy, ports, context) : undefined,
    usedBy: found.kind.role === "source" ? await usersOf(found, ports, context) : [],
  };
}

async function planOf(found: ReadObject, inventory: Inventory, policy: SyncPolicy, ports: ObjectPorts, context: RunContext): Promise<Plan> {
  const { cluster } = ports;
  const { dialect, view } = found;
  const conventions = conventionsOf({ dialect: dialect.name });
  const [discovery, identity] = await Promise.all([cluster.discover(context), clusterIdentity(cluster, context)]);
  const live = await observeLive(inventory.entries, discovery, cluster, context);
  return planDeletion({
    delivery: { name: view.id.name, cluster: identity ?? inventory.cluster },
    inventory: { ...inventory, cluster: identity ?? inventory.cluster },
    live: live.objects,
    unreadable: new Map([...live.unknown].map(([key, error]) => [key, error.message])),
    occupants: await observeOccupants(inventory.entries, live.objects, discovery, { cluster, conventions }, context),
    discovery,
    ownerMark: dialect.record.ownerMark(view.id),
    conventions,
    policy,
  });
}

/** Apps of all namespaces that may be listed. */
async function usersOf({ dialect, view }: ReadObject, ports: ObjectPorts, context: RunContext): Promise<readonly ReadObject[]> {
  const kinds = dialect.kinds.filter(({ role }) => role === "app").map((kind) => ({ dialect, kind }));
  try {
    const apps = await selectObjects(kinds, { namespace: undefined, labelSelector: "" }, ports, context);
    return apps.filter((app) => app.view.source !== undefined && resourceKey(app.view.source) === resourceKey(view.id));
  } catch (error) {
    if (!(error instanceof GitOpsError) || error.code !== "FORBIDDEN") throw error;
    context.emit({ type: "warning", message: `whether deliveries use ${formatPlacedId(view.id)} is not known: ${error.message}` });
    return [];
  }
}

/**
 * Deletes an object and waits until its controller has let it go.
 * @throws the first guard before any write; NO_CONTROLLER where nobody would ever finish it, TIMED_OUT naming what holds it.
 */
export async function deleteObject(
  deletion: ObjectDeletion,
  options: { readonly wait: boolean; readonly timeoutMs: number },
  ports: AskingPorts,
  context: RunContext,
): Promise<AskOutcome> {
  const { found, plan, keep } = deletion;
  const { view, object, dialect } = found;
  const [guard] = plan?.guards ?? [];
  if (guard !== undefined) throw new GitOpsError(guard.code, guard.message, { hint: guard.hint, data: { objects: guard.objects } });
  const started = ports.clock.monotonic();
  const deadline = startDeadline(options.timeoutMs, ports.clock);
  const bounded = { ...context, signal: AbortSignal.any([context.signal, deadline.signal]) };
  try {
    if (arrayAt(object, "metadata", "finalizers").length > 0) await refuseWithoutController(found, ports, bounded);
    if (keep && found.kind.role === "app") {
      const patched = { fieldManager: ASKING_MANAGER, resourceVersion: "", signal: bounded.signal };
      await ports.objects.patch(view.id, dialect.keepPatch(object), patched);
    }
    const state = await ports.objects.delete(view.id, bounded);
    context.emit({ type: "object.deleting", id: view.id, finalizers: finalizersOf(object) });
    if (state === "deleting" && options.wait) {
      const uid = stringAt(object, "metadata", "uid");
      const [left] = (await awaitGone([{ id: view.id, uid }], ports.cluster, deadline, context)).values();
      if (left !== undefined) throw stillThere(found, left);
    }
    const isGone = state === "gone" || options.wait;
    return { id: view.id, view, token: "", elapsedMs: ports.clock.monotonic() - started, result: isGone ? "ready" : "requested" };
  } finally {
    deadline.cancel();
  }
}

/** Its controller's finalizer holds the object; with nobody there to take it off, the deletion would hang for ever. */
async function refuseWithoutController({ kind, view, object }: ReadObject, ports: AskingPorts, context: RunContext): Promise<void> {
  const { title } = kind.controller;
  const life = await controllerOf(kind, ports, context);
  if (life.alive === true) return;
  if (life.alive === "unknown") {
    context.emit({ type: "warning", id: view.id, message: `whether a ${title} is alive to finish the deletion is not known: ${life.why}` });
    return;
  }
  throw new GitOpsError(
    "NO_CONTROLLER",
    `${formatPlacedId(view.id)} is held by ${finalizersOf(object).join(", ")}, and no ${title} is alive to let it go`,
    { hint: `start ${title} and delete it again`, data: { object: formatPlacedId(view.id), namespace: view.id.namespace } },
  );
}

function stillThere({ kind, dialect, view }: ReadObject, left: JsonObject): GitOpsError {
  const now = Object.keys(left).length === 0 ? view : readObject({ kind, dialect }, left).view;
  const finalizers = finalizersOf(left);
  const held = finalizers.length === 0 ? "" : `, held by ${finalizers.join(", ")}`;
  const said = now.message === "" ? "" : ` (${kind.controller.title} last said: ${now.message})`;
  return new GitOpsError("TIMED_OUT", `${formatPlacedId(view.id)} is still there${held}${said}`, {
    hint: "the deletion goes on by itself: run it again to wait longer",
    data: { object: formatPlacedId(view.id), namespace: view.id.namespace, finalizers },
  });
}

function finalizersOf(object: JsonObject): readonly string[] {
  return arrayAt(object, "metadata", "finalizers").filter((one) => typeof one === "string");
}
