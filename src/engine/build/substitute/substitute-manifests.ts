import type { Diagnostic } from "../../model/diagnostic.ts";
import { GitOpsError } from "../../model/errors.ts";
import { isJsonObject, stringAt, type JsonObject } from "../../model/json.ts";
import type { Manifest } from "../../model/manifest.ts";
import { formatResourceId } from "../../model/resource-id.ts";
import { fileFailure } from "../../yaml/failure.ts";
import { printYaml } from "../../yaml/print.ts";
import { readYamlText, type YamlBudget } from "../../yaml/read.ts";
import type { BuildBudget } from "../build-options.ts";
import type { BuiltObject } from "../built-object.ts";
import { manifestsOf } from "../manifests.ts";
import { noProblems } from "../problems.ts";
import { fieldThat } from "./field-that.ts";
import { substituteText } from "./substitute-text.ts";

/** The variables of a delivery, and how they are put in. */
export interface VariableSubstitution {
  /** Named in the delivery itself; they win over all. */
  readonly values: Readonly<Record<string, string>>;
  /** The data of ConfigMaps and Secrets that were read for it; later ones win over earlier ones. */
  readonly from: readonly Readonly<Record<string, string>>[];
  /** Off: nothing is touched where there is no variable at all. */
  readonly always: boolean;
  /** A variable that is not set and has no default is an error; else it is empty. */
  readonly strict: boolean;
}

const SWITCH = "kustomize.toolkit.fluxcd.io/substitute";
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** A text without these comes back from print and read as it was. */
const MAY_CHANGE = /[$\r\u0085\u2028\u2029]/;

/**
 * Puts variables into built objects as Flux's post-build step does (fluxcd/pkg/kustomize v1.35.4): each object is printed as YAML, the
 * text is substituted, and read again with the rules of YAML 1.1. So a value without quotes may become a number, a boolean or a map.
 * Objects whose label or annotation `kustomize.toolkit.fluxcd.io/substitute` is `disabled` are left alone.
 * One difference: integers beyond 2^53 stay exact.
 *
 * Throws BUILD_FAILED with all problems, each naming object, field and variable, never a value; LIMIT_EXCEEDED.
 */
export function substituteManifests(
  manifests: readonly Manifest[],
  substitution: VariableSubstitution,
  budget: BuildBudget,
): readonly Manifest[] {
  const variables = variablesOf(substitution);
  const isWanted = (manifest: Manifest) => !isDisabled(manifest.object);
  if ((variables.size === 0 && !substitution.always) || !manifests.some(isWanted)) return manifests;
  checkNames(variables);
  const problems = noProblems();
  const objects: BuiltObject[] = [];
  for (const manifest of manifests) {
    const substituted = isWanted(manifest)
      ? problems.collect(() => substituteObject(manifest, variables, substitution.strict, budget))
      : manifest.object;
    if (substituted !== undefined) objects.push({ object: substituted, origin: manifest.origin });
  }
  problems.throwAny();
  return manifestsOf(objects, { budget });
}

/** Line breaks are taken out of all values, as they would break the text that they are put into. */
function variablesOf({ values, from }: VariableSubstitution): ReadonlyMap<string, string> {
  return new Map([...from, values].flatMap((each) => Object.entries(each).map(([name, value]) => [name, value.replaceAll("\n", "")])));
}

function checkNames(variables: ReadonlyMap<string, string>): void {
  for (const variable of variables.keys()) {
    if (NAME.test(variable)) continue;
    throw new GitOpsError("BUILD_FAILED", `${JSON.stringify(variable)} is no name for a variable`, {
      hint: "letters, digits and underscores, no digit first: rename the key in postBuild, or in the ConfigMap or Secret it comes from",
      data: { variable },
    });
  }
}

function isDisabled(object: JsonObject): boolean {
  return ["labels", "annotations"].some((field) => stringAt(object, "metadata", field, SWITCH) === "disabled");
}

function substituteObject(
  manifest: Manifest,
  variables: ReadonlyMap<string, string>,
  strict: boolean,
  budget: BuildBudget,
): JsonObject | undefined {
  const substitute = (text: string): string => substituteText(text, variables, { strict, maxBytes: budget.fileBytes });
  const printed = printYaml(manifest.object);
  if (!MAY_CHANGE.test(printed)) return manifest.object;
  let text: string;
  try {
    text = substitute(printed);
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error;
    const field = fieldThat(manifest.object, (scalar) => isRefused(() => substitute(scalar)));
    throw failureOf(manifest, `${field === "" ? "" : `${field}: `}${error.message}`, error);
  }
  return readBack(manifest, text, budget);
}

function isRefused(step: () => void): boolean {
  try {
    step();
    return false;
  } catch (error) {
    if (error instanceof GitOpsError) return true;
    throw error;
  }
}

function readBack(manifest: Manifest, text: string, budget: YamlBudget): JsonObject {
  try {
    const [document, other] = readYamlText(text, { file: manifest.origin.file, dialect: "kustomization", budget });
    const object = document?.value ?? null;
    if (other !== undefined || !isJsonObject(object)) throw failureOf(manifest, "its variables make something else than one object of it");
    for (const path of [["apiVersion"], ["kind"], ["metadata", "name"]]) {
      if (stringAt(object, ...path) === "") throw failureOf(manifest, `its variables leave no text in ${path.join(".")}`);
    }
    return object;
  } catch (error) {
    const reason = readingProblem(error);
    if (reason === undefined) throw error;
    throw failureOf(manifest, `its variables leave no YAML that can be read: ${reason}`);
  }
}

/** Why the text is not read; its lines are none of the file's. */
function readingProblem(error: unknown): string | undefined {
  if (!(error instanceof GitOpsError) || error.code !== "BUILD_FAILED" || "object" in error.data) return undefined;
  const { diagnostics } = error.data;
  const [first]: readonly Diagnostic[] = Array.isArray(diagnostics) ? diagnostics : [];
  return first?.message;
}

function failureOf({ id, origin }: Manifest, what: string, cause?: GitOpsError): GitOpsError {
  const object = formatResourceId(id);
  const hint = cause?.hint ?? "put quotes around the variable where its value is text";
  const failure = fileFailure(cause?.code ?? "BUILD_FAILED", { severity: "error", ...origin, message: `${object}: ${what}`, hint });
  return new GitOpsError(failure.code, failure.message, { hint, data: { ...failure.data, ...cause?.data, object } });
}
