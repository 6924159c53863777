import type { BuildBudget } from "../../build-options.ts";
import { GitOpsError } from "../../../model/errors.ts";
import { isJsonObject, type JsonValue } from "../../../model/json.ts";
import { readYamlText } from "../../../yaml/read.ts";
import { buildFailure } from "../fail.ts";
import { placeInPatch, type PatchSource } from "./patch-source.ts";
import type { JsonOperation } from "../merge/json-patch.ts";
import { readResourceDocuments, type ResourceDocuments } from "../resources/read-resources.ts";

/** A patch of either kind; `nothing` is a text of comments only. */
export type ParsedPatch =
  | { readonly type: "merge"; readonly documents: ResourceDocuments }
  | { readonly type: "operations"; readonly operations: readonly JsonOperation[] }
  | { readonly type: "nothing" };

/**
 * Tells a strategic merge patch from JSON operations, as kustomize does: by what the text parses to.
 * Throws BUILD_FAILED, with what the reader of the likelier kind says: a list is no object.
 */
export function parsePatch(source: PatchSource, budget: BuildBudget): ParsedPatch {
  const { spot, text, label } = source;
  const { file } = spot;
  const operations = attempt(() => readOperations(source, budget));
  const documents = attempt(() => readResourceDocuments(file, text, budget));
  if ("value" in operations && operations.value.length > 0) {
    if ("value" in documents && documents.value.length > 0)
      throw buildFailure(spot, `${label} qualifies as both a strategic merge and a JSON patch`);
    return { type: "operations", operations: operations.value };
  }
  if ("value" in documents) return documents.value.length === 0 ? { type: "nothing" } : { type: "merge", documents: documents.value };
  if ("value" in operations) return { type: "nothing" };
  throw text.startsWith("[") ? operations.error : documents.error;
}

/** Reads JSON operations: a list of maps, in JSON where it starts with a bracket, else in YAML, the first document only. Throws BUILD_FAILED. */
export function readOperations(source: PatchSource, budget: BuildBudget): readonly JsonOperation[] {
  const { spot, text } = source;
  const { file } = spot;
  const [document] = readYamlText(text, { file, dialect: "kustomization", budget, afterEnd: "dropped" });
  if (text.startsWith("[") && !isJson(text))
    throw buildFailure(
      placeInPatch(source, ""),
      "the patch starts with [ and is no JSON",
      "write it as JSON, or as a YAML list with dashes",
    );
  return operationsOf(source, document?.value ?? null);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // the message would quote the text, which may hold a secret
  }
}

function operationsOf(source: PatchSource, value: JsonValue): readonly JsonOperation[] {
  if (value === null) return [];
  if (!Array.isArray(value) || !value.every(isJsonObject))
    throw buildFailure(placeInPatch(source, ""), "the patch is no list of JSON patch operations");
  return value;
}

type Attempt<T> = { readonly value: T } | { readonly error: GitOpsError };

function attempt<T>(read: () => T): Attempt<T> {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof GitOpsError && error.code === "BUILD_FAILED") return { error };
    throw error;
  }
}
