import { isJsonObject, setKey, stringAt, valueAt, type JsonObject, type JsonValue } from "../model/json.ts";
import { fileFailure } from "../yaml/failure.ts";
import { readYaml } from "../yaml/read.ts";
import type { BuildBudget } from "./build-options.ts";
import type { BuiltObject } from "./built-object.ts";
import { refuseEncrypted } from "./refuse-encrypted.ts";

const LOCAL_CONFIG = "config.kubernetes.io/local-config";

/** A place of a file, for messages. */
interface Place {
  readonly file: string;
  readonly line: number;
}

/**
 * The Kubernetes objects of a file. Lists (`List`, `ConfigMapList` … with items) give their items, which take apiVersion and kind
 * from a typed list where they name none. Objects annotated as local configuration are left out, as in kustomize.
 * Throws BUILD_FAILED with file and line for anything that is no Kubernetes object, UNSUPPORTED_CONTENT for SOPS-encrypted content.
 */
export function readObjects(file: string, bytes: Uint8Array, budget: BuildBudget): readonly BuiltObject[] {
  const objects: BuiltObject[] = [];
  for (const { value, line } of readYaml(bytes, { file, dialect: "resource", budget })) {
    if (isEmpty(value)) continue;
    for (const object of expand(value, { file, line })) {
      if (!isLocalConfig(object)) objects.push({ object, origin: { file, line } });
    }
  }
  return objects;
}

/** Lists in lists are bounded by the nesting of the text. */
function* expand(value: JsonValue, place: Place): Iterable<JsonObject> {
  const object = checkMap(value, place);
  const items = stringAt(object, "kind").endsWith("List") ? valueAt(object, "items") : undefined;
  if (items === undefined) {
    if (stringAt(object, "kind") !== "List") yield checkObject(object, place);
    return;
  }
  if (items === null) return;
  if (!Array.isArray(items)) throw failure(place, `items of a ${stringAt(object, "kind")} are no list; expected a list of objects`);
  for (const item of items) yield* expand(withTypeOf(object, item), place);
}

/** The API server leaves apiVersion and kind out of the items of typed lists. */
function withTypeOf(list: JsonObject, item: JsonValue): JsonValue {
  const kind = stringAt(list, "kind").slice(0, -"List".length);
  if (kind === "" || !isJsonObject(item) || Object.hasOwn(item, "kind") || Object.hasOwn(item, "apiVersion")) return item;
  const typed: JsonObject = { apiVersion: stringAt(list, "apiVersion"), kind };
  for (const [key, value] of Object.entries(item)) setKey(typed, key, value);
  return typed;
}

function checkMap(value: JsonValue, place: Place): JsonObject {
  if (!isJsonObject(value)) {
    throw failure(place, "not a Kubernetes object; expected a mapping with apiVersion, kind and metadata");
  }
  refuseEncrypted(value, place);
  return value;
}

function checkObject(object: JsonObject, place: Place): JsonObject {
  for (const field of ["apiVersion", "kind"]) {
    if (stringAt(object, field) === "") throw failure(place, `not a Kubernetes object: ${field} is missing; expected a text`);
  }
  if (stringAt(object, "metadata", "name") === "" && stringAt(object, "metadata", "generateName") === "") {
    throw failure(place, `${stringAt(object, "kind")} without a name; expected metadata.name`, "give the object a name");
  }
  const namespace = valueAt(object, "metadata", "namespace") ?? "";
  if (typeof namespace !== "string")
    throw failure(place, `the namespace of a ${stringAt(object, "kind")} is no text; expected a text`, "put it in quotes");
  return object;
}

function isEmpty(value: JsonValue): boolean {
  return value === null || (isJsonObject(value) && Object.keys(value).length === 0);
}

function isLocalConfig(object: JsonObject): boolean {
  const mark = valueAt(object, "metadata", "annotations", LOCAL_CONFIG);
  return mark !== undefined && mark !== "false";
}

function failure(place: Place, message: string, hint = "leave files that hold no Kubernetes objects out with .sourceignore"): Error {
  return fileFailure("BUILD_FAILED", { severity: "error", ...place, message, hint });
}
