import type { Conventions } from "../model/conventions.ts";
import type { DeliveryRef } from "../model/delivery.ts";
import { BARE_CONVENTIONS } from "./bare.ts";
import { FLUX_CONVENTIONS } from "./flux/conventions.ts";

const CONVENTIONS: Readonly<Record<DeliveryRef["dialect"], Conventions>> = { bare: BARE_CONVENTIONS, flux: FLUX_CONVENTIONS };

/** What the deliveries of a dialect do in their own way. */
export function conventionsOf({ dialect }: Pick<DeliveryRef, "dialect">): Conventions {
  return CONVENTIONS[dialect];
}
