import type { BuildBudget } from "../../build-options.ts";
import { arrayAt, isJsonObject, type JsonObject, type JsonValue, valueAt } from "../../../model/json.ts";
import { fileFailure } from "../../../yaml/failure.ts";
import { readYamlText } from "../../../yaml/read.ts";
import type { Schema } from "../schema/schema.ts";
import { takeBuildAnnotations } from "./build-annotations.ts";
import { Resource } from "./resource.ts";
import { cloneValue, scalarText } from "./scalar.ts";

interface Document {
  readonly value: JsonValue;
  readonly line: number;
}

/** A document that was read and checked. */
interface ResourceDocument {
  readonly object: JsonObject;
  readonly line: number;
  /** What it was made from, where that is another file than the one that was read: a template. Then the line says nothing. */
  readonly file?: string;
}

/** Documents to be made into resources as often as they are used. */
export type ResourceDocuments = readonly ResourceDocument[];

/**
 * Reads the resources of a file: every document that is no list, and what lists hold, after the documents.
 * Throws BUILD_FAILED with the line of an object without kind or name.
 */
export function readResourceDocuments(file: string, text: string, budget: BuildBudget): ResourceDocuments {
  const queue: Document[] = [...readYamlText(text, { file, dialect: "resource", budget, afterEnd: "dropped" })];
  const isAlone = queue.length === 1;
  const result: { object: JsonObject; line: number }[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { value, line } = next;
    if (isNothing(value)) continue;
    const object = checkedObject(file, value, line);
    const items = scalarText(object["kind"]).endsWith("List") ? valueAt(object, "items") : undefined;
    // kyaml takes a lone list that has a functionConfig for the input of a function: its items count, and there are none.
    if (items === undefined && isAlone && isFunctionInput(object)) continue;
    if (items === undefined) result.push({ object, line });
    else if (items !== null) queue.push(...itemsOf(file, items, line));
  }
  return result;
}

function isFunctionInput(object: JsonObject): boolean {
  const kind = scalarText(object["kind"]);
  return (kind === "ResourceList" || kind === "List") && Object.hasOwn(object, "functionConfig");
}

/** Resources of documents that may be used again: each call gives new copies. */
export function makeResources(file: string, documents: ResourceDocuments, schema: Schema): Resource[] {
  return documents.map(({ object, line, file: template }) => {
    const resource = new Resource(cloneValue(object), template === undefined ? { file, line } : { file: template }, schema);
    takeBuildAnnotations(resource);
    return resource;
  });
}

function isNothing(value: JsonValue): boolean {
  if (value === null) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function checkedObject(file: string, value: JsonValue, line: number): JsonObject {
  const fail = (message: string, hint?: string) =>
    fileFailure("BUILD_FAILED", { severity: "error", file, line, message, ...(hint === undefined ? {} : { hint }) });
  if (!isJsonObject(value)) throw fail("the document is no Kubernetes object; expected a map with apiVersion, kind and metadata");
  const kind = scalarText(valueAt(value, "kind"));
  if (kind === "") throw fail("the object has no kind", "name its kind, or leave the file out of resources");
  if (!kind.endsWith("List") && scalarText(valueAt(value, "metadata", "name")) === "") {
    throw fail(`the ${kind} has no metadata.name; expected a name`);
  }
  return value;
}

function itemsOf(file: string, items: JsonValue, line: number): Document[] {
  if (!Array.isArray(items)) {
    throw fileFailure("BUILD_FAILED", { severity: "error", file, line, message: "items of the list is no list" });
  }
  return arrayAt({ items }, "items").map((value) => ({ value, line }));
}
