import type { JsonObject } from "../model/json.ts";
export declare function foldStringData(object: JsonObject): JsonObject;
