import { isJsonObject, type JsonObject, type JsonValue, setKey } from "../../../model/json.ts";
import { shortestG } from "../../../yaml/number-text.ts";
import { scalarStyle } from "../../../yaml/scalar-style.ts";
import { type Container, rememberText, settleNothings } from "../../../yaml/source-text.ts";
import { checkPathLength, checkSize } from "../resources/size-limit.ts";
import { cloneValue } from "../resources/scalar.ts";
import { MergeConflict } from "./merge-conflict.ts";

/** One operation of RFC 6902, as written. */
export type JsonOperation = Readonly<JsonObject>;

/**
 * Applies a JSON patch to a copy of an object, as evanphx/json-patch v4 does: `replace` sets a field of a map that is missing,
 * indexes may count from the end. Numbers of the result have passed through a float, as in kustomize.
 * Throws {@link MergeConflict} naming the operation.
 */
export function applyJsonPatch(object: JsonObject, operations: readonly JsonOperation[]): JsonObject {
  let document: JsonValue = cloneValue(object);
  settleNothings(document);
  operations.forEach((operation, index) => {
    const { op: kind, path } = operation;
    const where = typeof path === "string" && path !== "" ? ` at ${path}` : "";
    const fail = (why: string) =>
      new MergeConflict(`operation ${index + 1} (${typeof kind === "string" ? kind : "no op"})${where}: ${why}`, `/${index}`);
    document = applyOne(document, operation, fail);
  });
  if (!isJsonObject(document)) throw new MergeConflict("the patched object is no map");
  return throughFloat(document);
}

type Fail = (why: string) => Error;

function applyOne(document: JsonValue, operation: JsonOperation, fail: Fail): JsonValue {
  const path = () => pointer(operation["path"], "path", fail);
  const value = () => (Object.hasOwn(operation, "value") ? cloneValue(operation["value"] ?? null) : null);
  switch (operation["op"]) {
    case "add":
      placeAt(document, path(), fail).add(value());
      return document;
    case "remove":
      placeAt(document, path(), fail).remove();
      return document;
    case "replace":
      if (operation["path"] === "") return wholeDocument(value(), fail);
      placeAt(document, path(), fail).replace(value());
      return document;
    case "move": {
      const from = placeAt(document, pointer(operation["from"], "from", fail), fail);
      const moved = from.get();
      from.remove();
      placeAt(document, path(), fail).add(moved ?? null);
      return document;
    }
    case "copy": {
      const copied = placeAt(document, pointer(operation["from"], "from", fail), fail).get();
      placeAt(document, path(), fail).add(cloneValue(copied ?? null));
      checkSize(document);
      return document;
    }
    case "test":
      testAt(document, operation, value(), fail);
      return document;
    default:
      throw fail("expected op to be add, remove, replace, move, copy or test");
  }
}

function wholeDocument(value: JsonValue, fail: Fail): JsonValue {
  if (typeof value !== "object" || value === null) throw fail("the value must be a map or a list");
  return value;
}

function testAt(document: JsonValue, operation: JsonOperation, expected: JsonValue, fail: Fail): void {
  const path = operation["path"];
  const found = path === "" ? document : (placeAt(document, pointer(path, "path", fail), fail).get() ?? null);
  if (!sameValue(found, expected)) throw fail("the value at path is another");
}

function sameValue(left: JsonValue, right: JsonValue): boolean {
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((item, index) => sameValue(item, right[index] ?? null));
  }
  if (!isJsonObject(left)) return left === right;
  if (!isJsonObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameValue(left[key] ?? null, right[key] ?? null))
  );
}

/** The steps of a JSON pointer. */
function pointer(value: JsonValue | undefined, name: string, fail: Fail): readonly string[] {
  if (typeof value !== "string") throw fail(`it has no ${name}`);
  const steps = value.split("/").slice(1);
  if (steps.length === 0) throw fail(`${name} is no JSON pointer; expected it to start with /`);
  checkPathLength(steps);
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

interface PatchPlace {
  get(): JsonValue | undefined;
  add(value: JsonValue): void;
  replace(value: JsonValue): void;
  remove(): void;
}

function placeAt(document: JsonValue, steps: readonly string[], fail: Fail): PatchPlace {
  let container: JsonValue | undefined = document;
  for (const step of steps.slice(0, -1))
    container = Array.isArray(container) ? container[indexIn(container, step, container.length - 1, fail)] : own(container, step);
  const key = steps.at(-1) ?? "";
  if (Array.isArray(container)) return placeInList(container, key, fail);
  if (isJsonObject(container)) return placeInMap(container, key, fail);
  throw fail("the path leads through something that is not there");
}

function own(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function placeInMap(map: JsonObject, key: string, fail: Fail): PatchPlace {
  const set = (value: JsonValue) => setKey(map, key, value);
  return {
    get: () => own(map, key),
    add: set,
    replace: set,
    remove: () => {
      if (!Object.hasOwn(map, key)) throw fail("the field to remove is not there");
      delete map[key];
    },
  };
}

function placeInList(list: JsonValue[], key: string, fail: Fail): PatchPlace {
  const existing = () => indexIn(list, key, list.length - 1, fail);
  return {
    get: () => list[existing()],
    add: (value) => list.splice(key === "-" ? list.length : indexIn(list, key, list.length, fail), 0, value),
    replace: (value) => list.splice(existing(), 1, value),
    remove: () => list.splice(existing(), 1),
  };
}

function indexIn(list: readonly JsonValue[], step: string, last: number, fail: Fail): number {
  if (!/^[-+]?\d+$/.test(step)) throw fail("a step of the path is no index of a list");
  const index = Number(step);
  const counted = index < 0 ? index + last + 1 : index;
  if (counted < 0 || counted > last) throw fail(`the list has ${list.length} elements, and the path names another`);
  return counted;
}

/**
 * kustomize decodes the patched JSON into floats and prints it as YAML, which it reads again: integers beyond 2^53 lose their last digits,
 * and scalars are written as go-yaml writes floats and texts.
 */
function throughFloat<T extends JsonValue>(value: T): T;
function throughFloat(value: JsonValue): JsonValue {
  if (typeof value === "bigint") return BigInt(String(Number(value)));
  if (Array.isArray(value)) {
    const result = value.map((item) => throughFloat(item));
    result.forEach((item, index) => rememberPrinted(result, index, item));
    return result;
  }
  if (!isJsonObject(value)) return value;
  const result: JsonObject = {};
  for (const key of Object.keys(value)) {
    const item = throughFloat(value[key] ?? null);
    setKey(result, key, item);
    rememberPrinted(result, key, item);
  }
  return result;
}

function rememberPrinted(container: Container, key: string | number, value: JsonValue): void {
  if (typeof value === "string") {
    if (scalarStyle(value) !== "plain") rememberText(container, key, value, value);
  } else if (typeof value === "number" || typeof value === "bigint") {
    const text = shortestG(Number(value));
    if (text !== String(value)) rememberText(container, key, value, text);
  }
}
