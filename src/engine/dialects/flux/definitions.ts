import type { JsonObject } from "../../model/json.ts";
import { KUSTOMIZE_GROUP, SOURCE_GROUP } from "./kinds.ts";

/** What tells the two definitions apart. */
interface DefinitionParts {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly category: string;
  readonly columns: readonly JsonObject[];
  readonly required: readonly string[];
  /** Schemas of spec fields that the server fills in, as its controllers rely on: a pointer that is not set would crash them. */
  readonly defaulted: JsonObject;
}

const AGE = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };
const READY = { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' };
const MESSAGE = { name: "Status", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].message' };

/** An object of any fields, some of which are described. */
function open(properties: JsonObject = {}): JsonObject {
  return { type: "object", "x-kubernetes-preserve-unknown-fields": true, ...(Object.keys(properties).length === 0 ? {} : { properties }) };
}

/**
 * The CustomResourceDefinitions of the kinds that are played, for clusters where Flux's own are not installed. Group, names, scope,
 * version, subresource, printer columns and defaults are those of source-controller and kustomize-controller v1.9; the fields are left
 * open, so that the server keeps whatever any version of Flux declares. The other kinds are left out: without their controllers
 * nothing would ever come of their objects.
 */
export const FLUX_DEFINITIONS: readonly JsonObject[] = [
  definition({
    group: SOURCE_GROUP,
    kind: "GitRepository",
    plural: "gitrepositories",
    shortName: "gitrepo",
    category: "fluxcd-sources",
    columns: [{ name: "URL", type: "string", jsonPath: ".spec.url" }, AGE, READY, MESSAGE],
    required: ["interval", "url"],
    defaulted: {
      timeout: { type: "string", default: "60s" },
      verify: open({ mode: { type: "string", default: "HEAD" } }),
    },
  }),
  definition({
    group: KUSTOMIZE_GROUP,
    kind: "Kustomization",
    plural: "kustomizations",
    shortName: "ks",
    category: "fluxcd-appliers",
    columns: [AGE, READY, MESSAGE],
    required: ["interval", "prune", "sourceRef"],
    defaulted: {
      force: { type: "boolean", default: false },
      postBuild: open({ substituteFrom: { type: "array", items: open({ optional: { type: "boolean", default: false } }) } }),
    },
  }),
];

function definition({ group, kind, plural, shortName, category, columns, required, defaulted }: DefinitionParts): JsonObject {
  const names = { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames: [shortName] };
  const status = open({
    observedGeneration: { type: "integer", format: "int64" },
    conditions: { type: "array", items: open() },
  });
  const schema: JsonObject = {
    type: "object",
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object" },
      spec: { ...open(defaulted), required: [...required] },
      // As long as no controller has looked at an object it says so.
      status: { ...status, default: { observedGeneration: -1 } },
    },
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { ...names, categories: ["all", "fluxcd", category] },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [...columns],
          schema: { openAPIV3Schema: schema },
        },
      ],
    },
  };
}
