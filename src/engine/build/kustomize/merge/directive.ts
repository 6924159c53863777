import { isJsonObject, type JsonObject, type JsonValue } from "../../../model/json.ts";
import { scalarText } from "../resources/scalar.ts";
import { setElement } from "./keyed-list.ts";
import { pointerOf } from "../fail.ts";
import { MergeConflict } from "./merge-conflict.ts";

type Directive = "merge" | "replace" | "delete";

const DIRECTIVE = "$patch";

function directiveOf(value: JsonValue | undefined, path: string): Directive {
  const text = scalarText(value);
  if (text === "merge" || text === "replace" || text === "delete") return text;
  throw new MergeConflict(
    `${path === "" ? "" : `${path}.`}$patch has an unknown value; expected merge, replace or delete`,
    pointerOf(path === "" ? "$patch" : `${path}.$patch`),
  );
}

/** What a map of a patch says about itself. Takes the directive out of the patch. */
export function mapDirective(patch: JsonObject, path: string): Directive {
  if (!Object.hasOwn(patch, DIRECTIVE)) return "merge";
  const directive = directiveOf(patch[DIRECTIVE], path);
  delete patch[DIRECTIVE];
  return directive;
}

/** What an element that is nothing but a directive says about its list. Takes that element out of the patch. */
export function listDirective(patch: JsonValue[], path: string): Directive {
  const element = patch.find((item): item is JsonObject => isJsonObject(item) && Object.hasOwn(item, DIRECTIVE));
  if (element === undefined || Object.keys(element).length > 1) return "merge";
  const directive = directiveOf(element[DIRECTIVE], path);
  setElement(patch, undefined, [DIRECTIVE], [directive]);
  return directive;
}
