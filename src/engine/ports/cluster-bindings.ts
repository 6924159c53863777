import type { DeliveryRef } from "../model/delivery.ts";

/** Remembers outside of any cluster which cluster a delivery was synced to: the wrong one has no inventory to warn with. */
export interface ClusterBindings {
  /** uid of kube-system of the cluster used last, or undefined. */
  read(ref: DeliveryRef): Promise<string | undefined>;
  write(ref: DeliveryRef, cluster: string): Promise<void>;
  remove(ref: DeliveryRef): Promise<void>;
}
