import type { Choices } from "./choices.ts";
import type { Node } from "./tree-text.ts";

type Map = { readonly [key: string]: Node | undefined };

const IMAGES = [
  "nginx",
  "nginx:1.27",
  "registry.example/team/nginx:2",
  "redis@sha256:abc",
  "localhost:5000/app:v1",
  "busybox",
  "redis:6@sha256:def",
] as const;
const NAMES = ["web", "api", "db", "web-2"] as const;

const name = (c: Choices): string => c.of(NAMES);

function env(c: Choices): Node {
  const one: readonly Map[] = [
    { name: "A", value: c.pick("1", "$(VAR_A)", "x-$(VAR_A)-$$(B)", "$(VAR_N)", "", "$(VAR_N)") },
    { name: "B", value: "b" },
    { name: "D", valueFrom: { configMapKeyRef: { name: name(c), key: "k" } } },
    { name: "F", valueFrom: { secretKeyRef: { name: name(c), key: "k" } } },
  ];
  return c.some(one, 3);
}

function container(c: Choices, own: string): Map {
  return {
    name: own,
    image: c.of(IMAGES),
    env: c.maybe(45, () => env(c)),
    envFrom: c.maybe(25, () => [{ configMapRef: { name: name(c) } }, ...(c.chance(40) ? [{ secretRef: { name: name(c) } }] : [])]),
    ports: c.maybe(40, () =>
      c.some<Map>(
        [{ containerPort: 80 }, { containerPort: 80, protocol: "UDP" }, { containerPort: 8080, name: "http", protocol: "TCP" }],
        3,
      ),
    ),
    args: c.maybe(20, () => c.some(["-v", "$(VAR_A)", "--x=$(VAR_B)"], 3)),
    command: c.maybe(10, () => ["run", "$(VAR_B)"]),
    volumeMounts: c.maybe(25, () =>
      c.some<Map>(
        [
          { name: "v", mountPath: "/a" },
          { name: "v", mountPath: "$(VAR_A)/b" },
        ],
        2,
      ),
    ),
    volumeDevices: c.maybe(5, () => [{ name: "v", devicePath: "/dev/a" }]),
    resources: c.maybe(15, () => ({ limits: { cpu: c.pick<Node>("1", 1, 0.5), memory: "1Gi" } })),
  };
}

function volumes(c: Choices): Node {
  const all: readonly Map[] = [
    { name: "cm", configMap: { name: name(c), items: [{ key: "k", path: "p" }] } },
    { name: "sec", secret: { secretName: name(c) } },
    { name: "claim", persistentVolumeClaim: { claimName: name(c) } },
    { name: "tmp", emptyDir: {} },
    { name: "all", projected: { sources: [{ configMap: { name: name(c) } }, { secret: { name: name(c) } }] } },
    { name: "img", image: { reference: c.of(IMAGES) } },
    { name: "net", nfs: { server: "$(VAR_A)", path: "/" } },
  ];
  return c.some(all, 4);
}

const AFFINITY: readonly Map[] = [
  {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, podAffinityTerm: { labelSelector: { matchLabels: { app: "web" } }, topologyKey: "zone" } },
      ],
    },
  },
  { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels: { app: "web" } } }] } },
  { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [] }] } } },
];

/** The pod that a workload runs, with every field that transformers know or patches merge by key. */
export function podSpec(c: Choices): Map {
  return {
    containers: [container(c, "main"), ...(c.chance(30) ? [container(c, "side")] : [])],
    initContainers: c.maybe(15, () => [container(c, "init")]),
    ephemeralContainers: c.maybe(3, () => [{ name: "debug", image: "busybox" }]),
    volumes: c.maybe(40, () => volumes(c)),
    serviceAccountName: c.maybe(25, () => name(c)),
    priorityClassName: c.maybe(8, () => name(c)),
    imagePullSecrets: c.maybe(15, () => [{ name: name(c) }]),
    hostAliases: c.maybe(8, () => [
      { ip: "10.0.0.1", hostnames: ["a"] },
      { ip: "10.0.0.2", hostnames: ["b"] },
    ]),
    tolerations: c.maybe(8, () => [{ key: "a", operator: "Exists" }]),
    topologySpreadConstraints: c.maybe(8, () => [
      { topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule", maxSkew: 1, labelSelector: { matchLabels: { app: "web" } } },
      { topologyKey: "host", whenUnsatisfiable: "ScheduleAnyway", maxSkew: 2 },
    ]),
    affinity: c.maybe(10, () => c.of(AFFINITY)),
  };
}

/** What a patch may say about a pod: every style of merging a list, and every directive. */
const CHANGES: readonly Map[] = [
  {
    containers: [
      {
        name: "main",
        env: [
          { name: "NEW", value: "1" },
          { name: "A", value: "2" },
        ],
      },
    ],
  },
  { containers: [{ name: "new", image: "busybox:1" }] },
  {
    containers: [
      { name: "main", $patch: "delete" },
      { name: "kept", image: "x" },
    ],
  },
  { containers: [{ name: "main", ports: [{ containerPort: 80, name: "p" }] }], volumes: [{ name: "tmp", emptyDir: { medium: "Memory" } }] },
  {
    containers: [
      {
        name: "main",
        ports: [
          { containerPort: 80, protocol: "UDP" },
          { containerPort: 9, protocol: "TCP" },
        ],
      },
    ],
  },
  { containers: [{ $patch: "replace" }, { name: "only", image: "x" }] },
  { initContainers: null, tolerations: [{ key: "a" }] },
  {
    initContainers: [
      { name: "init", image: "redis:9" },
      { name: "first", image: "x" },
    ],
  },
  { containers: [{ name: "main", args: ["z"], command: [], volumeMounts: [{ name: "v", mountPath: "/a", readOnly: true }] }] },
  { containers: [{ name: "main", resources: { limits: { cpu: 2 } }, volumeDevices: [{ name: "w", devicePath: "/dev/a" }] }] },
  {
    volumes: [
      { name: "cm", configMap: { $patch: "replace", name: "other" } },
      { name: "tmp", $patch: "delete" },
    ],
  },
  { volumes: [{ $patch: "delete" }], affinity: { $patch: "delete" } },
  { hostAliases: [{ ip: "10.0.0.2", hostnames: ["c"] }], imagePullSecrets: [{ name: "more" }] },
  {
    topologySpreadConstraints: [
      { topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule", maxSkew: 3 },
      { topologyKey: "rack", whenUnsatisfiable: "DoNotSchedule" },
    ],
  },
  { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5 }] } }, serviceAccountName: "api" },
  {
    containers: [
      {
        name: "main",
        env: [
          { name: "D", $patch: "delete" },
          { name: "F", value: "now", valueFrom: null },
        ],
      },
    ],
  },
  { containers: [{ name: "main", envFrom: [{ configMapRef: { name: "api" } }] }], $setElementOrder: [{ name: "main" }] },
];

/** A change of a pod by a strategic merge patch. */
export function podChange(c: Choices): Map {
  return c.chance(20) ? Object.assign({}, c.of(CHANGES), c.of(CHANGES)) : c.of(CHANGES);
}
