import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createHelmRenderer } from "../../src/adapters/helm/helm-renderer.ts";
import { GitOpsError } from "../../src/engine/index.ts";
import { helmProgram } from "../support/build-helm.mjs";
import { kustomizeOracle } from "../support/build-kustomize-oracle.mjs";
import { WEB_CHART } from "../support/charts.ts";
import { diskTree } from "../support/disk-tree.ts";
import { startGitServer, writeFiles, type Files } from "../support/git-server.ts";
import { buildOptions, builtText } from "../support/kustomize-build.ts";
import { originalBuild } from "../support/oracle-build.ts";
import { startChartServer } from "../support/chart-server.ts";
import { allowed, remoteContent } from "../support/remote-content.ts";

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const oracle = kustomizeOracle(say);
const helm = helmProgram(say);
const skip = oracle === undefined || helm === undefined ? "not here: Go, to build kustomize and helm with" : false;
const work = mkdtempSync(join(tmpdir(), "kustomize-helm-"));
after(() => rmSync(work, { recursive: true, force: true }));

const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n";
const chart = (fields: string): string => `helmCharts:\n- name: web\n  releaseName: rel\n${fields}`;

interface Row {
  readonly claim: string;
  readonly files: Files;
  readonly fails?: true;
  readonly flags?: readonly string[];
}

/** `web` is at charts/web of each, unless the files say otherwise; `{charts}` is a repository of charts that has it in two versions. */
const rows: readonly Row[] = [
  { claim: "a chart beside the kustomization", files: { "kustomization.yaml": chart("") } },
  { claim: "a chart without a name for its release", files: { "kustomization.yaml": "helmCharts: [{name: web}]\n" } },
  { claim: "a name made by a template", files: { "kustomization.yaml": "helmCharts: [{name: web, nameTemplate: 'x-{{ add 1 2 }}'}]\n" } },
  { claim: "a name twice over", files: { "kustomization.yaml": chart("  nameTemplate: x\n") }, fails: true },
  {
    claim: "values over those of the file",
    files: { "kustomization.yaml": chart("  valuesInline: {replicas: 3, image: {tag: '2'}, list: [z], extra: null}\n") },
  },
  {
    claim: "values under those of the file",
    files: { "kustomization.yaml": chart("  valuesInline: {replicas: 3, image: {tag: '2'}, added: {a: b}}\n  valuesMerge: merge\n") },
  },
  {
    claim: "values in place of the file",
    files: { "kustomization.yaml": chart("  valuesInline: {replicas: 3, image: {tag: '2'}}\n  valuesMerge: replace\n") },
  },
  { claim: "a merge that is unknown", files: { "kustomization.yaml": chart("  valuesMerge: mix\n") }, fails: true },
  {
    claim: "files of values, in order",
    files: {
      "kustomization.yaml": chart("  valuesFile: v.yaml\n  additionalValuesFiles: [v1.yaml, sub/v2.yaml]\n"),
      "v.yaml": "replicas: 5\nimage: {name: a}\n",
      "v1.yaml": "replicas: 6\nimage: {name: b}\n",
      "sub/v2.yaml": "image: {tag: '9'}\n",
    },
  },
  {
    claim: "values with odd scalars",
    files: {
      "kustomization.yaml": chart(
        "  valuesFile: v.yaml\n  valuesInline: {image: {tag: 1e3}, list: [yes, 0755, 1.50, 12345678901, '007']}\n",
      ),
      "v.yaml": "replicas: 2\nimage: {name: on, tag: 0x10}\n",
    },
  },
  { claim: "an empty file of values", files: { "kustomization.yaml": chart("  valuesFile: v.yaml\n"), "v.yaml": "" } },
  {
    claim: "an empty file of values, and others inline",
    files: { "kustomization.yaml": chart("  valuesFile: v.yaml\n  valuesInline: {a: b}\n"), "v.yaml": "" },
    fails: true,
  },
  {
    claim: "CRDs, versions of the API and of the cluster",
    files: { "kustomization.yaml": chart("  includeCRDs: true\n  apiVersions: [x/v1, y/v2]\n  kubeVersion: 1.30.0\n") },
  },
  { claim: "no tests", files: { "kustomization.yaml": chart("  skipTests: true\n") } },
  { claim: "no hooks", files: { "kustomization.yaml": chart("  skipHooks: true\n") } },
  { claim: "debug and devel", files: { "kustomization.yaml": chart("  debug: true\n  devel: true\n") } },
  { claim: "a namespace of its own", files: { "kustomization.yaml": `namespace: prod\n${chart("  namespace: chart\n")}` } },
  {
    claim: "the namespace of the kustomization, and what transformers do",
    files: {
      "kustomization.yaml": `namespace: prod\nnamePrefix: p-\ncommonLabels: {l: v}\nimages: [{name: nginx, newTag: '7'}]\nresources: [own.yaml]\n${chart("")}`,
      "own.yaml": configMap,
    },
  },
  {
    claim: "the namespace of a kustomization above",
    files: {
      "kustomization.yaml": "namespace: prod\nresources: [mid]\n",
      "mid/kustomization.yaml": "resources: [base]\n",
      "mid/base/kustomization.yaml": chart(""),
      ...below("mid/base/charts/web", WEB_CHART),
    },
  },
  {
    claim: "a chart in a component",
    files: {
      "kustomization.yaml": "namespace: prod\nresources: [own.yaml]\ncomponents: [c]\n",
      "own.yaml": configMap,
      "c/kustomization.yaml": `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n${chart("")}`,
      ...below("c/charts/web", WEB_CHART),
    },
  },
  {
    claim: "two releases of one chart",
    files: {
      "kustomization.yaml":
        "helmCharts: [{name: web, releaseName: a}, {name: web, releaseName: b, skipTests: true, skipHooks: true, valuesInline: {replicas: 9}}]\n",
    },
  },
  {
    claim: "two releases that clash",
    files: { "kustomization.yaml": "helmCharts: [{name: web, releaseName: a}, {name: web, releaseName: a}]\n" },
    fails: true,
  },
  {
    claim: "charts in another folder",
    files: { "kustomization.yaml": `helmGlobals: {chartHome: my/charts}\n${chart("")}`, ...below("my/charts/web", WEB_CHART) },
  },
  {
    claim: "charts above the kustomization",
    files: {
      "kustomization.yaml": "resources: [in]\n",
      "in/kustomization.yaml": `helmGlobals: {chartHome: ../charts}\n${chart("  valuesFile: v.yaml\n")}`,
      "in/v.yaml": "replicas: 2\n",
    },
  },
  {
    claim: "values of a chart above the kustomization",
    files: { "kustomization.yaml": "resources: [in]\n", "in/kustomization.yaml": `helmGlobals: {chartHome: ../charts}\n${chart("")}` },
    fails: true,
  },
  {
    claim: "values of a chart above the kustomization, without restriction",
    files: { "kustomization.yaml": "resources: [in]\n", "in/kustomization.yaml": `helmGlobals: {chartHome: ../charts}\n${chart("")}` },
    flags: ["--load-restrictor", "LoadRestrictionsNone"],
  },
  {
    claim: "a file of values above the kustomization",
    files: {
      "kustomization.yaml": "resources: [in]\n",
      "in/kustomization.yaml": chart("  valuesFile: ../v.yaml\n"),
      "v.yaml": "a: b\n",
      ...below("in/charts/web", WEB_CHART),
    },
    fails: true,
  },
  {
    claim: "another file of values above the kustomization",
    files: {
      "kustomization.yaml": "resources: [in]\n",
      "in/kustomization.yaml": chart("  additionalValuesFiles: [../v.yaml]\n"),
      "v.yaml": "a: b\n",
      ...below("in/charts/web", WEB_CHART),
    },
    fails: true,
  },
  { claim: "a file of values that is missing", files: { "kustomization.yaml": chart("  valuesFile: no.yaml\n") }, fails: true },
  { claim: "a chart that is missing", files: { "kustomization.yaml": "helmCharts: [{name: no}]\n" }, fails: true },
  { claim: "a chart without a name", files: { "kustomization.yaml": "helmCharts: [{releaseName: a}]\n" }, fails: true },
  { claim: "a chart that is named like a flag", files: { "kustomization.yaml": "helmCharts: [{name: --post-renderer=x}]\n" }, fails: true },
  {
    claim: "a release that is named like a flag",
    files: { "kustomization.yaml": "helmCharts: [{name: web, releaseName: '--post-renderer=/bin/true'}]\n" },
    fails: true,
  },
  { claim: "a field that charts do not have", files: { "kustomization.yaml": chart("  postRenderer: x\n") }, fails: true },
  { claim: "a template that fails", files: { "kustomization.yaml": chart("  valuesInline: {fail: true}\n") }, fails: true },
  {
    claim: "the old form of charts",
    files: {
      "kustomization.yaml":
        "helmChartInflationGenerator: [{chartName: web, releaseName: old, releaseNamespace: gone, extraArgs: [--x], valuesLocal: {replicas: 4}}]\n",
    },
  },
  {
    claim: "the old form with a folder of its own",
    files: {
      "kustomization.yaml": "helmChartInflationGenerator: [{chartName: web, releaseName: old, chartHome: my, values: v.yaml}]\n",
      "v.yaml": "replicas: 8\n",
      ...below("my/web", WEB_CHART),
    },
  },
  {
    claim: "a generator plugin",
    files: {
      "kustomization.yaml": "namespace: prod\ngenerators: [g.yaml]\n",
      "g.yaml":
        "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: g}\nname: web\nreleaseName: plugged\nvaluesInline: {replicas: 6}\nunknown: ignored\n",
    },
  },
  {
    claim: "patches and replacements of what charts give",
    files: {
      "kustomization.yaml": `${chart("")}patches: [{target: {kind: Deployment}, patch: '[{"op": "add", "path": "/metadata/annotations/a", "value": "b"}]'}]\nreplacements: [{source: {kind: Service, name: rel}, targets: [{select: {kind: Deployment}, fieldPaths: [metadata.labels.svc], options: {create: true}}]}]\n`,
    },
  },
  {
    claim: "where it comes from, in annotations",
    files: {
      "kustomization.yaml": `namePrefix: p-\n${chart("")}buildMetadata: [originAnnotations, transformerAnnotations, managedByLabel]\n`,
    },
  },
  {
    claim: "a chart that a repository of charts has",
    files: {
      "kustomization.yaml": "helmCharts: [{name: web, repo: '{charts}', version: 1.0.0, releaseName: r}]\n",
      "charts/web/Chart.yaml": null,
    },
  },
  {
    claim: "the newest that a repository of charts has",
    files: {
      "kustomization.yaml": "helmCharts: [{name: web, repo: '{charts}', releaseName: r, valuesInline: {replicas: 2}}]\n",
      "charts/web": null,
    },
  },
  {
    claim: "a chart beside the kustomization, whatever its repository has",
    files: { "kustomization.yaml": "helmCharts: [{name: web, repo: '{charts}', releaseName: r}]\n" },
  },
  {
    claim: "a version that a repository of charts does not have",
    files: { "kustomization.yaml": "helmCharts: [{name: web, repo: '{charts}', version: 7.0.0, releaseName: r}]\n" },
    fails: true,
  },
];

function below(folder: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`${folder}/${path}`, content]));
}

describe("charts are rendered as by the original", { skip }, async () => {
  const charts = await startChartServer(helm ?? "", WEB_CHART, ["1.0.0", "1.1.0"]);
  after(() => charts.close());
  const renderer = createHelmRenderer({ command: helm ?? "", environment: process.env });

  for (const [index, { claim, files, fails, flags = [] }] of rows.entries()) {
    test(`${claim}${fails === true ? " is refused" : ""}`, async () => {
      const folder = join(work, String(index));
      const filled = Object.entries({ ...below("charts/web", WEB_CHART), ...files }).map(([path, text]) => [
        path,
        typeof text === "string" ? text.replaceAll("{charts}", charts.url) : text,
      ]);
      await writeFiles(folder, Object.fromEntries(filled) as Files);
      const options = buildOptions({
        charts: renderer,
        allowedRemotes: allowed(charts.url),
        ...(flags.length > 0 ? { loadRestrictor: "LoadRestrictionsNone" } : {}),
      });
      // First ours: the original leaves what it pulled in the folder.
      const ours = await builtText(diskTree(folder), "", options).catch((error: unknown) => error);
      const original = await originalBuild(oracle ?? "", folder, "--enable-helm", "--helm-command", helm ?? "", ...flags);
      if (fails === true) {
        assert.equal(original.text, undefined);
        assert.ok(ours instanceof GitOpsError, String(ours));
        return;
      }
      assert.notEqual(original.text, undefined, original.says);
      if (ours instanceof Error) throw ours;
      assert.equal(ours, original.text);
    });
  }

  test("a chart in a repository that is named by URL", async () => {
    const git = await startGitServer();
    after(() => git.close());
    const base = { "base/kustomization.yaml": `namespace: based\n${chart("  valuesFile: v.yaml\n")}`, "base/v.yaml": "replicas: 4\n" };
    await git.createRepository("charts", { ...base, ...below("base/charts/web", WEB_CHART) });
    const folder = join(work, "remote");
    await writeFiles(folder, { "kustomization.yaml": `resources: ['${git.url}/charts.git//base']\nnamePrefix: p-\n` });
    const options = buildOptions({ charts: renderer, remote: remoteContent(), allowedRemotes: allowed(git.url) });
    const original = await originalBuild(oracle ?? "", folder, "--enable-helm", "--helm-command", helm ?? "");
    assert.notEqual(original.text, undefined, original.says);
    assert.equal(await builtText(diskTree(folder), "", options), original.text);
  });
});
