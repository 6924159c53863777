import type { JsonObject } from "../model/json.ts";
import type { FieldSchema } from "./field-schema.ts";

/** A set of fields in the form of `managedFields[].fieldsV1`. */
export type FieldSet = Readonly<JsonObject>;
export declare function ownedFields(object: JsonObject, schema: FieldSchema): FieldSet;
export declare function sameFields(a: FieldSet, b: FieldSet): boolean;
