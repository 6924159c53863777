import type { FileTree } from "../../model/artifact.ts";
import type { ChartRelease } from "../../model/chart-renderer.ts";
import { fileFailure } from "../../yaml/failure.ts";
import type { BuildOptions } from "../build-options.ts";
import type { KustomizeResult } from "../kustomize/result.ts";
import { readObjects } from "../read-objects.ts";
import { readChartFiles } from "./chart-files.ts";
import { addDependencies } from "./dependencies.ts";
import { ChartRunner, PLAIN_RELEASE } from "./render-chart.ts";
import { renderedText } from "./rendered-text.ts";

const CHART_FILE = "Chart.yaml";

/** The path of the Chart.yaml that makes a folder a chart; undefined where it has none. */
export async function findChartFile(tree: FileTree, folder: string): Promise<string | undefined> {
  const path = folder === "" ? CHART_FILE : `${folder}/${CHART_FILE}`;
  return (await tree.typeOf(path)) === "file" ? path : undefined;
}

/**
 * Renders a folder that is a chart, as Argo CD does: CRDs and hooks too, missing dependencies fetched.
 * Throws FEATURE_FORBIDDEN where helm is not enabled, or a dependency's host not allowed; PATH_ESCAPES_REPOSITORY and PATH_NOT_FOUND for
 * files of values; BUILD_FAILED and what running helm throws.
 */
export async function buildChart(tree: FileTree, folder: string, options: BuildOptions): Promise<KustomizeResult> {
  const file = folder === "" ? CHART_FILE : `${folder}/${CHART_FILE}`;
  const runner = new ChartRunner(options, file, "the folder is a Helm chart");
  const { release = {}, chartTarget = {}, budget } = options;
  const name = release.name ?? folder.slice(folder.lastIndexOf("/") + 1);
  checkReleaseName(file, name, release.name !== undefined);
  const values: Uint8Array[] = [];
  for (const entry of release.values ?? []) values.push(await readValues(tree, folder, entry));
  const own = await readChartFiles(tree, folder);
  const rendered: Pick<ChartRelease, "files" | "chart" | "dependencies"> = await addDependencies(tree, folder, own, options);
  const text = await runner.render({
    ...PLAIN_RELEASE,
    ...rendered,
    releaseName: name,
    namespace: release.namespace ?? "",
    values,
    apiVersions: chartTarget.apiVersions ?? [],
    kubeVersion: chartTarget.kubeVersion ?? "",
    includeCrds: true,
  });
  const { sourceOf } = renderedText(text, folder === "" ? "." : folder);
  const objects = readObjects(file, new TextEncoder().encode(text), budget).map(({ object, origin }) => ({
    object,
    origin: { file: sourceOf(origin.line ?? 1).replace(/^\.\//, "") },
  }));
  return { objects, warnings: [] };
}

/** The rule of helm's own. A name that begins with a dash would be a flag. */
function checkReleaseName(file: string, name: string, isGiven: boolean): void {
  if (name.length <= 53 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)) return;
  const message = `${isGiven ? "the release name" : "the folder's name"} ${JSON.stringify(name)} is no name for a release`;
  const hint = "name it with --helm-release: lower-case letters, digits, - and ., at most 53";
  throw fileFailure("BUILD_FAILED", { severity: "error", file, message, hint });
}

/** A file of values: relative to the chart, with a slash in front to the top of the source. */
async function readValues(tree: FileTree, folder: string, entry: string): Promise<Uint8Array> {
  const fail = (code: "PATH_ESCAPES_REPOSITORY" | "PATH_NOT_FOUND", message: string) =>
    fileFailure(code, {
      severity: "error",
      file: folder === "" ? CHART_FILE : `${folder}/${CHART_FILE}`,
      message,
      hint: "--helm-values names files of the source, relative to the chart; /FILE counts from the top of the repository",
    });
  const path = joined(folder, entry);
  if (path === undefined) throw fail("PATH_ESCAPES_REPOSITORY", `the values file '${entry}' lies outside of the repository`);
  if ((await tree.typeOf(path)) !== "file") throw fail("PATH_NOT_FOUND", `there is no values file '${entry}'`);
  return await tree.read(path);
}

/** The path of an entry; undefined where it leads out. A source without a top, outside Git, has absolute paths. */
function joined(folder: string, entry: string): string | undefined {
  const isOfDisk = folder.startsWith("/");
  const parts = entry.startsWith("/") ? [] : folder.split("/").filter((part) => part !== "");
  for (const part of entry.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return (isOfDisk ? "/" : "") + parts.join("/");
}
