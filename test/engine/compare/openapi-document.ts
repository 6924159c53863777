import { fieldSchema, type FieldSchema } from "../../../src/engine/compare/index.ts";
import type { JsonObject } from "../../../src/engine/model/json.ts";

const REF = "#/components/schemas/";
const text: JsonObject = { type: "string" };

/** A type by reference, as Kubernetes writes it beside a default. */
function type(name: string, more: JsonObject = {}): JsonObject {
  return { default: {}, allOf: [{ $ref: `${REF}${name}` }], ...more };
}

const ENV: JsonObject = {
  type: "object",
  properties: { name: { ...text, default: "" }, value: text, valueFrom: type("io.k8s.api.core.v1.EnvVarSource") },
};
const PORT: JsonObject = {
  type: "object",
  properties: { containerPort: { type: "integer", default: 0 }, protocol: { ...text, default: "TCP" }, name: text },
};

function keyed(items: JsonObject, ...keys: string[]): JsonObject {
  return { type: "array", items, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys };
}

/** A document as an API server publishes it, with one kind that has every sort of field. */
export const DOCUMENT: JsonObject = {
  paths: {
    "/apis/shop.test/v1/namespaces/{namespace}/stalls/{name}/status": {
      get: { "x-kubernetes-group-version-kind": { group: "shop.test", kind: "Stall", version: "v1" } },
    },
  },
  components: {
    schemas: {
      "test.shop.v1.Stall": {
        type: "object",
        properties: {
          apiVersion: text,
          kind: text,
          metadata: type("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"),
          spec: type("test.shop.v1.StallSpec"),
          data: { type: "object", additionalProperties: { type: "string", format: "byte" } },
          status: { type: "object" },
        },
        "x-kubernetes-group-version-kind": [{ group: "shop.test", kind: "Stall", version: "v1" }],
      },
      "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": {
        type: "object",
        properties: {
          name: text,
          namespace: text,
          labels: { type: "object", additionalProperties: text },
          annotations: { type: "object", additionalProperties: text },
          finalizers: { type: "array", items: text, "x-kubernetes-list-type": "set" },
        },
      },
      "test.shop.v1.StallSpec": {
        type: "object",
        properties: {
          replicas: { type: "integer" },
          paused: { type: "boolean" },
          env: keyed(ENV, "name"),
          ports: keyed(PORT, "containerPort", "protocol"),
          args: { type: "array", items: text, "x-kubernetes-list-type": "atomic" },
          limits: { type: "object", additionalProperties: { $ref: `${REF}io.k8s.apimachinery.pkg.api.resource.Quantity` } },
          selector: {
            type: "object",
            properties: { matchLabels: { type: "object", additionalProperties: text } },
            "x-kubernetes-map-type": "atomic",
          },
          rules: { type: "array", items: type("io.k8s.api.networking.v1.NetworkPolicyPort") },
          anything: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
          child: type("test.shop.v1.StallSpec"),
        },
      },
      "io.k8s.api.core.v1.EnvVarSource": { type: "object", properties: { fieldRef: type("io.k8s.api.core.v1.ObjectFieldSelector") } },
      "io.k8s.api.core.v1.ObjectFieldSelector": {
        type: "object",
        properties: { apiVersion: text, fieldPath: { ...text, default: "" } },
        "x-kubernetes-map-type": "atomic",
      },
      "io.k8s.api.networking.v1.NetworkPolicyPort": { type: "object", properties: { port: {}, protocol: text } },
      "io.k8s.apimachinery.pkg.api.resource.Quantity": { oneOf: [{ type: "string" }, { type: "number" }] },
    },
  },
};

/** The schema of the kind in {@link DOCUMENT}. */
export function stallSchema(): FieldSchema {
  const schema = fieldSchema(DOCUMENT, "shop.test/v1", "Stall");
  if (schema === undefined) throw new Error("the document lost its kind");
  return schema;
}

/** One object of that kind. */
export function stall(spec: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    apiVersion: "shop.test/v1",
    kind: "Stall",
    metadata: { name: "corner", namespace: "shop", labels: { app: "corner" } },
    spec,
    ...more,
  };
}
