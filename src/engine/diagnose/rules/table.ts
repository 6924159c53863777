import { controllerRule } from "./controller.ts";
import { deletionRule } from "./deletion.ts";
import { cycleRule, dependenciesRule } from "./dependencies.ts";
import { failureRule, healthCheckRule } from "./failure.ts";
import { membersRule } from "./members.ts";
import { foreignRule, hiddenRule, leftAloneRule, lingeringRule, outOfSyncRule, rivalsRule } from "./ownership.ts";
import { referencesRule } from "./references.ts";
import { refusalRule } from "./refusal.ts";
import { revisionRule, unexplainedRule } from "./revision.ts";
import type { Rule } from "./rule.ts";
import { sourceRule } from "./source.ts";
import { parentRule, suspensionRule } from "./suspension.ts";

/** Every rule, causes before their consequences: the first blocking finding is the cause. */
export const RULES: readonly Rule[] = [
  deletionRule,
  suspensionRule,
  cycleRule,
  sourceRule,
  controllerRule,
  dependenciesRule,
  referencesRule,
  failureRule,
  refusalRule,
  membersRule,
  healthCheckRule,
  parentRule,
  revisionRule,
  unexplainedRule,
  outOfSyncRule,
  rivalsRule,
  foreignRule,
  lingeringRule,
  leftAloneRule,
  hiddenRule,
];
