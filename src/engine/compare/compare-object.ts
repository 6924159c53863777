import type { ApplyChange } from "../model/change.ts";
import type { JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import type { FieldSchema } from "./field-schema.ts";

export interface Observed {
  readonly live: JsonObject | undefined;
  /** The dry-run answer; undefined where it was deferred, left out, or refused as immutable. */
  readonly predicted: JsonObject | undefined;
}
export interface CompareOptions {
  readonly fieldManager: string;
  /** Undefined where the server publishes none: lists are then compared by index. */
  readonly schema: FieldSchema | undefined;
}
export declare function compareObject(desired: Manifest, observed: Observed, options: CompareOptions): ApplyChange;
