import type { Plan } from "../model/plan.ts";
import type { PlanInput } from "./plan-input.ts";
export declare function makePlan(input: PlanInput): Plan;
