import type { JsonObject } from "../../../model/json.ts";
import type { Spot } from "../fail.ts";

/** What did something: what messages call it, and where it stands. */
export interface Toucher {
  readonly label: string;
  readonly spot: Spot;
}

/** What happened to one resource so far. */
export interface Trace {
  /** The object after the last step that changed it. */
  readonly seen: JsonObject;
  readonly touches: readonly (Toucher & { readonly fields: readonly string[] })[];
}
