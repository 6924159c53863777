import type { Diagnostic } from "../../model/diagnostic.ts";
import type { FileTree } from "../../model/artifact.ts";
import { GitOpsError } from "../../model/errors.ts";
import { isJsonObject, setKey, type JsonObject, type JsonValue } from "../../model/json.ts";
import { readYaml } from "../../yaml/read.ts";
import type { BuildBudget } from "../build-options.ts";
import { findKustomization } from "../find-kustomization.ts";
import { kustomization } from "../kustomize/decode/kustomization.ts";
import { listResources } from "./list-resources.ts";

/** The kustomization that a delivery's fields are laid over. */
export interface RootKustomization {
  /** Where it stands, or would. */
  readonly path: string;
  readonly fields: JsonObject;
  readonly warnings: readonly Diagnostic[];
}

const TYPE = { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization" };
/** Keeps kustomize from refusing an empty kustomization. */
const PLACEHOLDER = "_placeholder";

/**
 * The kustomization of a folder as fluxcd/pkg/kustomize v1.35.4 sees it. Flux reads it into Go's types and writes it anew: unknown
 * fields of this one file are lost (here with a warning), and numbers stand for texts. One without resources gets `originAnnotations`
 * as its build metadata. A folder without a kustomization gets one of all YAML below it.
 *
 * Throws BUILD_FAILED, LIMIT_EXCEEDED.
 */
export async function rootKustomization(tree: FileTree, folder: string, budget: BuildBudget): Promise<RootKustomization> {
  const path = await findKustomization(tree, folder);
  if (path !== undefined) return writtenKustomization(path, await tree.read(path), budget);
  const resources = await listResources(tree, folder);
  const fields: JsonObject = resources.length > 0 ? { ...TYPE, resources: [...resources] } : { ...TYPE, namespace: PLACEHOLDER };
  return { path: folder === "" ? "kustomization.yaml" : `${folder}/kustomization.yaml`, fields, warnings: [] };
}

function writtenKustomization(path: string, bytes: Uint8Array, budget: BuildBudget): RootKustomization {
  const [document] = readYaml(bytes, { file: path, dialect: "kustomization", budget });
  const warnings: Diagnostic[] = [];
  const lenient = (problem: GitOpsError): void => void warnings.push(warningOf(path, problem));
  const decoded = kustomization(document?.value ?? {}, { file: path, path: "", strict: false, lenient });
  const fields: JsonObject = { ...TYPE, ...objectOf(decoded) };
  if ((decoded.resources ?? []).length === 0) fields["buildMetadata"] = ["originAnnotations"];
  return { path, fields, warnings };
}

function warningOf(file: string, { message, hint }: GitOpsError): Diagnostic {
  const what = message.startsWith(`${file}: `) ? message.slice(file.length + 2) : message;
  return { severity: "warning", file, message: `${what}: left out, as Flux does`, ...(hint === undefined ? {} : { hint }) };
}

/** Decoded fields as JSON again. */
function objectOf(fields: object): JsonObject {
  const object: JsonObject = {};
  const entries: Iterable<readonly [string, unknown]> = fields instanceof Map ? fields : Object.entries(fields);
  for (const [key, value] of entries) if (value !== undefined) setKey(object, key, jsonOf(value));
  return object;
}

function jsonOf(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(jsonOf);
  if (value instanceof Map || isJsonObject(value)) return objectOf(value);
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return value;
    default:
      return null;
  }
}
