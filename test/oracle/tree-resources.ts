import fc from "fast-check";

/** A Kubernetes object of a generated tree. */
export type GeneratedObject = { readonly kind: string; readonly metadata: { readonly name: string; readonly namespace?: string } } & Record<
  string,
  unknown
>;

const NAMES = ["web", "api", "db"] as const;
const NAMESPACES = [undefined, undefined, "default", "shop"] as const;
const IMAGES = ["nginx", "nginx:1.27", "registry.example/team/nginx:2", "redis@sha256:abc", "localhost:5000/app:v1", "busybox"] as const;

const name = fc.constantFrom(...NAMES);
const label = fc.constantFrom("web", "true", "1", "yes", "a b");
const image = fc.constantFrom(...IMAGES);

/** Everything that is left out of a record where it is undefined. */
function compact<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

const metadata = fc
  .record({
    name,
    namespace: fc.constantFrom(...NAMESPACES),
    labels: fc.option(fc.record({ app: label }), { nil: undefined }),
    annotations: fc.option(fc.constantFrom({}, { note: "x" }, { "config.kubernetes.io/local-config": "false", n: "1" }), {
      nil: undefined,
      freq: 1,
    }),
  })
  .map(compact);

const clusterMetadata = fc.record({ name });

const port = fc
  .record({
    containerPort: fc.constantFrom(80, 8080),
    protocol: fc.constantFrom(undefined, "TCP", "UDP"),
    name: fc.constantFrom(undefined, "http"),
  })
  .map(compact);

const env = fc.oneof(
  fc.record({ name: fc.constantFrom("A", "B", "C"), value: fc.constantFrom("1", "$(VAR_A)", "x-$(VAR_A)-$$(B)", "") }),
  fc.record({ name: fc.constantFrom("D", "E"), valueFrom: fc.record({ configMapKeyRef: fc.record({ name, key: fc.constant("k") }) }) }),
  fc.record({ name: fc.constantFrom("F"), valueFrom: fc.record({ secretKeyRef: fc.record({ name, key: fc.constant("k") }) }) }),
);

const container = fc
  .record({
    name: fc.constantFrom("main", "side"),
    image,
    env: fc.option(fc.uniqueArray(env, { maxLength: 3, selector: (one) => one.name }), { nil: undefined }),
    envFrom: fc.option(fc.array(fc.record({ configMapRef: fc.record({ name }) }), { maxLength: 2 }), { nil: undefined }),
    ports: fc.option(fc.array(port, { maxLength: 2 }), { nil: undefined }),
    args: fc.option(fc.array(fc.constantFrom("-v", "$(VAR_A)", "--x=$(VAR_B)"), { maxLength: 2 }), { nil: undefined }),
    volumeMounts: fc.option(fc.array(fc.record({ name: fc.constant("v"), mountPath: fc.constantFrom("/a", "/b") }), { maxLength: 2 }), {
      nil: undefined,
    }),
  })
  .map(compact);

const volume = fc.oneof(
  fc.record({ name: fc.constant("cm"), configMap: fc.record({ name }) }),
  fc.record({ name: fc.constant("sec"), secret: fc.record({ secretName: name }) }),
  fc.record({ name: fc.constant("claim"), persistentVolumeClaim: fc.record({ claimName: name }) }),
  fc.constant({ name: "tmp", emptyDir: {} }),
);

const podSpec = fc
  .record({
    containers: fc.uniqueArray(container, { minLength: 1, maxLength: 2, selector: (one) => one.name }),
    initContainers: fc.option(fc.array(container, { maxLength: 1 }), { nil: undefined }),
    volumes: fc.option(fc.uniqueArray(volume, { maxLength: 3, selector: (one) => one.name }), { nil: undefined }),
    serviceAccountName: fc.option(name, { nil: undefined }),
    imagePullSecrets: fc.option(fc.array(fc.record({ name }), { maxLength: 1 }), { nil: undefined }),
  })
  .map(compact);

const template = fc.record({ metadata: fc.constantFrom({}, { labels: { app: "web" } }), spec: podSpec });
const replicas = fc.constantFrom(undefined, 1, 3);

function object(
  apiVersion: string,
  kind: string,
  meta: fc.Arbitrary<object>,
  rest: Record<string, fc.Arbitrary<unknown>>,
): fc.Arbitrary<GeneratedObject> {
  return fc
    .record({ apiVersion: fc.constant(apiVersion), kind: fc.constant(kind), metadata: meta, ...rest })
    .map(compact) as fc.Arbitrary<GeneratedObject>;
}

const roleRef = (kind: string) => fc.record({ apiGroup: fc.constant("rbac.authorization.k8s.io"), kind: fc.constant(kind), name });
const subjects = fc.array(
  fc
    .record({
      kind: fc.constant("ServiceAccount"),
      name: fc.constantFrom(...NAMES, "default"),
      namespace: fc.constantFrom(undefined, "shop", "default"),
    })
    .map(compact),
  { minLength: 1, maxLength: 2 },
);

/** Any object that real overlays have, and custom resources. */
export const generatedObject: fc.Arbitrary<GeneratedObject> = fc.oneof(
  {
    arbitrary: object("apps/v1", "Deployment", metadata, {
      spec: fc.record({ replicas, selector: fc.constant({ matchLabels: { app: "web" } }), template }).map(compact),
    }),
    weight: 4,
  },
  {
    arbitrary: object("v1", "Service", metadata, {
      spec: fc
        .record({ selector: fc.constantFrom(undefined, { app: "web" }), ports: fc.constant([{ port: 80, targetPort: "http" }]) })
        .map(compact),
    }),
    weight: 3,
  },
  {
    arbitrary: object("v1", "ConfigMap", metadata, {
      data: fc.constantFrom({ k: "v" }, { k: "v", json: '{"a":{"b":1}}', multi: "a\nb\n" }),
    }),
    weight: 3,
  },
  {
    arbitrary: object("v1", "Secret", metadata, {
      stringData: fc.constantFrom(undefined, { k: "v" }),
      data: fc.constantFrom(undefined, { k: "dg==" }),
    }),
    weight: 2,
  },
  object("v1", "ServiceAccount", metadata, { imagePullSecrets: fc.constantFrom(undefined, [{ name: "web" }]) }),
  object("v1", "PersistentVolumeClaim", metadata, { spec: fc.constant({ accessModes: ["ReadWriteOnce"], storageClassName: "web" }) }),
  object("v1", "Namespace", fc.record({ name: fc.constantFrom("shop", "ops") }), {}),
  object("apps/v1", "StatefulSet", metadata, {
    spec: fc
      .record({
        serviceName: name,
        replicas,
        selector: fc.constant({ matchLabels: { app: "web" } }),
        template,
        volumeClaimTemplates: fc.constantFrom(undefined, [{ metadata: { name: "data" }, spec: { storageClassName: "web" } }]),
      })
      .map(compact),
  }),
  object("batch/v1", "CronJob", metadata, {
    spec: fc.record({ schedule: fc.constant("0 * * * *"), jobTemplate: fc.record({ spec: fc.record({ template }) }) }),
  }),
  object("batch/v1", "Job", metadata, { spec: fc.record({ template }) }),
  object("networking.k8s.io/v1", "Ingress", metadata, {
    spec: name.map((service) => ({
      rules: [
        { host: "$(VAR_A).example", http: { paths: [{ path: "/", backend: { service: { name: service, port: { number: 80 } } } }] } },
      ],
      tls: [{ secretName: service }],
    })),
  }),
  object("networking.k8s.io/v1", "NetworkPolicy", metadata, {
    spec: fc.constant({
      podSelector: { matchLabels: { app: "web" } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: "db" } } }] }],
    }),
  }),
  object("autoscaling/v2", "HorizontalPodAutoscaler", metadata, {
    spec: name.map((target) => ({ scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: target } })),
  }),
  object("policy/v1", "PodDisruptionBudget", metadata, { spec: fc.constant({ selector: { matchLabels: { app: "web" } } }) }),
  object("rbac.authorization.k8s.io/v1", "Role", metadata, {
    rules: name.map((one) => [{ resources: ["configmaps"], resourceNames: [one], verbs: ["get"] }]),
  }),
  object("rbac.authorization.k8s.io/v1", "RoleBinding", metadata, {
    roleRef: fc.constantFrom("Role", "ClusterRole").chain(roleRef),
    subjects,
  }),
  object("rbac.authorization.k8s.io/v1", "ClusterRole", clusterMetadata, { rules: fc.constant([]) }),
  object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", clusterMetadata, { roleRef: roleRef("ClusterRole"), subjects }),
  object("storage.k8s.io/v1", "StorageClass", clusterMetadata, { provisioner: fc.constant("x") }),
  object("example.com/v1", "Widget", metadata, {
    spec: fc.record({
      configName: name,
      containers: fc.array(fc.record({ image }), { maxLength: 1 }),
      list: fc.constant([{ name: "a" }, { name: "b" }]),
      size: fc.constantFrom(1, 1.5, true, null),
    }),
  }),
);
