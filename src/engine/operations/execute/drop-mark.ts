import { stringAt } from "../../model/json.ts";
import type { ResourceId } from "../../model/resource-id.ts";
import type { Execution } from "./execution.ts";
import type { OwnerMark } from "./execute-prune.ts";
import { patchGuarded, removals } from "./guarded-patch.ts";

/** Takes our owner mark off an object, and nothing else; one that carries another's mark, or is gone, is left alone. A failure is recorded. */
export async function dropMark(id: ResourceId, { label, value }: OwnerMark, execution: Execution): Promise<void> {
  const { calls, context, state } = execution;
  context.signal.throwIfAborted();
  try {
    let isOurs = false;
    const object = await patchGuarded(
      id,
      (live) => {
        isOurs = stringAt(live, "metadata", "labels", label) === value;
        return isOurs ? removals(live, "labels", [label]) : [];
      },
      execution,
    );
    if (object !== undefined && isOurs) state.applied(id, "configured", object);
  } catch (error) {
    if (calls.signal.aborted) throw error;
    state.failed(id, error);
  }
}
