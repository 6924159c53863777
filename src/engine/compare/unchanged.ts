import type { JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
import type { FieldSchema } from "./field-schema.ts";

/** `ownerMark` is the label that members carry; it is part of `desired` too. */
export interface UnchangedOptions {
  readonly fieldManager: string;
}
/** desired.object must be what would be sent: owner label in, stringData folded, namespace filled. */
export declare function isUnchanged(desired: Manifest, live: JsonObject, schema: FieldSchema | undefined, options: UnchangedOptions): boolean;
