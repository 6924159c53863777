import { fluxPlaneOrSkip } from "../support/flux-controllers.ts";
import { corePath, exists, make, mapFile, outcomeRow, testRows, valueRow, type FieldRow, type Place } from "../support/flux-fields.ts";

// Each row is one field of what a Kustomization builds: everything else stays as it is, and what is delivered changes.

const role = ({ id, namespace }: Place): string =>
  JSON.stringify({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: id, namespace, labels: { pick: "yes" }, annotations: { pick: "yes", patched: "no" } },
    rules: [],
  });

const SELECTED: readonly (readonly [field: string, other: string, own: (place: Place) => string])[] = [
  ["spec.patches[].target.group", "apps", () => "rbac.authorization.k8s.io"],
  ["spec.patches[].target.version", "v2", () => "v1"],
  ["spec.patches[].target.kind", "ConfigMap", () => "Role"],
  ["spec.patches[].target.name", "nobody", ({ id }) => id],
  ["spec.patches[].target.namespace", "nowhere", ({ namespace }) => namespace],
  ["spec.patches[].target.labelSelector", "pick=no", () => "pick=yes"],
  ["spec.patches[].target.annotationSelector", "pick=no", () => "pick=yes"],
];

const selectorRows = SELECTED.map(([field, other, own]) => (place: Place): FieldRow => {
  const leaf = field.slice(field.lastIndexOf(".") + 1);
  const patch = '[{"op":"replace","path":"/metadata/annotations/patched","value":"yes"}]';
  return {
    field,
    files: { "role.yaml": role(place) },
    first: { patches: [{ patch, target: { [leaf]: other } }] },
    second: { patches: [{ patch, target: { [leaf]: own(place) } }] },
    look: async ({ live }) =>
      (await live(`/apis/rbac.authorization.k8s.io/v1/namespaces/${place.namespace}/roles/${place.id}`))?.metadata.annotations?.["patched"],
    sees: ["no", "yes"],
  };
});

const web = ({ id, namespace }: Place): string => {
  const template = { metadata: { labels: { app: id } }, spec: { containers: [{ name: "web", image: "web:1" }] } };
  const spec = { replicas: 0, selector: { matchLabels: { app: id } }, template };
  return JSON.stringify({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: id, namespace }, spec });
};
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const IMAGES: readonly (readonly [field: string, first: object, second: object, sees: readonly [string, string]])[] = [
  ["spec.images[].name", { name: "other", newTag: "2" }, { name: "web", newTag: "2" }, ["web:1", "web:2"]],
  ["spec.images[].newName", { name: "web", newName: "a" }, { name: "web", newName: "b" }, ["a:1", "b:1"]],
  ["spec.images[].newTag", { name: "web", newTag: "2" }, { name: "web", newTag: "3" }, ["web:2", "web:3"]],
  [
    "spec.images[].digest",
    { name: "web", digest: digest("a") },
    { name: "web", digest: digest("b") },
    [`web@${digest("a")}`, `web@${digest("b")}`],
  ],
];
const imageRows = IMAGES.map(([field, first, second, sees]) => (place: Place): FieldRow => ({
  field,
  files: { "web.yaml": web(place) },
  first: { images: [first] },
  second: { images: [second] },
  look: async ({ live }) =>
    (await live(`/apis/apps/v1/namespaces/${place.namespace}/deployments/${place.id}`))?.spec?.template.spec.containers[0]?.image,
  sees,
}));

const ROWS: readonly ((place: Place) => FieldRow)[] = [
  ({ id, namespace, other }) => ({
    field: "spec.targetNamespace",
    files: { "map.yaml": mapFile(id, {}) },
    second: { targetNamespace: other },
    look: (seen) => exists(seen, corePath(namespace, "configmaps", id), corePath(other, "configmaps", id)),
    sees: [
      [true, false],
      [false, true],
    ],
  }),
  ({ id, namespace }) => ({
    field: "spec.namePrefix",
    files: { "map.yaml": mapFile(id, {}) },
    first: { namePrefix: "a-" },
    second: { namePrefix: "b-" },
    look: (seen) => exists(seen, corePath(namespace, "configmaps", `a-${id}`), corePath(namespace, "configmaps", `b-${id}`)),
    sees: [
      [true, false],
      [false, true],
    ],
  }),
  ({ id, namespace }) => ({
    field: "spec.nameSuffix",
    files: { "map.yaml": mapFile(id, {}) },
    first: { nameSuffix: "-a" },
    second: { nameSuffix: "-b" },
    look: (seen) => exists(seen, corePath(namespace, "configmaps", `${id}-a`), corePath(namespace, "configmaps", `${id}-b`)),
    sees: [
      [true, false],
      [false, true],
    ],
  }),
  (place) => {
    const patch = (v: string): string => JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: place.id }, data: { v } });
    return valueRow(place, {
      field: "spec.patches[].patch",
      first: { patches: [{ patch: patch("one") }] },
      second: { patches: [{ patch: patch("two") }] },
      sees: ["one", "two"],
    });
  },
  ...selectorRows,
  ...imageRows,
  ({ id, namespace }) => ({
    field: "spec.components[]",
    files: { "map.yaml": mapFile(id, {}) },
    first: { components: ["../component-a"] },
    second: { components: ["../component-b"] },
    look: async ({ live }) => (await live(corePath(namespace, "configmaps", id)))?.metadata.annotations?.["component"],
    sees: ["a", "b"],
  }),
  (place) =>
    outcomeRow(place, {
      field: "spec.ignoreMissingComponents",
      first: { components: ["../absent"], ignoreMissingComponents: false },
      second: { ignoreMissingComponents: true },
      sees: [/^failed: .*\.\.\/absent/, "ready"],
    }),
  ({ id, namespace }) => ({
    field: "spec.buildMetadata[]",
    files: { "map.yaml": mapFile(id, {}) },
    second: { buildMetadata: ["originAnnotations"] },
    look: async ({ live }) =>
      (await live(corePath(namespace, "configmaps", id)))?.metadata.annotations?.["config.kubernetes.io/origin"]?.trim(),
    sees: [undefined, "path: map.yaml"],
  }),
  ({ id, namespace }) => ({
    field: "spec.commonMetadata.labels.*",
    files: { "map.yaml": mapFile(id, {}) },
    first: { commonMetadata: { labels: { team: "a" } } },
    second: { commonMetadata: { labels: { team: "b" } } },
    look: async ({ live }) => (await live(corePath(namespace, "configmaps", id)))?.metadata.labels?.["team"],
    sees: ["a", "b"],
  }),
  ({ id, namespace }) => ({
    field: "spec.commonMetadata.annotations.*",
    files: { "map.yaml": mapFile(id, {}) },
    first: { commonMetadata: { annotations: { team: "a" } } },
    second: { commonMetadata: { annotations: { team: "b" } } },
    look: async ({ live }) => (await live(corePath(namespace, "configmaps", id)))?.metadata.annotations?.["team"],
    sees: ["a", "b"],
  }),
  (place) =>
    valueRow(place, {
      field: "spec.postBuild.substitute.*",
      first: { postBuild: { substitute: { W: "one" } } },
      second: { postBuild: { substitute: { W: "two" } } },
      sees: ["one", "two"],
    }),
  (place) =>
    valueRow(place, {
      field: "spec.postBuild.substituteFrom[].kind",
      first: { postBuild: { substituteFrom: [{ kind: "ConfigMap", name: "words" }] } },
      second: { postBuild: { substituteFrom: [{ kind: "Secret", name: "words" }] } },
      sees: ["from the map", "from the Secret"],
    }),
  (place) =>
    valueRow(place, {
      field: "spec.postBuild.substituteFrom[].name",
      first: { postBuild: { substituteFrom: [{ kind: "ConfigMap", name: "words" }] } },
      second: { postBuild: { substituteFrom: [{ kind: "ConfigMap", name: "more-words" }] } },
      sees: ["from the map", "from another"],
    }),
  (place) =>
    valueRow(place, {
      field: "spec.postBuild.substituteFrom[] in another order",
      first: {
        postBuild: {
          substituteFrom: [
            { kind: "ConfigMap", name: "words" },
            { kind: "ConfigMap", name: "more-words" },
          ],
        },
      },
      second: {
        postBuild: {
          substituteFrom: [
            { kind: "ConfigMap", name: "more-words" },
            { kind: "ConfigMap", name: "words" },
          ],
        },
      },
      sees: ["from another", "from the map"],
    }),
  (place) =>
    outcomeRow(place, {
      field: "spec.postBuild.substituteFrom[].optional",
      first: { postBuild: { substituteFrom: [{ kind: "ConfigMap", name: "absent", optional: false }] } },
      second: { postBuild: { substituteFrom: [{ kind: "ConfigMap", name: "absent", optional: true }] } },
      sees: [/^failed: the ConfigMap \S+\/absent is not there/, "ready"],
    }),
  (place) =>
    valueRow(place, {
      field: "spec.postBuild.substituteStrategy",
      first: { postBuild: { substituteStrategy: "WithVariables" } },
      second: { postBuild: { substituteStrategy: "Always" } },
      sees: ["${W:=d}", "d"],
    }),
];

const component = (name: string): string =>
  JSON.stringify({ apiVersion: "kustomize.config.k8s.io/v1alpha1", kind: "Component", commonAnnotations: { component: name } });

testRows(await fluxPlaneOrSkip("without controllers"), "Kustomization", ROWS, {
  files: { "component-a/kustomization.yaml": component("a"), "component-b/kustomization.yaml": component("b") },
  async prepare(plane, { namespace }) {
    const core = `/api/v1/namespaces/${namespace}`;
    await make(plane, `${core}/configmaps`, { metadata: { name: "words" }, data: { W: "from the map" } });
    await make(plane, `${core}/configmaps`, { metadata: { name: "more-words" }, data: { W: "from another" } });
    await make(plane, `${core}/secrets`, { metadata: { name: "words" }, stringData: { W: "from the Secret" } });
  },
});
