import { GitOpsError } from "../../model/errors.ts";
import type { Plan } from "../../model/plan.ts";
import { formatResourceId } from "../../model/resource-id.ts";
import type { Execution } from "./execution.ts";

/**
 * Fails a run that could not decide on everything it owns: an object that may not be read, or whose API group does not answer,
 * is never taken for absent. It stays in the inventory.
 */
export function reportUnknown({ skipped }: Plan, { state, context }: Pick<Execution, "state" | "context">): void {
  const unknown = skipped.filter(({ isUnknown }) => isUnknown === true);
  const [first] = unknown;
  if (first === undefined) return;
  const names = unknown.map(({ id }) => formatResourceId(id)).join(", ");
  const reason = `the state of ${names} is unknown`;
  context.emit({ type: "prune.withheld", objects: unknown.length, reason });
  state.failedAsWhole(
    new GitOpsError("PRUNE_WITHHELD", `${names}: not pruned: ${first.reason}`, {
      hint: "it stays in the inventory; the next sync that can read it prunes it",
      data: { objects: unknown.map(({ id }) => formatResourceId(id)) },
    }),
  );
}
