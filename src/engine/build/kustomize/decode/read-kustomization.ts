import type { BuildBudget } from "../../build-options.ts";
import type { Diagnostic } from "../../../model/diagnostic.ts";
import { readYaml } from "../../../yaml/read.ts";
import { buildFailure } from "../fail.ts";
import { nearest } from "../nearest.ts";
import { kustomization, type Kustomization } from "./kustomization.ts";

const VERSIONS = { Kustomization: "kustomize.config.k8s.io/v1beta1", Component: "kustomize.config.k8s.io/v1alpha1" } as const;

const DEPRECATED = {
  bases: "resources",
  commonLabels: "labels",
  imageTags: "images",
  patchesJson6902: "patches",
  patchesStrategicMerge: "patches",
  vars: "replacements",
} as const;

/** A kustomization file that was read and checked. */
export interface ReadKustomization {
  readonly kind: "Kustomization" | "Component";
  readonly fields: Kustomization;
  /** One for each deprecated field. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * Reads a kustomization file with the rules of YAML 1.1, fields matched without case, unknown ones refused.
 * Fields that only have another name today are moved: bases to resources, imageTags to images, env to envs.
 * Throws BUILD_FAILED.
 */
export function readKustomization(file: string, bytes: Uint8Array, budget: BuildBudget): ReadKustomization {
  const [document] = readYaml(bytes, { file, dialect: "kustomization", budget, afterEnd: "dropped" });
  if (document === undefined || document.value === null) throw empty(file);
  const fields = kustomization(document.value, { file, path: "", strict: true });
  const { apiVersion: _version, kind: _kind, ...others } = fields;
  if (Object.values(others).every((value) => value === undefined || value === "")) throw empty(file);
  return { kind: checkedKind(file, fields), fields: moveRenamed(fields), warnings: deprecations(file, fields) };
}

function meantKind(kind: string): string | undefined {
  const meant = nearest(kind, Object.keys(VERSIONS));
  return meant === undefined ? undefined : `did you mean ${meant}?`;
}

function empty(file: string): Error {
  return buildFailure(file, "the kustomization is empty", "list what it is made of under resources");
}

function checkedKind(file: string, { kind = "", apiVersion = "" }: Kustomization): "Kustomization" | "Component" {
  if (kind !== "" && kind !== "Kustomization" && kind !== "Component") {
    throw buildFailure({ file, field: "/kind" }, "kind is not known; expected Kustomization or Component", meantKind(kind));
  }
  const known = kind === "" ? "Kustomization" : kind;
  if (apiVersion !== "" && apiVersion !== VERSIONS[known]) {
    throw buildFailure({ file, field: "/apiVersion" }, `apiVersion of a ${known} is not known; expected ${VERSIONS[known]}`);
  }
  return known;
}

function moveRenamed(fields: Kustomization): Kustomization {
  return {
    ...fields,
    resources: [...(fields.resources ?? []), ...(fields.bases ?? [])],
    images: [...(fields.images ?? []), ...(fields.imageTags ?? [])],
    configMapGenerator: fields.configMapGenerator?.map(moveEnv),
    secretGenerator: fields.secretGenerator?.map(moveEnv),
  };
}

/** Where an entry was written that {@link readKustomization} moved, as messages have it: `resources[0]`, `bases[0]`. */
export function writtenPath(fields: Kustomization, field: "resources" | "images", index: number): string {
  const [count, older, moved] =
    field === "resources"
      ? [(fields.resources ?? []).length, "bases", (fields.bases ?? []).length]
      : [(fields.images ?? []).length, "imageTags", (fields.imageTags ?? []).length];
  const own = count - moved;
  return index < own ? `${field}[${index}]` : `${older}[${index - own}]`;
}

function moveEnv<T extends { readonly envs?: readonly string[] | undefined; readonly env?: string | undefined }>(generator: T): T {
  const { env = "", envs = [] } = generator;
  return env === "" ? generator : { ...generator, envs: [...envs, env] };
}

function deprecations(file: string, fields: Kustomization): Diagnostic[] {
  return Object.entries(DEPRECATED)
    .filter(([name]) => Object.hasOwn(fields, name))
    .map(([name, instead]) => ({
      severity: "warning" as const,
      file,
      field: `/${name}`,
      message: `'${name}' is deprecated`,
      hint: `use '${instead}' instead`,
    }));
}
