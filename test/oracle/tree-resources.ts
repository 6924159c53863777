import type { Choices } from "./choices.ts";
import { podSpec } from "./tree-pods.ts";
import { type Node, Written } from "./tree-text.ts";

type Map = { readonly [key: string]: Node | undefined };

/** A Kubernetes object of a generated tree. */
export interface GeneratedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly node: Map;
}

export const NAMES = ["web", "api", "db", "web-2"] as const;
const NAMESPACES = [undefined, undefined, undefined, "default", "shop", "ops"] as const;

/** Scalars that YAML reads in more than one way. */
const ODD = [
  "1.50",
  "0755",
  "0o17",
  "0x1F",
  "1_000",
  "true",
  "True",
  "~",
  "1e3",
  "2001-01-01",
  "yes",
  "off",
  "'on'",
  '"1"',
  "1:30",
  ".5",
  "-0.0",
  "12345678901234567890",
  "9007199254740993",

  '"a\\tb"',
  "'it''s'",
  '"\\u00e9\\U0001F600"',
  "+1",
  "null",
  "''",
  "5.",
  "0b11",
  "NaN",
] as const;

const ANNOTATIONS: readonly Map[] = [
  { note: "x" },
  {},
  { "config.kubernetes.io/local-config": "false", n: "1" },
  { note: "first\nsecond\n", "example.com/odd": "true" },
  { long: "a text that is longer than eighty columns, with some spaces in it, so that it is folded by the printer" },
  { "nginx.ingress.kubernetes.io/auth-secret": "web", "nginx.ingress.kubernetes.io/fastcgi-params-configmap": "web" },
  { note: "x: y", other: "- z", empty: "" },
];

function metadata(c: Choices, name: string, namespace: string | undefined): Map {
  return {
    name,
    namespace,
    labels: c.maybe(50, () => ({
      app: c.pick<Node>("web", "true", "1", "yes", "a b", new Written("1.0")),
      tier: c.maybe(20, () => "back"),
    })),
    annotations: c.maybe(35, () => (c.chance(12) ? { odd: new Written(c.of(ODD.slice(0, 10))) } : c.of(ANNOTATIONS))),
  };
}

const selector = { matchLabels: { app: "web" } };

function template(c: Choices): Map {
  return {
    metadata: c.pick<Map>({}, { labels: { app: "web" } }, { annotations: { checked: "1" }, labels: { app: "web", v: "2" } }),
    spec: podSpec(c),
  };
}

const name = (c: Choices): string => c.of(NAMES);
const replicas = (c: Choices): Node | undefined => c.pick<Node | undefined>(undefined, 1, 3);
const roleRef = (c: Choices, ...kinds: readonly [string, ...string[]]): Map => ({
  apiGroup: "rbac.authorization.k8s.io",
  kind: c.pick(...kinds),
  name: name(c),
});

function subjects(c: Choices): Node {
  const one = () => ({
    kind: c.chance(10) ? "User" : "ServiceAccount",
    name: c.pick(...NAMES, "default"),
    namespace: c.pick(undefined, "shop", "default"),
  });
  return c.chance(40) ? [one(), one()] : [one()];
}

const CONFIG_DATA: readonly Map[] = [
  { k: "v" },
  { k: "v", json: '{"a":{"b":1},"list":[1,"2"]}', multi: "a\nb\n" },
  { yaml: "a: 1\nlist:\n- name: x\n  v: 2\n# end\n", k: "v" },
  { k: "v", "pretty.json": '{\n  "a": {\n    "b": "c"\n  }\n}', url: "http://web:80/path" },
  { k: "", t: "tab\there\n", s: " leading\nline\n", w: "trailing \nspace" },
];

/** Looks like a Pod's, and names images that nothing pulls. */
const CRD_DEFAULT: Map = {
  containers: [
    { name: "main", image: "nginx:1.27" },
    { name: "side", image: "redis" },
  ],
};

const SPECS: Readonly<Record<string, readonly [apiVersion: string, weight: number, rest: (c: Choices) => Map]>> = {
  ConfigMap: [
    "v1",
    4,
    (c) => ({ data: c.of(CONFIG_DATA), binaryData: c.maybe(8, () => ({ b: "AAEC" })), immutable: c.maybe(5, () => true) }),
  ],
  Deployment: ["apps/v1", 8, (c) => ({ spec: { replicas: replicas(c), selector, template: template(c) } })],
  Service: [
    "v1",
    4,
    (c) => ({
      spec: {
        selector: c.pick(undefined, { app: "web" }),
        ports: c.pick<Node>([{ port: 80, targetPort: "http" }], [{ port: 80 }, { port: 80, protocol: "UDP" }, { port: 443, name: "tls" }]),
      },
    }),
  ],
  Secret: [
    "v1",
    3,
    (c) => ({
      type: c.pick(undefined, "Opaque", "kubernetes.io/tls"),
      stringData: c.pick(undefined, { k: "v" }),
      data: c.pick(undefined, { k: "dg==", z: "Yg==" }),
    }),
  ],
  StatefulSet: [
    "apps/v1",
    3,
    (c) => ({
      spec: {
        serviceName: name(c),
        replicas: replicas(c),
        selector,
        template: template(c),
        volumeClaimTemplates: c.maybe(50, () => [
          {
            metadata: { name: "data", labels: c.pick(undefined, { app: "web" }) },
            spec: { storageClassName: name(c), nfs: { server: "$(VAR_A)" } },
          },
        ]),
      },
    }),
  ],
  DaemonSet: ["apps/v1", 1, (c) => ({ spec: { selector, template: template(c) } })],
  ReplicaSet: ["apps/v1", 1, (c) => ({ spec: { replicas: replicas(c), selector, template: template(c) } })],
  ReplicationController: ["v1", 1, (c) => ({ spec: { replicas: replicas(c), selector: { app: "web" }, template: template(c) } })],
  Pod: ["v1", 2, (c) => ({ spec: podSpec(c) })],
  PodTemplate: ["v1", 1, (c) => ({ template: template(c) })],
  Job: ["batch/v1", 1, (c) => ({ spec: { selector: c.pick(undefined, selector), template: template(c) } })],
  CronJob: [
    "batch/v1",
    2,
    (c) => ({ spec: { schedule: "0 * * * *", jobTemplate: { spec: { selector: c.pick(undefined, selector), template: template(c) } } } }),
  ],
  ServiceAccount: [
    "v1",
    2,
    (c) => ({ imagePullSecrets: c.pick(undefined, [{ name: name(c) }]), secrets: c.pick(undefined, [{ name: name(c) }]) }),
  ],
  PersistentVolumeClaim: ["v1", 1, (c) => ({ spec: { accessModes: ["ReadWriteOnce"], storageClassName: name(c), volumeName: name(c) } })],
  PersistentVolume: [
    "v1",
    1,
    (c) => ({ spec: { storageClassName: name(c), azureFile: { secretName: name(c) }, nfs: { server: "$(VAR_A)" } } }),
  ],
  StorageClass: [
    "storage.k8s.io/v1",
    1,
    (c) => ({ provisioner: "x", parameters: c.pick<Map>({}, { secretName: name(c), adminSecretName: name(c) }) }),
  ],
  PriorityClass: ["scheduling.k8s.io/v1", 1, (c) => ({ value: c.pick(1, 1000000), globalDefault: false })],
  Namespace: ["v1", 1, () => ({})],
  Ingress: [
    "networking.k8s.io/v1",
    2,
    (c) => ({
      spec: {
        ingressClassName: c.pick(undefined, name(c)),
        defaultBackend: c.maybe(30, () => ({ service: { name: name(c), port: { number: 80 } } })),
        rules: [
          {
            host: c.pick("$(VAR_A).example", "a.example"),
            http: { paths: [{ path: "/", backend: { service: { name: name(c), port: { number: 80 } } } }] },
          },
        ],
        tls: [{ hosts: ["$(VAR_A).example"], secretName: name(c) }],
      },
    }),
  ],
  NetworkPolicy: [
    "networking.k8s.io/v1",
    1,
    () => ({
      spec: {
        podSelector: { matchLabels: { app: "web" } },
        ingress: [{ from: [{ podSelector: { matchLabels: { app: "db" } } }] }],
        egress: [{ to: [{ podSelector: {} }, { podSelector: { matchLabels: {} } }] }],
      },
    }),
  ],
  HorizontalPodAutoscaler: [
    "autoscaling/v2",
    2,
    (c) => ({
      spec: {
        scaleTargetRef: {
          apiVersion: "apps/v1",
          kind: c.pick("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"),
          name: name(c),
        },
        metrics: [{ type: "Resource" }],
      },
    }),
  ],
  PodDisruptionBudget: ["policy/v1", 1, (c) => ({ spec: { selector: c.pick<Node>({ matchLabels: { app: "web" } }, {}) } })],
  Role: [
    "rbac.authorization.k8s.io/v1",
    1,
    (c) => ({ rules: [{ resources: [c.pick("configmaps", "secrets")], resourceNames: [name(c), "other"], verbs: ["get"] }] }),
  ],
  RoleBinding: ["rbac.authorization.k8s.io/v1", 2, (c) => ({ roleRef: roleRef(c, "Role", "ClusterRole"), subjects: subjects(c) })],
  ClusterRole: [
    "rbac.authorization.k8s.io/v1",
    1,
    (c) => ({ rules: c.pick<Node>([], [{ resources: ["persistentvolumes"], resourceNames: [name(c)], verbs: ["get"] }]) }),
  ],
  ClusterRoleBinding: ["rbac.authorization.k8s.io/v1", 1, (c) => ({ roleRef: roleRef(c, "ClusterRole"), subjects: subjects(c) })],
  ValidatingWebhookConfiguration: [
    "admissionregistration.k8s.io/v1",
    1,
    (c) => ({ webhooks: [{ name: "a.example", clientConfig: { service: { name: name(c), namespace: c.pick("default", "shop") } } }] }),
  ],
  MutatingWebhookConfiguration: [
    "admissionregistration.k8s.io/v1",
    1,
    (c) => ({ webhooks: [{ name: "a.example", clientConfig: { service: { name: name(c), namespace: "shop" } } }, { name: "b.example" }] }),
  ],
  APIService: [
    "apiregistration.k8s.io/v1",
    1,
    (c) => ({ spec: { group: "example.com", service: { name: name(c), namespace: "default" } } }),
  ],
  ValidatingAdmissionPolicy: ["admissionregistration.k8s.io/v1", 1, () => ({ spec: { failurePolicy: "Fail" } })],
  ValidatingAdmissionPolicyBinding: ["admissionregistration.k8s.io/v1", 1, (c) => ({ spec: { policyName: name(c) } })],
  CustomResourceDefinition: [
    "apiextensions.k8s.io/v1",
    1,
    (c) => ({
      spec: {
        group: "example.com",
        names: { kind: "Widget" },
        conversion: c.maybe(50, () => ({ webhook: { clientConfig: { service: { name: name(c), namespace: "default" } } } })),
        versions: [{ schema: { openAPIV3Schema: { properties: { containers: { items: { image: "nginx" } } }, default: CRD_DEFAULT } } }],
      },
    }),
  ],
  Widget: [
    "example.com/v1",
    4,
    (c) => ({
      spec: {
        configName: name(c),
        secretName: c.maybe(30, () => name(c)),
        secret: c.maybe(30, () => ({ name: name(c) })),
        image: c.maybe(40, () => c.pick("nginx:1", "redis")),
        containers: c.maybe(30, () => [{ image: c.pick<Node>("nginx", "app:v1"), name: "main" }]),
        list: [{ name: "a", v: 1 }, { name: "b" }],
        plain: c.pick<Node>("text", new Written("text"), new Written("'text'"), "80"),
        words: c.pick<Node>(["x", "y"], "text", []),
        size: new Written(c.pick("1", "1.5", "true", "null", ...ODD)),
        nothing: c.maybe(10, () => null),
      },
    }),
  ],
};

const KINDS = Object.entries(SPECS).flatMap(([kind, [, weight]]) => Array.from({ length: weight }, () => kind));
const UNSPACED = [
  "Namespace",
  "ClusterRole",
  "ClusterRoleBinding",
  "StorageClass",
  "PersistentVolume",
  "PriorityClass",
  "CustomResourceDefinition",
];
UNSPACED.push(
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
  "APIService",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
);

/** Any object that real overlays have, and custom resources. */
export function generatedObject(c: Choices): GeneratedObject {
  const kind = c.of(KINDS);
  const [apiVersion, , rest] = SPECS[kind] ?? ["v1", 1, () => ({})];
  const own = kind === "Namespace" ? c.pick("shop", "ops") : kind === "CustomResourceDefinition" ? "widgets.example.com" : name(c);
  const namespace = UNSPACED.includes(kind) ? undefined : c.of(NAMESPACES);
  return { apiVersion, kind, name: own, namespace, node: { apiVersion, kind, metadata: metadata(c, own, namespace), ...rest(c) } };
}

/** Equal where kustomize would take two objects for one. */
export function identityOf({ apiVersion, kind, namespace, name: own }: GeneratedObject): string {
  return `${apiVersion} ${kind} ${namespace ?? "default"} ${own}`;
}

/** Whole documents that a printer of plain values would never write. */
export const ODD_DOCUMENTS: readonly string[] = [
  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: odd, labels: &l {app: web}, annotations: {<<: *l, more: 'x'}}\ndata:\n  folded: >-\n    one\n    two\n\n    three\n  kept: |+\n    a\n\n",
  "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: listed-1}, data: {a: b}}\n- apiVersion: v1\n  kind: Service\n  metadata: {name: listed-2}\n  spec: {ports: [{port: 1}]}\n",
  "# nothing but a comment\n",
  "apiVersion: v1\nkind: ConfigMapList\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: listed-3\n",
  'apiVersion: example.com/v1\nkind: Gadget\nmetadata:\n  name: gadget\nspec:\n  bin: !!binary aGVsbG8=\n  day: 2001-01-01\n  tagged: !!str 5\n  when: 2001-12-14t21:59:43.10-05:00\n  big: 0xFFFFFFFFFFFFFFFF\n  oct: 0o17\n  ? plain\n  : {a: [1, 2.50, ~]}\n  "quoted key": \'v\'\n  line: "a\\\n    b"\n  emoji: "\\U0001F600"\n',
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hidden\n  annotations:\n    config.kubernetes.io/local-config: "true"\ndata: {k: v}\n',
  'apiVersion: v1\nkind: Secret\nmetadata: {name: odd-secret}\nstringData:\n  multi: |\n    - a: 1\n      b: "x"\n  \'y\': "yes"\n',
];
