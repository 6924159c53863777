import { stringAt } from "../../model/json.ts";
import type { App } from "../../model/app.ts";
import { NO_COUNTS } from "../../model/event.ts";
import type { SyncPolicy } from "../../model/delivery.ts";
import { executeDelete, prepareDelete } from "../delete-delivery.ts";
import type { ReadObject } from "../read-objects.ts";
import type { AppWriterPorts, PreparedSync, RunContext, SyncResult } from "../request.ts";
import { manifestOfLive } from "./live-manifest.ts";
import { deliveryOf, NO_BINDINGS, openDestination } from "./prepare-app.ts";

/** Whether deleting an app takes what it delivered along, by its own policy; a suspended one leaves all as it is. */
function takesMembers({ deletionPolicy, prune, isSuspended }: App): boolean {
  if (isSuspended) return false;
  return deletionPolicy === "mirror-prune" ? prune : deletionPolicy !== "orphan";
}

/** The removal of an app by this program, planned. */
export interface AppDeletion {
  /** Without a step where what it delivered stays. */
  readonly prepared: PreparedSync;
  readonly execute: (context: RunContext) => Promise<SyncResult>;
}

const NOTHING_DELETED: SyncResult = { revision: "", counts: NO_COUNTS, failures: [] };

/**
 * Plans the removal of what an app delivered, and of the app, where no controller is alive to do it: in reverse order of applying, on the
 * cluster that the app delivers to. Changes nothing; `execute` does, and takes the controller's finalizer off the object.
 * @throws what `prepareDelete` throws, OBJECT_NOT_FOUND, INVALID_KUBECONFIG.
 */
export async function prepareAppDeletion(
  { dialect, object, view }: ReadObject,
  { policy, keep }: { readonly policy: SyncPolicy; readonly keep: boolean },
  ports: AppWriterPorts,
  context: RunContext,
): Promise<AppDeletion> {
  const app = dialect.app(manifestOfLive(object), (message) => context.emit({ type: "warning", message }));
  const writing = { ...ports, cluster: await openDestination(app, ports, context), bindings: NO_BINDINGS };
  const takesAlong = !keep && takesMembers(app);
  if (!takesAlong && app.isSuspended && !keep)
    context.emit({ type: "warning", id: app.id, message: "it is suspended: what it delivered stays" });
  const whole = await prepareDelete(deliveryOf(app), policy, writing, context);
  const prepared = takesAlong ? whole : withoutSteps(whole);
  return {
    prepared,
    execute: async (running) => {
      const result = takesAlong ? await executeDelete(prepared, writing, running) : NOTHING_DELETED;
      if (result.failures.length > 0) return result;
      const { signal } = running;
      // Read again: the record was written meanwhile, and the list of finalizers is written as a whole.
      const live = await ports.cluster.get(view.id, { signal });
      const release = live === undefined ? undefined : dialect.releasePatch(live);
      if (live !== undefined && release !== undefined) {
        const resourceVersion = stringAt(live, "metadata", "resourceVersion");
        await ports.objects.patch(view.id, release, { fieldManager: dialect.record.statusManager, resourceVersion, signal });
      }
      await ports.objects.delete(view.id, { signal });
      return result;
    },
  };
}

function withoutSteps(prepared: PreparedSync): PreparedSync {
  return { ...prepared, plan: { ...prepared.plan, prune: [], skipped: [], guards: [] }, changes: [] };
}
