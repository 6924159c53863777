import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { addCommonMetadata } from "../../src/engine/build/flux/add-metadata.ts";
import { buildForFlux } from "../../src/engine/build/flux/index.ts";
import { substituteManifests } from "../../src/engine/build/substitute/substitute-manifests.ts";
import { GitOpsError, printManifests, type JsonObject } from "../../src/engine/index.ts";
import { skipWithoutFluxOracle as skip, startFluxOracle, type FluxOracle } from "../support/flux-oracle.ts";
import { writeFiles } from "../support/git-server.ts";
import { buildOptions } from "../support/kustomize-build.ts";
import { memoryTree } from "../support/memory-tree.ts";
import { type GeneratedTree, generatedTree, ROOT } from "./generated-tree.ts";

const seed = Number(process.env["GITOPS_SEED"] ?? 20_260_401);
const count = Number(process.env["GITOPS_TREES"] ?? 80);
const work = mkdtempSync(join(tmpdir(), "flux-trees-"));
let oracle: FluxOracle;
before(() => {
  if (skip === false) oracle = startFluxOracle();
});
after(() => {
  oracle?.close();
  rmSync(work, { recursive: true, force: true });
});

interface Delivery {
  readonly path: string;
  readonly overlay: JsonObject;
  readonly ignoreMissingComponents: boolean;
  readonly variables: Readonly<Record<string, string>> | undefined;
  readonly always: boolean;
  readonly strict: boolean;
}

/** The same delivery in the words of a Kustomization. */
function kustomizationOf({ path, overlay, ignoreMissingComponents, variables, always }: Delivery): object {
  const { namespace, ...fields } = overlay;
  const postBuild =
    variables === undefined ? undefined : { substitute: variables, substituteStrategy: always ? "Always" : "WithVariables" };
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name: "shop", namespace: "team" },
    spec: { path, ignoreMissingComponents, ...fields, targetNamespace: namespace, postBuild },
  };
}

type Files = Readonly<Record<string, string>>;

/** What we build, or undefined where we refuse; anything but a refusal is thrown on. */
async function ours(files: Files, delivery: Delivery): Promise<string | undefined> {
  try {
    const { manifests } = await buildForFlux(memoryTree(files), delivery, buildOptions());
    const { variables, always, strict } = delivery;
    const substituted =
      variables === undefined
        ? manifests
        : substituteManifests(manifests, { values: variables, from: [], always, strict }, buildOptions().budget);
    return printManifests(addCommonMetadata(substituted, { labels: {}, annotations: {} }).map(({ object }) => object));
  } catch (error) {
    if (error instanceof GitOpsError) return undefined;
    throw error;
  }
}

/** The original's variables round integers beyond 2^53, which here stay exact. */
function rounded(text: string | undefined): string | undefined {
  return text?.replace(/(?<=[:-] )-?(?:\d{16,}|\d\.\d+e\+\d+)$/gm, (number) => String(Number(number)));
}

let folders = 0;

async function original(files: Files, delivery: Delivery): Promise<{ readonly text: string | undefined; readonly error: string }> {
  const root = join(work, String(folders++));
  await writeFiles(root, files);
  const answer = await oracle.build({ root, kustomization: kustomizationOf(delivery), strict: delivery.strict });
  await rm(root, { recursive: true });
  // The controller's own label is no valid one.
  const text = answer.error === undefined ? answer.result.replaceAll("kustomize-(devel)", "kustomize-v5.8.2") : undefined;
  return answer.error === undefined ? { text, error: "" } : { text: undefined, error: answer.error };
}

async function assertSame(files: Files, delivery: Delivery): Promise<boolean> {
  const [expected, actual] = [await original(files, delivery), await ours(files, delivery)];
  assert.equal(rounded(actual), rounded(expected.text), expected.error === "" ? undefined : `the original says ${expected.error}`);
  return actual !== undefined;
}

const patch = fc.constantFrom<JsonObject>(
  { patch: '- op: add\n  path: /metadata/labels\n  value: {patched: "yes"}', target: { kind: "ConfigMap" } },
  { patch: "apiVersion: v1\nkind: Service\nmetadata:\n  name: any\nspec:\n  type: NodePort\n", target: { kind: "Service", name: "w.*" } },
  { patch: "- op: remove\n  path: /nowhere", target: { kind: "Nothing" } },
);
const image = fc.record(
  {
    name: fc.constantFrom("nginx", "busybox"),
    newName: fc.constantFrom("registry.example/nginx", "other"),
    newTag: fc.constantFrom("1.28", "v2"),
    digest: fc.constant(`sha256:${"a".repeat(64)}`),
  },
  { requiredKeys: ["name"] },
);
const overlay = fc.record(
  {
    namespace: fc.constantFrom("shop", "prod"),
    namePrefix: fc.constant("pre-"),
    nameSuffix: fc.constant("-post"),
    patches: fc.array(patch, { minLength: 1, maxLength: 2 }),
    images: fc.array(image, { minLength: 1, maxLength: 2 }),
    components: fc.subarray(["../gone", "../part"], { minLength: 1 }),
    buildMetadata: fc.subarray(["originAnnotations", "managedByLabel", "transformerAnnotations"], { minLength: 1 }),
  },
  { requiredKeys: [] },
);
const variables = fc.option(
  fc.record({ web: fc.constantFrom("web", "1", "yes", "a: b"), k: fc.constantFrom("", "x\ny", "${web}") }, { requiredKeys: [] }),
  { nil: undefined },
);
const deliveryOf = (path: string): fc.Arbitrary<Delivery> =>
  fc.record({
    path: fc.constantFrom(path, `./${path}/`, `/../${path}`),
    overlay,
    ignoreMissingComponents: fc.boolean(),
    variables,
    always: fc.boolean(),
    strict: fc.boolean(),
  });

const PART: Files = {
  "part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {part: added}\n",
};

/**
 * A schema is a variable of the original's process: there it would change every build that comes after. And the kustomize of
 * its libraries is older than some fields and kinds.
 */
function isForFlux({ files, uses }: GeneratedTree): boolean {
  return (
    !uses.includes("openapi") && !Object.values(files).some((text) => /includeVolumeClaimTemplates|ValidatingAdmissionPolicy/.test(text))
  );
}

test(`${count} generated trees are built for a delivery, or refused, as by Flux (seed ${seed})`, { skip }, async (context) => {
  let built = 0;
  const property = fc.asyncProperty(
    generatedTree.filter(isForFlux).chain((tree) => fc.tuple(fc.constant(tree), deliveryOf(ROOT))),
    async ([tree, delivery]) => {
      if (await assertSame({ ...PART, ...tree.files }, delivery)) built++;
    },
  );
  await fc.assert(property, { seed, numRuns: count });
  context.diagnostic(`${built} of ${count} build in the original`);
  assert.ok(built >= count / 3, "too many that nobody builds: the comparison is empty");
});

const document = fc.constantFrom(
  "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME\n",
  "# only a comment\n",
  "",
  "---\n---\napiVersion: v1\nkind: Service\nmetadata: {name: NAME}\n",
  "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: NAME-item}\n",
  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\ndata:\n  on: off\n  n: 0x10\n",
  "no: object\n",
);
const place = fc.constantFrom(
  "a.yaml",
  "a/b.yml",
  "a/c.YAML",
  "a.d/e.yaml",
  "a-d/e.yaml",
  "b/f.yaml",
  "b/g/h.yaml",
  "notes.txt",
  ".hidden.yaml",
  "b/.x/y.yaml",
);
const folder = fc.constantFrom("b", "a", "b/g", "a.d");
const plainFiles = fc
  .tuple(fc.dictionary(place, document, { minKeys: 1, maxKeys: 7, noNullPrototype: true }), fc.uniqueArray(folder, { maxLength: 1 }))
  .map(([files, kustomized]) => {
    const named = Object.entries(files).map(([path, text]) => [
      `app/${path}`,
      text.replaceAll("NAME", path.toLowerCase().replaceAll(/[^a-z]/g, "-x")),
    ]);
    const own = kustomized.map((each) => [`app/${each}/kustomization.yml`, "configMapGenerator: [{name: own, literals: [a=b]}]\n"]);
    return Object.fromEntries([...named, ...own]) as Files;
  });

test(`${count} generated folders without a kustomization are listed as by Flux (seed ${seed})`, { skip }, async (context) => {
  let built = 0;
  const property = fc.asyncProperty(plainFiles, deliveryOf("app"), async (files, delivery) => {
    if (await assertSame({ ...PART, ...files }, delivery)) built++;
  });
  await fc.assert(property, { seed, numRuns: count });
  context.diagnostic(`${built} of ${count} build in the original`);
  assert.ok(built >= count / 4, "too many that nobody builds: the comparison is empty");
});

const OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {text: nginx}\n";
const POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: nginx}]}\n";

/** Root kustomizations that Flux's own reader takes otherwise than kustomize does, or that its fields meet. */
const ROOTS: readonly (readonly [claim: string, text: string, overlay?: JsonObject])[] = [
  ["an empty file", ""],
  ["a file of comments", "# nothing yet\n"],
  ["only a kind", "kind: Kustomization\n"],
  ["an unknown field", "resources: [object.yaml]\nresourses: [other.yaml]\n"],
  ["an unknown field inside", "resources: [pod.yaml]\nimages: [{name: nginx, tag: 1}]\n"],
  ["another case of a field", "Resources: [object.yaml]\nNAMESPACE: shop\n"],
  ["a tag that is a number", "resources: [pod.yaml]\nimages: [{name: nginx, newTag: 1.10}]\n"],
  ["a tag that is a large number", "resources: [pod.yaml]\nimages: [{name: nginx, newTag: 20260101}]\n"],
  ["labels that are no texts", "resources: [object.yaml]\ncommonLabels: {flag: true, number: 5}\n"],
  ["a resource that is a number", "resources: [1]\n"],
  ["a list where a text belongs", "resources: [object.yaml]\nnamespace: [shop]\n"],
  ["two documents", "resources: [object.yaml]\n---\nresources: [pod.yaml]\n"],
  ["no resources but a generator", "configMapGenerator: [{name: made, literals: [a=b]}]\n"],
  ["no resources but build metadata", "buildMetadata: [managedByLabel]\nconfigMapGenerator: [{name: made, literals: [a=b]}]\n"],
  ["an order of its own", "resources: [pod.yaml, object.yaml]\nsortOptions: {order: legacy}\n"],
  ["no order", "resources: [pod.yaml, object.yaml]\n"],
  ["a component at the root", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [object.yaml]\n"],
  ["an unknown kind", "kind: Kustomisation\nresources: [object.yaml]\n"],
  ["old bases", "bases: [../part]\nresources: [object.yaml]\n"],
  ["a file from elsewhere in the source", "resources: [../other/object.yaml]\n"],
  ["a file from outside of the source", "resources: [../../outside.yaml]\n"],
  ["its own namespace", "resources: [object.yaml]\nnamespace: own\n", { namespace: "shop" }],
  ["its own image", "resources: [pod.yaml]\nimages: [{name: nginx, newTag: one}]\n", { images: [{ name: "nginx", newName: "other" }] }],
  [
    "its own digest",
    "resources: [pod.yaml]\nimages: [{name: nginx, digest: 'sha256:0'}]\n",
    { images: [{ name: "nginx", newTag: "two" }] },
  ],
  ["its own build metadata", "resources: [object.yaml]\nbuildMetadata: [managedByLabel]\n", { buildMetadata: ["originAnnotations"] }],
  ["a remote component", "resources: [object.yaml]\n", { components: ["https://example.invalid/x"] }],
  ["an absolute component", "resources: [object.yaml]\n", { components: ["/part"] }],
];

for (const [claim, text, overlay = {}] of ROOTS) {
  for (const ignoreMissingComponents of [false, true]) {
    test(
      `a kustomization with ${claim} is built, or refused, as by Flux (missing components ${ignoreMissingComponents ? "ignored" : "kept"})`,
      { skip },
      async () => {
        const files = {
          ...PART,
          "app/kustomization.yaml": text,
          "app/object.yaml": OBJECT,
          "app/pod.yaml": POD,
          "other/object.yaml": OBJECT,
        };
        await assertSame(files, { path: "app", overlay, ignoreMissingComponents, variables: undefined, always: false, strict: true });
      },
    );
  }
}

test("two kustomizations in one folder, a file for a path and a path that is not there are refused as by Flux", { skip }, async () => {
  const delivery = { overlay: {}, ignoreMissingComponents: false, variables: undefined, always: false, strict: true };
  const files = {
    "app/kustomization.yaml": "resources: [object.yaml]\n",
    "app/Kustomization": "resources: [object.yaml]\n",
    "app/object.yaml": OBJECT,
  };
  for (const path of ["app", "app/object.yaml", "gone"]) assert.equal(await assertSame(files, { ...delivery, path }), false, path);
});
