import type { OwnerMark } from "../../model/conventions.ts";
import { carriesMark } from "../../plan/index.ts";
import type { ResourceId } from "../../model/resource-id.ts";
import type { Execution } from "./execution.ts";
import { patchGuarded, removals } from "./guarded-patch.ts";

/** Takes our owner mark off an object, and nothing else; one that carries another's mark, or is gone, is left alone. A failure is recorded. */
export async function dropMark(id: ResourceId, mark: OwnerMark, execution: Execution): Promise<void> {
  const { calls, context, state } = execution;
  const marks = mark.of(id);
  context.signal.throwIfAborted();
  try {
    let isOurs = false;
    const object = await patchGuarded(
      id,
      (live) => {
        isOurs = carriesMark(live, marks);
        if (!isOurs) return [];
        return [...removals(live, "labels", Object.keys(marks.labels)), ...removals(live, "annotations", Object.keys(marks.annotations))];
      },
      execution,
    );
    if (object !== undefined && isOurs) state.applied(id, "configured", object);
  } catch (error) {
    if (calls.signal.aborted) throw error;
    state.failed(id, error);
  }
}
