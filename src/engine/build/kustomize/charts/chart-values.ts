import type { BuildBudget } from "../../build-options.ts";
import { isJsonObject, type JsonObject } from "../../../model/json.ts";
import { printYaml } from "../../../yaml/print.ts";
import { readYaml } from "../../../yaml/read.ts";
import { buildFailure, type Spot } from "../fail.ts";
import { mergeStrategically } from "../merge/strategic-merge.ts";
import { cloneValue } from "../resources/scalar.ts";
import { builtInSchema } from "../schema/schema.ts";

/** Which of two sets of values wins: those in the kustomization (`override`), those in the file (`merge`), or the first alone (`replace`). */
export type ValuesMerge = "override" | "merge" | "replace";

/** Reads the name of a merge; override where nothing is said. Throws BUILD_FAILED. */
export function valuesMergeOf(spot: Spot, text: string): ValuesMerge {
  if (text === "") return "override";
  if (text === "override" || text === "merge" || text === "replace") return text;
  throw buildFailure(spot, "helmCharts: valuesMerge must be one of merge, override and replace");
}

/** The values in a kustomization merged with those of a file, as the text of a file for helm. Throws BUILD_FAILED. */
export function mergeValues(
  inline: JsonObject,
  from: { readonly path: string; readonly bytes: Uint8Array },
  merge: "override" | "merge",
  budget: BuildBudget,
): Uint8Array {
  const [document] = readYaml(from.bytes, { file: from.path, dialect: "resource", budget });
  const value = document?.value;
  if (!isJsonObject(value)) throw buildFailure(from.path, "the values are no map; expected names and values");
  const own = cloneValue(inline);
  const merged =
    merge === "override"
      ? mergeStrategically(cloneValue(value), own, builtInSchema)
      : mergeStrategically(own, cloneValue(value), builtInSchema);
  return valuesText(merged ?? {});
}

/** Values as the text of a file for helm. */
export function valuesText(values: JsonObject): Uint8Array {
  return new TextEncoder().encode(printYaml(values));
}
