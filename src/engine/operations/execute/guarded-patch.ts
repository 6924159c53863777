import { GitOpsError } from "../../model/errors.ts";
import { stringAt, valueAt, type JsonObject } from "../../model/json.ts";
import type { ResourceId } from "../../model/resource-id.ts";
import type { Execution } from "./execution.ts";

/** A controller may write an object between our read and our patch; the pair is tried so often. */
const ATTEMPTS = 4;

/**
 * Reads an object and patches just what was read: the patch sets the resourceVersion that was seen, so the server refuses it (409)
 * where the object changed meanwhile; then both are tried again. (A `test` of the version would be answered like an invalid patch.)
 *
 * @param operationsOf what to do with the object as it is now; undefined or empty where nothing is.
 * @returns the object afterwards, or undefined where there is none.
 */
export async function patchGuarded(
  id: ResourceId,
  operationsOf: (live: JsonObject) => readonly JsonObject[],
  { cluster, conventions, calls, state }: Execution,
): Promise<JsonObject | undefined> {
  for (let attempt = 1; ; attempt++) {
    const live = await cluster.get(id, calls);
    if (live === undefined) return undefined;
    const operations = operationsOf(live);
    if (operations.length === 0) return live;
    const guard: JsonObject = { op: "replace", path: "/metadata/resourceVersion", value: stringAt(live, "metadata", "resourceVersion") };
    try {
      const patched = await cluster.patch(id, [guard, ...operations], { fieldManager: conventions.fieldManager, ...calls });
      state.wrote();
      return patched;
    } catch (error) {
      if (!(error instanceof GitOpsError) || error.code !== "STALE_OBJECT" || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Operations that remove labels or annotations that are there. */
export function removals(live: JsonObject, part: "labels" | "annotations", names: readonly string[]): readonly JsonObject[] {
  return names
    .filter((name) => valueAt(live, "metadata", part, name) !== undefined)
    .map((name) => ({ op: "remove", path: `/metadata/${part}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}` }));
}
