import type { Conventions } from "../model/conventions.ts";
import type { JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import { resourceKey } from "../model/resource-id.ts";
import type { LeftObject } from "../plan/index.ts";

/** Declared objects, told apart by whether this run may touch them. */
export interface Sorted {
  readonly applied: readonly Manifest[];
  readonly left: readonly LeftObject[];
}

/** Sorts out what asks to be left as it is: in Git or on the live object, or only where there is one already. */
export function leaveAlone(desired: readonly Manifest[], live: ReadonlyMap<string, JsonObject>, conventions: Conventions): Sorted {
  const applied: Manifest[] = [];
  const left: LeftObject[] = [];
  for (const manifest of desired) {
    const object = live.get(resourceKey(manifest.id));
    const reason = reasonToLeave(manifest, object, conventions);
    if (reason === undefined) applied.push(manifest);
    else left.push({ manifest, live: object, reason });
  }
  return { applied, left };
}

function reasonToLeave(manifest: Manifest, live: JsonObject | undefined, conventions: Conventions): string | undefined {
  const { apply } = conventions.optionsOf(manifest);
  if (apply === "never") return "it is marked in Git to be left alone";
  if (live === undefined) return undefined;
  if (apply === "if-absent") return "it is there, and is only made where it is not";
  return conventions.optionsOfLive(live, "").apply === "never" ? "it is marked in the cluster to be left alone" : undefined;
}
