import type { JsonObject } from "../model/json.ts";
import type { Origin, Touch } from "../model/manifest.ts";

/** An object of a build, and the file that it came from. */
export interface BuiltObject {
  readonly object: JsonObject;
  readonly origin: Origin;
  readonly touches?: readonly Touch[];
}
