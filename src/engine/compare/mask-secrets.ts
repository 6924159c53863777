import type { Change } from "../model/change.ts";
import type { JsonObject } from "../model/json.ts";
export declare function maskSecrets(object: JsonObject): JsonObject;
export declare function maskPair(live: JsonObject, predicted: JsonObject): { readonly live: JsonObject; readonly predicted: JsonObject };
/** A change as renderers may see it: every object in it masked. */
export declare function maskChange(change: Change): Change;
