import { GitOpsError } from "../model/errors.ts";
import { arrayAt, isJsonObject, objectAt, stringAt, type JsonObject } from "../model/json.ts";
import { formatPlacedId, resourceKey } from "../model/resource-id.ts";
import { askControllers } from "./ask/ask-controllers.ts";
import type { AskOutcome } from "./ask/asked-object.ts";
import { mapBounded } from "./bounded.ts";
import { ASKING_MANAGER } from "./ask/field-manager.ts";
import type { ReadObject } from "./read-objects.ts";
import { selectObjects } from "./select-objects.ts";
import type { AskingPorts, RunContext } from "./request.ts";

/** How a suspension or its end went, for one object. */
export interface SuspendOutcome extends Omit<AskOutcome, "result"> {
  readonly result: AskOutcome["result"] | "suspended" | "resumed" | "unchanged";
}

/** What is noted with a suspension. */
export interface SuspendNote {
  /** "" for none. */
  readonly reason: string;
  /** ISO 8601; "" for no end. */
  readonly until: string;
}

const PATCHES_AT_ONCE = 16;

/**
 * Suspends objects: their controllers leave them alone until they are resumed. Warns where a parent would undo it, since Git declares
 * the field. One that is suspended with the same note already is left as it is.
 *
 * @returns outcomes in the order of the objects; a failure of one stops no other.
 */
export async function suspendObjects(
  found: readonly ReadObject[],
  note: SuspendNote,
  ports: AskingPorts,
  context: RunContext,
): Promise<readonly SuspendOutcome[]> {
  const outcomes = await mapBounded(found, PATCHES_AT_ONCE, async (one): Promise<SuspendOutcome> => {
    const { view, dialect } = one;
    const base = { id: view.id, view, token: "", elapsedMs: 0 };
    const isNoted = view.suspendReason === note.reason && view.suspendUntil === note.until;
    if (view.isSuspended && isNoted) return { ...base, result: "unchanged" };
    try {
      const change = dialect.suspendPatch(true, note.reason, note.until);
      const options = { fieldManager: ASKING_MANAGER, resourceVersion: "", signal: context.signal };
      const stored = await ports.objects.patch(view.id, change, options);
      return { ...base, view: dialect.view(stored), result: "suspended" };
    } catch (error) {
      if (!(error instanceof GitOpsError) || context.signal.aborted) throw error;
      return { ...base, result: "failed", error };
    }
  });
  const suspendedNow = new Set(outcomes.filter(({ result }) => result === "suspended").map(({ id }) => resourceKey(id)));
  await warnOfParents(
    found.filter(({ view }) => suspendedNow.has(resourceKey(view.id))),
    ports,
    context,
  );
  return outcomes;
}

/**
 * Ends suspensions, and waits until the controllers have made the objects ready: each is asked in the same request, so that an old
 * verdict is not taken for a new one. All are resumed before any is waited for, since one may depend on another.
 */
export async function resumeObjects(
  found: readonly ReadObject[],
  options: { readonly wait: boolean; readonly timeoutMs: number },
  ports: AskingPorts,
  context: RunContext,
): Promise<readonly SuspendOutcome[]> {
  const patch = (dialect: ReadObject["dialect"], token: string): JsonObject =>
    joined(dialect.suspendPatch(false, "", ""), dialect.requestPatch(token));
  const idle = found.filter(({ view }) => !view.isSuspended);
  const outcomes = await askControllers(
    found.filter((one) => !idle.includes(one)),
    { ...options, patch },
    ports,
    context,
  );
  const byKey = new Map(outcomes.map((outcome) => [resourceKey(outcome.id), outcome]));
  return found.map(({ view }) => {
    const outcome = byKey.get(resourceKey(view.id));
    if (outcome === undefined) return { id: view.id, view, token: "", elapsedMs: 0, result: "unchanged" };
    return { ...outcome, result: outcome.result === "requested" ? "resumed" : outcome.result };
  });
}

/** Two merge patches as one. */
function joined(first: JsonObject, second: JsonObject): JsonObject {
  const entries = Object.entries(second).map(([key, value]): [string, JsonObject[string]] => {
    const former = first[key];
    return [key, isJsonObject(former) && isJsonObject(value) ? joined(former, value) : value];
  });
  return { ...first, ...Object.fromEntries(entries) };
}

/**
 * A parent undoes a suspension if it applies the field itself: it is in managedFields of the object, under the parent's own manager.
 * One whose Git says nothing of the field leaves it alone.
 */
async function warnOfParents(found: readonly ReadObject[], ports: AskingPorts, context: RunContext): Promise<void> {
  for (const dialect of new Set(found.map((one) => one.dialect))) {
    const children = found.filter((one) => one.dialect === dialect && isDeclared(one));
    if (children.length === 0) continue;
    const kinds = dialect.kinds.filter(({ role }) => role === "app").map((kind) => ({ dialect, kind }));
    const quiet = { ...context, emit: () => undefined };
    const apps = await selectObjects(kinds, { namespace: undefined, labelSelector: "" }, ports, quiet).catch((error: unknown) => {
      if (error instanceof GitOpsError && !context.signal.aborted) return [];
      throw error;
    });
    for (const { view } of children) {
      const key = resourceKey(view.id);
      const parent = apps.find((app) => app.view.inventory.some((entry) => resourceKey(entry) === key));
      if (parent === undefined || parent.view.isSuspended || resourceKey(parent.view.id) === key) continue;
      const message =
        `its parent ${formatPlacedId(parent.view.id)} will undo this at its next reconciliation: Git declares that it is not suspended; ` +
        `change it there, or suspend the parent, too`;
      context.emit({ type: "warning", id: view.id, message });
    }
  }
}

/** Whether somebody applies a field of the spec that suspends (server-side apply). */
function isDeclared({ object, dialect }: ReadObject): boolean {
  const fields = Object.keys(objectAt(dialect.suspendPatch(true, "", ""), "spec"));
  return arrayAt(object, "metadata", "managedFields").some((entry) => {
    const applied = stringAt(entry, "operation") === "Apply" ? objectAt(entry, "fieldsV1", "f:spec") : {};
    return fields.some((field) => Object.hasOwn(applied, `f:${field}`));
  });
}
