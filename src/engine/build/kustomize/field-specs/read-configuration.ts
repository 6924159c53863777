import type { BuildBudget } from "../../build-options.ts";
import { isJsonObject, type JsonObject, type JsonValue, objectAt, stringAt } from "../../../model/json.ts";
import { readYaml } from "../../../yaml/read.ts";
import { listOf, struct, text } from "../decode/decoder.ts";
import { fieldSpec } from "../decode/kustomization.ts";
import { buildFailure } from "../fail.ts";
import { type FieldSpec, fieldSpecOf } from "./field-spec.ts";
import { emptyConfig, mergeConfigs, type NameReference, sectionsOf, sortConfig, type TransformerConfig } from "./transformer-config.ts";

const specs = listOf(fieldSpec);
const configuration = struct({
  namePrefix: specs,
  nameSuffix: specs,
  namespace: specs,
  commonLabels: specs,
  labels: specs,
  templateLabels: specs,
  volumeClaimTemplateLabels: specs,
  commonAnnotations: specs,
  varReference: specs,
  images: specs,
  replicas: specs,
  nameReference: listOf(struct({ group: text, version: text, kind: text, fieldSpecs: specs })),
});

/** Reads a file of `configurations`. Throws BUILD_FAILED. */
export function readConfiguration(file: string, bytes: Uint8Array, budget: BuildBudget): TransformerConfig {
  const [document] = readYaml(bytes, { file, dialect: "kustomization", budget, afterEnd: "dropped" });
  const read = configuration(document?.value ?? {}, { file, path: "", strict: true });
  return sortConfig({
    sections: sectionsOf((section) => (read[section] ?? []).map(fieldSpecOf)),
    nameReference: (read.nameReference ?? []).map(({ group = "", version = "", kind = "", fieldSpecs = [] }) => ({
      ...{ group, version, kind },
      referrers: fieldSpecs.map(fieldSpecOf),
    })),
  });
}

/**
 * Reads a file of `crds`: OpenAPI definitions by name, whose `x-kubernetes-*` hints say which fields hold names, labels and
 * annotations (api/internal/accumulator/loadconfigfromcrds.go). Throws BUILD_FAILED.
 */
export function readCrds(file: string, bytes: Uint8Array, budget: BuildBudget): TransformerConfig {
  const [document] = readYaml(bytes, { file, dialect: "kustomization", budget, afterEnd: "dropped" });
  const definitions = document?.value ?? {};
  if (!isJsonObject(definitions)) throw buildFailure(file, "the definitions of crds are no map");
  let config = emptyConfig;
  for (const name of Object.keys(definitions).sort()) {
    const definition = definitions[name] ?? null;
    if (definition !== null && !isJsonObject(definition))
      throw buildFailure(file, `the definition ${name} is no map`, "crds lists OpenAPI definitions by name, not the manifests of CRDs");
    const properties = propertiesOf(definitions, name);
    if (!["kind", "apiVersion", "metadata"].every((field) => Object.hasOwn(properties, field))) continue;
    const found: Found = { annotations: [], labels: [], names: [], references: [] };
    collect(definitions, name, { kind: name.split(".").at(-1) ?? "", steps: [], visited: [name] }, found);
    config = mergeConfigs(file, config, configOf(found));
  }
  return config;
}

interface Found {
  readonly annotations: FieldSpec[];
  readonly labels: FieldSpec[];
  readonly names: FieldSpec[];
  readonly references: NameReference[];
}

interface At {
  readonly kind: string;
  readonly steps: readonly string[];
  /** Definitions on the way here: a definition that contains itself is entered once. */
  readonly visited: readonly string[];
}

function propertiesOf(definitions: JsonObject, name: string): Readonly<JsonObject> {
  return objectAt(definitions, name, "Schema", "properties");
}

function collect(definitions: JsonObject, name: string, at: At, found: Found): void {
  for (const [field, property] of Object.entries(propertiesOf(definitions, name))) {
    const steps = [...at.steps, field];
    collectHints(property, { ...at, steps }, found);
    const reference = stringAt(property, "$ref");
    if (reference === "" || at.visited.includes(reference)) continue;
    collect(definitions, reference, { ...at, steps, visited: [...at.visited, reference] }, found);
  }
}

function collectHints(property: JsonValue, { kind, steps }: At, found: Found): void {
  const has = (hint: string) => isJsonObject(property) && typeof property[`x-kubernetes-${hint}`] === "string";
  const spec = (...more: string[]): FieldSpec => ({ group: "", version: "", kind, path: [...steps, ...more].join("/"), create: false });
  if (has("annotation")) found.annotations.push(spec());
  if (has("label-selector")) found.labels.push(spec());
  if (has("identity")) found.names.push(spec());
  if (!has("object-ref-api-version") || !has("object-ref-kind")) return;
  const nameKey = has("object-ref-name-key") ? stringAt(property, "x-kubernetes-object-ref-name-key") : "name";
  const target = {
    kind: stringAt(property, "x-kubernetes-object-ref-kind"),
    version: stringAt(property, "x-kubernetes-object-ref-api-version"),
  };
  found.references.push({ group: "", ...target, referrers: [spec(nameKey)] });
}

function configOf(found: Found): TransformerConfig {
  const { commonAnnotations, commonLabels, namePrefix } = {
    commonAnnotations: found.annotations,
    commonLabels: found.labels,
    namePrefix: found.names,
  };
  const sections = { ...emptyConfig.sections, commonAnnotations, commonLabels, namePrefix };
  return { sections, nameReference: found.references };
}
