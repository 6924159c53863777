import type { JsonObject } from "../model/json.ts";
export declare function migratableManagers(live: JsonObject, fieldManager: string): readonly string[];
export declare function migrationPatch(live: JsonObject, managers: readonly string[], fieldManager: string): readonly JsonObject[];
