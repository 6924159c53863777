import type { JsonObject } from "../../../src/engine/model/json.ts";

/** An object to apply to a real API server. */
export interface Sample {
  readonly title: string;
  readonly object: JsonObject;
  readonly clusterScoped?: true;
  /** The server stores something else than was sent in a way that only its dry-run can judge. */
  readonly needsDryRun?: true;
}

/** Plurals that are not the kind and an "s". */
export const PLURALS: Readonly<Record<string, string>> = {
  NetworkPolicy: "networkpolicies",
  Ingress: "ingresses",
  PriorityClass: "priorityclasses",
};

const labels = { app: "web", "app.kubernetes.io/part-of": "shop" };

function deployment(name: string, podSpec: JsonObject, spec: JsonObject = {}): JsonObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: podSpec },
      ...spec,
    },
  };
}

function configMap(name: string, more: JsonObject): JsonObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, ...more };
}

const CRD: JsonObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "gadgets.fields.gitops.test", annotations: { note: "a/b~c" } },
  spec: {
    group: "fields.gitops.test",
    scope: "Namespaced",
    names: { plural: "gadgets", singular: "gadget", kind: "Gadget", shortNames: ["gd"] },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: {
                  size: { type: "integer", default: 3 },
                  ratio: { type: "number" },
                  limit: { "x-kubernetes-int-or-string": true },
                  tags: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
                  parts: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name", "side"],
                    items: {
                      type: "object",
                      required: ["name"],
                      properties: { name: { type: "string" }, side: { type: "string", default: "left" }, weight: { type: "integer" } },
                    },
                  },
                  selector: {
                    type: "object",
                    "x-kubernetes-map-type": "atomic",
                    properties: { matchLabels: { type: "object", additionalProperties: { type: "string" } } },
                  },
                  anything: {
                    type: "object",
                    "x-kubernetes-preserve-unknown-fields": true,
                    properties: { known: { type: "object", properties: { a: { type: "string" } } } },
                  },
                  rows: { type: "array", items: { type: "object", properties: { x: { type: "integer" } } } },
                  maybe: { type: "string", nullable: true },
                },
              },
              status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            },
          },
        },
      },
    ],
  },
};

function gadget(name: string, spec: JsonObject, more: JsonObject = {}): JsonObject {
  return { apiVersion: "fields.gitops.test/v1", kind: "Gadget", metadata: { name }, spec, ...more };
}

/** In the order of applying: the CRD comes before its objects. */
export const CLUSTER_OBJECTS: readonly Sample[] = [
  { title: "ConfigMap with data", object: configMap("plain", { data: { a: "1", "b.txt": "x\ny\n" }, binaryData: { c: "AAEC" } }) },
  { title: "ConfigMap with a label only", object: { ...configMap("nothing", {}), metadata: { name: "nothing", labels } } },
  {
    title: "ConfigMap with empty maps",
    object: { ...configMap("empty", { data: {} }), metadata: { name: "empty", labels: {}, annotations: { empty: "" } } },
  },
  {
    title: "ConfigMap with finalizers",
    object: { ...configMap("held", { immutable: false }), metadata: { name: "held", finalizers: ["example.com/held"] } },
  },
  {
    title: "Secret",
    object: { apiVersion: "v1", kind: "Secret", metadata: { name: "secret" }, type: "Opaque", data: { password: "c2VjcmV0" } },
  },
  {
    title: "Service with ports that leave the protocol out",
    object: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", labels },
      spec: {
        selector: { app: "web" },
        ports: [
          { name: "http", port: 80, targetPort: "http" },
          { name: "dns", port: 53, protocol: "UDP", targetPort: 53 },
          { name: "dns-tcp", port: 53, targetPort: 53 },
        ],
      },
    },
  },
  {
    title: "headless Service",
    object: { apiVersion: "v1", kind: "Service", metadata: { name: "headless" }, spec: { clusterIP: "None", ports: [{ port: 80 }] } },
  },
  {
    title: "Deployment with env, ports, volumes and probes",
    object: deployment(
      "web",
      {
        serviceAccountName: "default",
        securityContext: {},
        nodeSelector: { "kubernetes.io/os": "linux" },
        tolerations: [{ key: "a", operator: "Exists" }],
        imagePullSecrets: [{ name: "pull" }],
        initContainers: [{ name: "init", image: "busybox", command: ["sh", "-c", "true"] }],
        containers: [
          {
            name: "web",
            image: "web:1",
            args: [],
            env: [
              { name: "A", value: "1" },
              { name: "B<C", value: "<&>" },
              { name: "EMPTY" },
              { name: "BLANK", value: "" },
              { name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
            ],
            envFrom: [{ configMapRef: { name: "plain" } }],
            ports: [
              { name: "http", containerPort: 8080 },
              { name: "udp", containerPort: 8080, protocol: "UDP" },
            ],
            resources: { requests: { cpu: "0.5", memory: "1024Mi" }, limits: { cpu: 2, memory: "1.5Gi" } },
            livenessProbe: { httpGet: { path: "/", port: "http" }, initialDelaySeconds: 1 },
            securityContext: { runAsNonRoot: true, capabilities: { drop: ["ALL"] } },
            volumeMounts: [
              { name: "data", mountPath: "/data" },
              { name: "config", mountPath: "/config", readOnly: true },
            ],
          },
          { name: "side", image: "side:1", resources: {} },
        ],
        volumes: [
          { name: "data", emptyDir: {} },
          { name: "config", configMap: { name: "plain", items: [{ key: "a", path: "a" }] } },
          { name: "token", projected: { sources: [{ serviceAccountToken: { path: "token", expirationSeconds: 3600 } }] } },
        ],
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway", labelSelector: { matchLabels: { app: "web" } } },
        ],
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, podAffinityTerm: { topologyKey: "host", labelSelector: { matchLabels: { app: "web" } } } },
            ],
          },
        },
      },
      { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: "0%" } }, revisionHistoryLimit: 3 },
    ),
  },
  {
    title: "Deployment with empty containers' parts and an explicit null",
    object: deployment(
      "sparse",
      { containers: [{ name: "c", image: "c", env: [], ports: [], resources: {} }], hostNetwork: false },
      { paused: false, minReadySeconds: 0 },
    ),
  },
  {
    title: "Deployment with a status in Git",
    object: { ...deployment("status", { containers: [{ name: "c", image: "c" }] }), status: { replicas: 4 } },
  },
  {
    title: "Deployment as kubectl create --dry-run writes it, with nulls",
    object: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "nulls", creationTimestamp: null, labels: { app: "nulls" } },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: "nulls" } },
        strategy: {},
        template: {
          metadata: { creationTimestamp: null, labels: { app: "nulls" }, annotations: null },
          spec: {
            nodeSelector: null,
            tolerations: null,
            volumes: null,
            securityContext: null,
            containers: [{ name: "c", image: "c", resources: {}, env: null, command: null }],
          },
        },
      },
      status: {},
    },
    // A null may mean the default (securityContext) or nothing at all (emptyDir): the server has to say.
    needsDryRun: true,
  },
  {
    title: "ConfigMap whose metadata holds nulls",
    object: {
      ...configMap("null-metadata", { data: { a: "1" } }),
      metadata: { name: "null-metadata", labels: null, annotations: null, finalizers: null, ownerReferences: null },
    },
  },
  {
    title: "ConfigMap whose metadata holds empty values",
    object: {
      ...configMap("empty-metadata", { data: { a: "1" } }),
      metadata: { name: "empty-metadata", labels: {}, annotations: {}, finalizers: [], ownerReferences: [] },
    },
  },
  {
    title: "StatefulSet with a claim template",
    object: {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "db" },
      spec: {
        serviceName: "db",
        replicas: 0,
        selector: { matchLabels: { app: "db" } },
        template: { metadata: { labels: { app: "db" } }, spec: { containers: [{ name: "db", image: "db" }] } },
        volumeClaimTemplates: [
          { metadata: { name: "data" }, spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } },
        ],
      },
    },
  },
  {
    title: "CronJob",
    object: {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "nightly" },
      spec: {
        schedule: "0 3 * * *",
        suspend: true,
        jobTemplate: { spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "c" }] } } } },
      },
    },
  },
  {
    title: "Role",
    object: {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name: "reader:all" },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
    },
  },
  {
    title: "RoleBinding",
    object: {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "reader" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader:all" },
      subjects: [{ kind: "ServiceAccount", name: "default", namespace: "default" }],
    },
  },
  {
    title: "ServiceAccount",
    object: {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "robot" },
      imagePullSecrets: [{ name: "pull" }],
      automountServiceAccountToken: false,
    },
  },
  {
    title: "NetworkPolicy",
    object: {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "deny" },
      spec: {
        podSelector: {},
        policyTypes: ["Ingress"],
        ingress: [{ ports: [{ port: 80, protocol: "TCP" }], from: [{ podSelector: { matchLabels: { app: "web" } } }] }],
      },
    },
  },
  {
    title: "NetworkPolicy whose port leaves the protocol out",
    object: {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "open" },
      spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] },
    },
  },
  {
    title: "Ingress",
    object: {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: "web" },
      spec: {
        ingressClassName: "x",
        tls: [{ hosts: ["a.example"], secretName: "tls" }],
        rules: [
          {
            host: "a.example",
            http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } }] },
          },
        ],
      },
    },
  },
  {
    title: "HorizontalPodAutoscaler",
    object: {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "web" },
      spec: {
        minReplicas: 1,
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
        metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } }],
      },
    },
  },
  {
    title: "PodDisruptionBudget",
    object: {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web" },
      spec: { minAvailable: "50%", selector: { matchLabels: { app: "web" } } },
    },
  },
  {
    title: "PersistentVolumeClaim",
    object: {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], storageClassName: "none", resources: { requests: { storage: "1024Mi" } } },
    },
  },
  {
    title: "ResourceQuota",
    object: { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "q" }, spec: { hard: { pods: 100, "requests.cpu": "1000m" } } },
  },
  {
    title: "LimitRange",
    object: { apiVersion: "v1", kind: "LimitRange", metadata: { name: "l" }, spec: { limits: [{ type: "Container", max: { cpu: "4" } }] } },
    needsDryRun: true,
  },
  { title: "CustomResourceDefinition", object: CRD, clusterScoped: true },
  {
    title: "custom resource with every kind of field",
    object: gadget("all", {
      size: 1,
      ratio: 0.5,
      limit: "10%",
      tags: ["a", "<b>"],
      parts: [
        { name: "p", weight: 1 },
        { name: "p", side: "right" },
      ],
      selector: { matchLabels: { a: "b" } },
      anything: { known: { a: "1" }, free: { deep: [1, { b: 2 }], empty: {} } },
      rows: [{ x: 1 }],
    }),
  },
  {
    title: "custom resource with empty values",
    object: gadget("empty", { tags: [], parts: [], anything: {}, rows: [], limit: 5, maybe: null }),
  },
  { title: "custom resource without a spec, with a status in Git", object: gadget("bare", {}, { status: { phase: "Ready" } }) },
  {
    title: "PriorityClass",
    object: { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "fields-gitops-test" }, value: 10 },
    clusterScoped: true,
  },
];
