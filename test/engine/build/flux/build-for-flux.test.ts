import assert from "node:assert/strict";
import { test } from "node:test";
import { addCommonMetadata } from "../../../../src/engine/build/flux/add-metadata.ts";
import { buildForFlux, type FluxBuild } from "../../../../src/engine/build/flux/index.ts";
import { type JsonObject } from "../../../../src/engine/index.ts";
import { buildOptions } from "../../../support/kustomize-build.ts";
import { memoryTree } from "../../../support/memory-tree.ts";

const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const pod = (image: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: "${image}"}]}\n`;

async function built(files: Record<string, string>, changes: Partial<FluxBuild> = {}) {
  return await buildForFlux(memoryTree(files), { path: "app", overlay: {}, ignoreMissingComponents: false, ...changes }, buildOptions());
}

async function names(files: Record<string, string>, changes: Partial<FluxBuild> = {}): Promise<readonly string[]> {
  return (await built(files, changes)).manifests.map(({ id }) => (id.namespace === "" ? id.name : `${id.namespace}/${id.name}`));
}

test("a folder without a kustomization gives all YAML below it in the order in which Go walks folders, JSON not", async () => {
  const files = {
    "app/a/z.yaml": configMap("a-z"),
    "app/a.yaml": configMap("a"),
    "app/b/kustomization.yaml": "resources: [x.yaml]\nnamePrefix: b-\n",
    "app/b/x.yaml": configMap("x"),
    "app/b/not-listed.yaml": configMap("not-listed"),
    "app/c.yml": configMap("c"),
    "app/d.json": "{}",
  };
  assert.deepEqual(await names(files), ["a-z", "a", "b-x", "c"]);
});

test("an empty folder, and an empty kustomization, give nothing", async () => {
  assert.deepEqual(await names({ "app/readme.md": "x" }), []);
  assert.deepEqual(await names({ "app/kustomization.yaml": "" }), []);
});

test("a file that is no Kubernetes object is refused by name", async () => {
  await assert.rejects(built({ "app/values.yaml": "replicas: 3\n" }), { code: "BUILD_FAILED", message: /app\/values\.yaml/ });
});

test("fields of the delivery are laid over those of the file: texts replaced, lists continued, images merged", async () => {
  const files = {
    "app/kustomization.yaml": "resources: [pod.yaml]\nnamespace: own\nimages: [{name: nginx, newTag: '1', digest: 'sha256:0'}]\n",
    "app/pod.yaml": pod("nginx"),
  };
  const patches = [{ patch: "- {op: add, path: /metadata/labels, value: {patched: 'yes'}}", target: { kind: "Pod" } }];
  const overlay: JsonObject = { namespace: "shop", namePrefix: "a-", nameSuffix: "-z", patches, images: [{ name: "nginx", newTag: "2" }] };
  const { manifests } = await built(files, { overlay });
  assert.deepEqual(manifests[0]?.object, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { labels: { patched: "yes" }, name: "a-web-z", namespace: "shop" },
    spec: { containers: [{ image: "nginx:2", name: "web" }] },
  });
});

test("components that are missing are passed over only where the delivery says so, and must lie in the source", async () => {
  const files = {
    "app/a.yaml": configMap("a"),
    "part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -part\n",
  };
  const overlay = { components: ["../gone", "../part"] };
  assert.deepEqual(await names(files, { overlay, ignoreMissingComponents: true }), ["a-part"]);
  await assert.rejects(names(files, { overlay }), { code: "BUILD_FAILED" });
  await assert.rejects(names(files, { overlay: { components: ["https://host/x"] } }), { code: "BUILD_FAILED" });
});

test("an unknown field of the root kustomization is left out with a warning, one of a base is refused", async () => {
  const files = { "app/kustomization.yaml": "resources: [a.yaml]\nresourses: [b.yaml]\n", "app/a.yaml": configMap("a") };
  const { manifests, warnings } = await built(files);
  assert.equal(manifests.length, 1);
  assert.deepEqual(warnings, [
    {
      severity: "warning",
      file: "app/kustomization.yaml",
      message: 'unknown field "resourses": left out, as Flux does',
      hint: "did you mean resources?",
    },
  ]);
  await assert.rejects(names(files, { path: "" }), { code: "BUILD_FAILED" });
});

test("a path cannot leave the source, must be a folder, and is told where it is missing", async () => {
  const files = { "app/a.yaml": configMap("a") };
  assert.deepEqual(await names(files, { path: "./../../app/" }), ["a"]);
  await assert.rejects(names(files, { path: "app/a.yaml" }), { code: "PATH_NOT_FOUND" });
  await assert.rejects(names(files, { path: "gone" }), { code: "PATH_NOT_FOUND", message: /gone/ });
});

test("remote content is refused", async () => {
  await assert.rejects(names({ "app/kustomization.yaml": "resources: [https://host/x.yaml]\n" }), { code: "FEATURE_FORBIDDEN" });
});

test("common labels and annotations are set on the metadata of each object, over its own, and nowhere else", async () => {
  const template = { metadata: { labels: { app: "web" } } };
  const [manifest] = (await built({ "app/a.yaml": configMap("a") })).manifests;
  assert.ok(manifest !== undefined);
  const object = { ...manifest.object, metadata: { name: "a", labels: { team: "own", app: "web" } }, spec: { template } };
  const [changed] = addCommonMetadata([{ ...manifest, object }], { labels: { team: "shop" }, annotations: { note: "${kept}" } });
  assert.deepEqual(changed?.object["metadata"], { name: "a", labels: { team: "shop", app: "web" }, annotations: { note: "${kept}" } });
  assert.deepEqual(changed?.object["spec"], { template });
  assert.equal(manifest.object["metadata"] === changed?.object["metadata"], false);
  const odd = { ...manifest, object: { ...manifest.object, metadata: { name: "a", labels: ["x"] } } };
  assert.deepEqual(addCommonMetadata([odd], { labels: { team: "shop" }, annotations: {} })[0]?.object["metadata"], {
    name: "a",
    labels: ["x"],
  });
});
