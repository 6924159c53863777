import { isJsonObject, setKey } from "../../../model/json.ts";
import { buildFailure } from "../fail.ts";
import { splitPath } from "../field-specs/split-path.ts";
import { writeUntyped } from "../resources/joined-scalars.ts";
import { formatId } from "../resources/identity.ts";
import type { Resource } from "../resources/resource.ts";
import { slotText } from "../resources/scalar.ts";
import { moveResource } from "./namespace.ts";

/** Where a value goes: a path of fields, and whether it becomes a part of the path that stands there. */
export interface ValueTarget {
  readonly fieldPath: string;
  /** Counts from 1; 0 replaces the whole text. */
  readonly filePathPosition: number;
}

/** Sets a field of a resource, made where it is missing. Throws BUILD_FAILED where a map or list stands there. */
export function addValue(resource: Resource, value: string, { fieldPath, filePathPosition }: ValueTarget): void {
  if (fieldPath === "metadata/namespace") {
    moveResource(resource, { namespace: value, specs: [], subjects: "defaultOnly", unsetOnly: false });
    return;
  }
  const steps = splitPath(fieldPath, "/").filter((step) => step.trim() !== "");
  const last = steps.pop() ?? "";
  let map = resource.object;
  for (const step of steps) {
    const next = Object.hasOwn(map, step) ? map[step] : {};
    if (!isJsonObject(next)) throw misfit(resource, fieldPath);
    setKey(map, step, next);
    map = next;
  }
  const before = Object.hasOwn(map, last) ? map[last] : "";
  if (typeof before === "object" && before !== null) throw misfit(resource, fieldPath);
  const text = filePathPosition > 0 ? insertPart(slotText(map, last), filePathPosition - 1, value) : value;
  writeUntyped({ container: map, key: last, isNew: !Object.hasOwn(map, last) }, text);
}

function misfit(resource: Resource, path: string): Error {
  return buildFailure(resource.origin, `the field ${path} of ${formatId(resource.id)} does not lead to a scalar`);
}

/** Inserts a part into a path of a file system; past its end, behind it. */
function insertPart(path: string, position: number, part: string): string {
  const isAbsolute = path.startsWith("/");
  const parts = path.split("/").filter((one) => one !== "");
  parts.splice(Math.min(position, parts.length), 0, part);
  return `${isAbsolute ? "/" : ""}${parts.join("/")}`;
}
