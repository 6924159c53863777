import type { Plan } from "../model/plan.ts";
import type { DeletionInput } from "./plan-input.ts";
/** A plan without waves: everything that the inventory owns, in reverse order of applying. */
export declare function planDeletion(input: DeletionInput): Plan;
