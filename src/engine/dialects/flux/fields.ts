import type { Shape } from "../shape.ts";

const NAMED: Shape = { fields: { name: "text" } };

const SELECTOR: Shape = {
  fields: {
    group: "text",
    version: "text",
    kind: "text",
    name: "text",
    namespace: "text",
    labelSelector: "text",
    annotationSelector: "text",
  },
};

/** The spec of a Kustomization, as kustomize-controller v1.9 declares it. */
export const KUSTOMIZATION_SPEC: Shape = {
  fields: {
    interval: "duration",
    retryInterval: "duration",
    timeout: "duration",
    sourceRef: { fields: { apiVersion: "text", kind: "text", name: "text", namespace: "text" } },
    path: "text",
    prune: "flag",
    wait: "flag",
    force: "flag",
    suspend: "flag",
    deletionPolicy: { words: ["MirrorPrune", "Delete", "WaitForTermination", "Orphan"] },
    dependsOn: { list: { fields: { name: "text", namespace: "text", readyExpr: "text" } } },
    healthChecks: { list: { fields: { apiVersion: "text", kind: "text", name: "text", namespace: "text" } } },
    healthCheckExprs: { list: { fields: { apiVersion: "text", kind: "text", current: "text", inProgress: "text", failed: "text" } } },
    targetNamespace: "text",
    namePrefix: "text",
    nameSuffix: "text",
    patches: { list: { fields: { patch: "text", target: SELECTOR } } },
    images: { list: { fields: { name: "text", newName: "text", newTag: "text", digest: "text" } } },
    components: { list: "text" },
    ignoreMissingComponents: "flag",
    buildMetadata: { list: { words: ["originAnnotations", "transformerAnnotations"] } },
    commonMetadata: { fields: { labels: "map", annotations: "map" } },
    postBuild: {
      fields: {
        substitute: "map",
        substituteFrom: { list: { fields: { kind: { words: ["Secret", "ConfigMap"] }, name: "text", optional: "flag" } } },
        substituteStrategy: { words: ["WithVariables", "Always"] },
      },
    },
    decryption: { fields: { provider: { words: ["sops"] }, secretRef: NAMED, serviceAccountName: "text" } },
    kubeConfig: { fields: { secretRef: { fields: { name: "text", key: "text" } }, configMapRef: NAMED } },
    serviceAccountName: "text",
    ignore: { list: { fields: { paths: { list: "text" }, target: SELECTOR } } },
  },
};

/** The spec of a GitRepository, as source-controller v1.9 declares it. */
export const GIT_REPOSITORY_SPEC: Shape = {
  fields: {
    url: "text",
    interval: "duration",
    timeout: "duration",
    ref: { fields: { branch: "text", tag: "text", semver: "text", name: "text", commit: "text" } },
    secretRef: NAMED,
    provider: { words: ["generic", "aws", "azure", "github"] },
    serviceAccountName: "text",
    proxySecretRef: NAMED,
    verify: { fields: { mode: { words: ["head", "HEAD", "Tag", "TagAndHEAD"] }, secretRef: NAMED } },
    ignore: "text",
    include: { list: { fields: { repository: NAMED, fromPath: "text", toPath: "text" } } },
    recurseSubmodules: "flag",
    sparseCheckout: { list: "text" },
    suspend: "flag",
  },
};
