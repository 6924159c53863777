import type { JsonObject } from "../model/json.ts";
import type { Manifest } from "../model/manifest.ts";
export declare function withoutScaledFields(desired: Manifest, live: JsonObject | undefined): { readonly manifest: Manifest; readonly warnings: readonly string[] };
