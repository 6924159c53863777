import type { SyncPolicy } from "../model/delivery.ts";
import type { Guard } from "../model/plan.ts";
import type { ResourceId } from "../model/resource-id.ts";
import { isConfirmed, objectGuard } from "./guards.ts";

const HOLDS_MORE_THAN_ITSELF: ReadonlySet<string> = new Set([
  "/Namespace",
  "apiextensions.k8s.io/CustomResourceDefinition",
  "/PersistentVolume",
  "/PersistentVolumeClaim",
]);

/** Why an object may not be deleted and made again, although `--force` or its own options ask for it; undefined where it may. */
export function recreationRefusal(id: ResourceId, policy: SyncPolicy): Guard | undefined {
  if (!HOLDS_MORE_THAN_ITSELF.has(`${id.group}/${id.kind}`) || isConfirmed(id, policy)) return undefined;
  const hint = `change it back, or allow it with --confirm-prune ${id.kind}/${id.name}`;
  return objectGuard("RECREATE_GUARD", id, "recreating it would delete what it holds", hint);
}
