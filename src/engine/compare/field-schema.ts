import type { JsonObject } from "../model/json.ts";

/** One type of the server's OpenAPI, as structured-merge-diff sees it. A value takes the part that fits its own shape. */
export interface FieldSchema {
  readonly scalar: ScalarFormat | undefined;
  readonly list: ListSchema | undefined;
  readonly map: MapSchema | undefined;
}
export type ScalarFormat = "plain" | "quantity" | "duration" | "base64";
export interface ListSchema {
  readonly relation: "atomic" | "set" | "map";
  readonly keys: readonly string[];
  item(): FieldSchema;
}
export interface MapSchema {
  readonly atomic: boolean;
  field(name: string): FieldSchema | undefined;
  element(): FieldSchema | undefined;
}

/** The schema of a kind out of the server's OpenAPI v3 document of its group and version; undefined where it is not there. Memoised per document. */
export declare function fieldSchema(openApi: JsonObject, apiVersion: string, kind: string): FieldSchema | undefined;
