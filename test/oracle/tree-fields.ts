import fc from "fast-check";
import type { GeneratedObject } from "./tree-resources.ts";

/** Fields of a generated kustomization, and the files that they name. */
export interface Generated {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly files: Readonly<Record<string, string>>;
}

type Field = fc.Arbitrary<Generated>;

function plain(name: string, value: fc.Arbitrary<unknown>): Field {
  return value.map((one) => ({ fields: { [name]: one }, files: {} }));
}

const pairs = fc.constantFrom<Record<string, string>>({ app: "shop" }, { team: "a", "example.com/tier": "true" }, { zone: "1" });

function idOf({ kind, metadata, apiVersion }: GeneratedObject): {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
} {
  const { name, namespace } = metadata;
  return { apiVersion: String(apiVersion), kind, metadata: namespace === undefined ? { name } : { name, namespace } };
}

const POD_CHANGES = [
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
  { containers: [{ name: "main", $patch: "delete" }] },
  { containers: [{ name: "main", ports: [{ containerPort: 80, name: "p" }] }], volumes: [{ name: "tmp", emptyDir: { medium: "Memory" } }] },
  { containers: [{ $patch: "replace" }, { name: "only", image: "x" }] },
  { initContainers: null, tolerations: [{ key: "a" }] },
  { containers: [{ name: "main", args: ["z"], volumeMounts: [{ name: "v", mountPath: "/a", readOnly: true }] }] },
] as const;

function mergePatch(target: GeneratedObject): fc.Arbitrary<object> {
  const id = idOf(target);
  const labels = fc.constantFrom<object>(
    { labels: { patched: "yes" } },
    { annotations: { p: null, q: "1" } },
    { labels: { app: "changed" } },
    { annotations: { team: "b", zone: "2" } },
    {},
  );
  const common = labels.map((more) => ({ ...id, metadata: { ...id.metadata, ...more } }));
  switch (target.kind) {
    case "Deployment":
    case "StatefulSet":
    case "Job":
      return fc
        .tuple(
          common,
          fc.constantFrom(...POD_CHANGES),
          fc.constantFrom({}, { replicas: 5 }, { strategy: { $retainKeys: ["type"], type: "Recreate" } }),
        )
        .map(([base, spec, more]) => ({ ...base, spec: { ...more, template: { spec } } }));
    case "Service":
      return fc
        .tuple(
          common,
          fc.constantFrom(
            { ports: [{ port: 80, nodePort: 1 }] },
            { ports: [{ port: 81, protocol: "UDP" }] },
            { selector: { $patch: "replace", x: "y" } },
          ),
        )
        .map(([base, spec]) => ({ ...base, spec }));
    case "ConfigMap":
      return fc
        .tuple(common, fc.constantFrom<object>({ k: "new" }, { k: null }, { $patch: "delete" }))
        .map(([base, data]) => ({ ...base, data }));
    case "Widget":
      return fc
        .tuple(common, fc.constantFrom<object>({ list: [{ name: "c" }] }, { size: null }, { deep: { er: [1] } }))
        .map(([base, spec]) => ({ ...base, spec }));
    default:
      return fc.tuple(common, fc.constantFrom({}, { $patch: "delete" })).map(([base, more]) => ({ ...base, ...more }));
  }
}

const OPERATIONS = [
  [{ op: "add", path: "/metadata/labels", value: { op: "x" } }],
  [{ op: "replace", path: "/metadata/name", value: "renamed" }],
  [
    { op: "add", path: "/spec", value: { a: [1] } },
    { op: "add", path: "/spec/a/-", value: 2 },
    { op: "move", from: "/spec/a/0", path: "/spec/b" },
  ],
  [{ op: "add", path: "/metadata/annotations/added", value: "x" }],
  [
    { op: "test", path: "/kind", value: "Deployment" },
    { op: "replace", path: "/spec/replicas", value: 2 },
  ],
  [
    { op: "copy", from: "/metadata/name", path: "/metadata/annotations" },
    { op: "remove", path: "/metadata/annotations" },
  ],
] as const;

const target = (one: GeneratedObject) =>
  fc.constantFrom<object>(
    { kind: one.kind, name: one.metadata.name },
    { kind: one.kind },
    { name: "w.*|db" },
    { kind: "Deploy.*|StatefulSet" },
    { labelSelector: "app=web" },
    { namespace: "shop" },
    { group: "apps", version: "v1" },
    { annotationSelector: "note" },
  );

function patchEntry(one: GeneratedObject): fc.Arbitrary<object> {
  const fitting = OPERATIONS.filter(([first]) => first.op !== "test");
  const operations = fc.constantFrom(...fitting).map((list) => JSON.stringify(list));
  return fc.oneof(
    mergePatch(one).map((patch) => ({ patch: JSON.stringify(patch) })),
    fc.tuple(mergePatch(one), target(one)).map(([patch, select]) => ({ patch: JSON.stringify(patch), target: select })),
    fc.tuple(operations, target(one)).map(([patch, select]) => ({ patch, target: select })),
    fc.tuple(mergePatch(one), target(one)).map(([patch, select]) => ({
      patch: JSON.stringify({ ...patch, metadata: { name: "changed" } }),
      target: select,
      options: { allowNameChange: true },
    })),
  );
}

function generatorEntry(names: readonly string[], behaviors: readonly (string | undefined)[]): fc.Arbitrary<object> {
  const options = fc.option(fc.record({ disableNameSuffixHash: fc.boolean(), immutable: fc.boolean(), labels: pairs }), { nil: undefined });
  return fc
    .record({
      name: fc.constantFrom(...names),
      behavior: fc.constantFrom(...behaviors),
      literals: fc.constantFrom(["k=v"], ["a=1", "b='two'"], ['q="x y"', "html=<&>"]),
      files: fc.constantFrom(undefined, ["data.txt"], ["key=data.txt"], ["data.bin"]),
      envs: fc.constantFrom(undefined, ["data.env"]),
      options,
    })
    .map((entry) => Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)));
}

const DATA_FILES = { "data.txt": "line one\nline two\n", "data.bin": "plain €\t", "data.env": "# c\nFOO=bar\nEMPTY\nX = y # z\n" };

const replacementOptions = fc.constantFrom<object>(
  {},
  {},
  { options: { create: true } },
  { options: { delimiter: "-", index: 1 } },
  { options: { delimiter: "/", index: -1 } },
);
const PATHS: Readonly<Record<string, readonly string[]>> = {
  Deployment: [
    "spec.template.spec.containers.*.image",
    "spec.template.spec.containers.0.name",
    "spec.selector.matchLabels.app",
    "spec.template.spec.containers.[image=.*].image",
  ],
  ConfigMap: ["data.k"],
  Ingress: ["spec.rules.0.host", "spec.rules.*.http.paths.0.path"],
  Widget: ["spec.configName", "spec.list.[name=a].name", "spec.list.1"],
};

/** A path that is there, or is made, and the options that go with it. */
function replacedField({ kind }: GeneratedObject): fc.Arbitrary<object> {
  const made = fc
    .constantFrom("metadata.annotations.note", "metadata.labels.app", "spec.made.here")
    .map((path) => ({ fieldPaths: [path], options: { create: true } }));
  const there = fc
    .tuple(fc.constantFrom(...(PATHS[kind] ?? ["metadata.name"])), replacementOptions)
    .map(([path, options]) => ({ fieldPaths: [path], ...options }));
  return fc.oneof(made, there);
}

function replacementEntry(one: GeneratedObject): fc.Arbitrary<object> {
  const source = fc.oneof(
    fc.record({
      source: fc.constantFrom("metadata.name", "kind").map((path) => ({ kind: one.kind, name: one.metadata.name, fieldPath: path })),
    }),
    fc.constantFrom({ sourceValue: "five" }, { sourceValue: "a-b" }),
  );
  const targets = fc.array(
    replacedField(one).map((field) => ({ select: { kind: one.kind, name: one.metadata.name }, ...field })),
    { minLength: 1, maxLength: 2 },
  );
  return fc.tuple(source, targets).map(([from, to]) => ({ ...from, targets: to }));
}

function variableFields(name: string, one: GeneratedObject): Field {
  const { apiVersion, kind, metadata } = idOf(one);
  return fc.constant({ fields: { vars: [{ name, objref: { apiVersion, kind, ...metadata } }] }, files: {} });
}

const CONFIGURATION = {
  nameReference: [{ kind: "ConfigMap", fieldSpecs: [{ kind: "Widget", path: "spec/configName" }] }],
  commonLabels: [{ kind: "Widget", path: "spec/labels", create: true }],
  images: [{ kind: "Widget", path: "spec/image" }],
};

const TRANSFORMERS = [
  { apiVersion: "builtin", kind: "PrefixTransformer", metadata: { name: "p" }, prefix: "tr-", fieldSpecs: [{ path: "metadata/name" }] },
  {
    apiVersion: "builtin",
    kind: "LabelTransformer",
    metadata: { name: "l" },
    labels: { lt: "1" },
    fieldSpecs: [{ path: "metadata/labels", create: true }],
  },
  {
    apiVersion: "builtin",
    kind: "NamespaceTransformer",
    metadata: { name: "n", namespace: "moved" },
    unsetOnly: true,
    setRoleBindingSubjects: "allServiceAccounts",
    fieldSpecs: [],
  },
  {
    apiVersion: "builtin",
    kind: "AnnotationsTransformer",
    metadata: { name: "a" },
    annotations: { at: "1" },
    fieldSpecs: [{ path: "metadata/annotations", create: true }],
  },
  {
    apiVersion: "builtin",
    kind: "ImageTagTransformer",
    metadata: { name: "i" },
    imageTag: { name: "nginx", newTag: "t" },
    fieldSpecs: [{ path: "spec/image" }],
  },
] as const;

/**
 * Every field of a kustomization that changes what is there.
 *
 * @param objects those that it sees, by their first names.
 * @param generated `KIND NAME` of what a base generates.
 * @param own a name that nothing else has.
 */
export function fieldsFor(objects: readonly GeneratedObject[], generated: readonly string[], own: string): Readonly<Record<string, Field>> {
  const some = fc.constantFrom(...objects);
  const several = (entry: fc.Arbitrary<unknown>) => fc.array(entry, { minLength: 1, maxLength: 2 });
  const label = fc.record({ pairs, includeSelectors: fc.boolean(), includeTemplates: fc.boolean() });
  const image = fc.constantFrom(
    { name: "nginx", newTag: "9" },
    { name: "redis", newName: "cache", digest: "sha256:def" },
    { name: ".*/nginx", newName: "mirror/nginx" },
    { name: "busybox", tagSuffix: "-s" },
  );
  const generators = (field: string, kind: string, own: string): Field => {
    const named = objects
      .filter((one) => one.kind === kind && (one.metadata.namespace ?? "default") === "default")
      .map((one) => one.metadata.name);
    const known = [...named, ...generated.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length + 1))];
    const fresh = generatorEntry([own], [undefined, "create"]);
    const entry = known.length === 0 ? fresh : fc.oneof(fresh, generatorEntry(known, ["merge", "replace"]));
    return fc
      .uniqueArray(entry, { minLength: 1, maxLength: 2, selector: (one) => JSON.stringify(one).slice(0, 12) })
      .map((entries) => ({ fields: { [field]: entries }, files: DATA_FILES }));
  };
  const scaled = [
    ...new Set(objects.filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet").map((one) => one.metadata.name)),
  ];
  return {
    namespace: plain("namespace", fc.constantFrom("shop", "prod")),
    namePrefix: plain("namePrefix", fc.constantFrom("dev-", "p-")),
    nameSuffix: plain("nameSuffix", fc.constantFrom("-v1", "-x")),
    labels: plain("labels", several(label)),
    commonLabels: plain("commonLabels", pairs),
    commonAnnotations: plain("commonAnnotations", pairs),
    images: plain("images", several(image)),
    ...(scaled.length === 0
      ? {}
      : {
          replicas: plain(
            "replicas",
            fc.constantFrom(...scaled).map((name) => [{ name, count: 7 }]),
          ),
        }),
    patches: plain("patches", several(some.chain(patchEntry))),
    patchFile: some
      .chain(mergePatch)
      .map((patch) => ({ fields: { patches: [{ path: "patch.yaml" }] }, files: { "patch.yaml": JSON.stringify(patch) } })),
    patchesStrategicMerge: plain(
      "patchesStrategicMerge",
      some.chain(mergePatch).map((patch) => [`${JSON.stringify(patch)}\n`]),
    ),
    patchesJson6902: plain(
      "patchesJson6902",
      fc
        .tuple(some, fc.constantFrom(...OPERATIONS.slice(1, 3)))
        .map(([one, list]) => [{ target: { version: "v1", kind: one.kind, name: one.metadata.name }, patch: JSON.stringify(list) }]),
    ),
    configMapGenerator: generators("configMapGenerator", "ConfigMap", own),
    secretGenerator: generators("secretGenerator", "Secret", own),
    generatorOptions: plain("generatorOptions", fc.record({ disableNameSuffixHash: fc.boolean(), annotations: pairs })),
    replacements: plain("replacements", several(some.chain(replacementEntry))),
    vars: some.chain((one) => variableFields(own === "own-base" ? "VAR_A" : `VAR_B${own === "own-overlay" ? "" : own}`, one)),
    configurations: fc.constant({
      fields: { configurations: ["configuration.yaml"] },
      files: { "configuration.yaml": JSON.stringify(CONFIGURATION) },
    }),
    transformers: plain(
      "transformers",
      fc.constantFrom(...TRANSFORMERS).map((one) => [JSON.stringify(one)]),
    ),
    sortOptions: plain(
      "sortOptions",
      fc.constantFrom(
        { order: "fifo" },
        { order: "legacy" },
        { order: "legacy", legacySortOptions: { orderFirst: ["Service", "Deployment"], orderLast: ["Namespace"] } },
      ),
    ),
    buildMetadata: plain("buildMetadata", fc.subarray(["originAnnotations", "transformerAnnotations", "managedByLabel"], { minLength: 1 })),
  };
}
