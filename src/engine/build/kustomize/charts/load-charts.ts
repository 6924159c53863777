import { ChartRunner, PLAIN_RELEASE } from "../../charts/render-chart.ts";
import { renderedText, withoutPreamble } from "../../charts/rendered-text.ts";
import { readChartFiles, type ChartTree } from "../../charts/chart-files.ts";
import type { ChartFiles } from "../../../model/chart-renderer.ts";
import { GitOpsError } from "../../../model/errors.ts";
import type { Kustomization } from "../decode/kustomization.ts";
import { below, buildFailure, escapes, type Spot } from "../fail.ts";
import type { FolderLoader, LoadedFile } from "../load/folder-loader.ts";
import type { RenderedChart } from "./rendered-chart.ts";
import { joinPath } from "../load/tree-path.ts";
import { readResourceDocuments, type ResourceDocuments } from "../resources/read-resources.ts";
import { type HelmChart, type HelmGlobals, renewChart, renewGlobals } from "./chart-config.ts";
import { mergeValues, valuesMergeOf, valuesText } from "./chart-values.ts";

const FIELD = "helmCharts";
const DEFAULT_HOME = "charts";

/** Renders the charts of a kustomization, one after the other. Throws FEATURE_FORBIDDEN, BUILD_FAILED, and what running helm throws. */
export async function loadCharts(loader: FolderLoader, file: string, fields: Kustomization): Promise<readonly RenderedChart[]> {
  const old = fields.helmChartInflationGenerator ?? [];
  const charts = [...(fields.helmCharts ?? []), ...old.map(renewChart)];
  const globals = fields.helmGlobals ?? renewGlobals(old);
  const inherited = (fields.namespace ?? "") === "" ? loader.namespace : (fields.namespace ?? "");
  const rendered: RenderedChart[] = [];
  const renewedFrom = charts.length - old.length;
  for (const [index, chart] of charts.entries()) {
    const field = index < renewedFrom ? `/helmCharts/${index}` : `/helmChartInflationGenerator/${index - renewedFrom}`;
    const namespace = (chart.namespace ?? "") === "" ? inherited : chart.namespace;
    rendered.push(await loadChart(loader, { file, field }, { ...chart, namespace }, globals));
  }
  return rendered;
}

/** Renders one chart, once however often the same is asked for. Throws as {@link loadCharts}. */
export function loadChart(loader: FolderLoader, spot: Spot, chart: HelmChart, globals: HelmGlobals): Promise<RenderedChart> {
  const settings = JSON.stringify([spot.file, chart, globals], (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
  return loader.session.rendered(settings, () => renderChart(loader, spot, chart, globals));
}

/** One that lies beside the kustomization, else one that helm pulls. */
async function renderChart(loader: FolderLoader, spot: Spot, chart: HelmChart, globals: HelmGlobals): Promise<RenderedChart> {
  const runner = new ChartRunner(loader.session.options, spot.file, `${FIELD}: this needs the helm program`);
  const { name = "", releaseName = "" } = chart;
  checkNames(spot, name, releaseName);
  if ((globals.configHome ?? "") !== "") {
    loader.session.warn({
      severity: "warning",
      file: spot.file,
      field: "/helmGlobals",
      message: "helmGlobals: configHome is not used; helm runs with folders of its own",
    });
  }
  const found = await findChart(loader, spot, chart, globals, runner);
  const values = await valuesOf(loader, spot, chart, found);
  const { chartTarget = {}, budget } = loader.session.options;
  const folder = name.slice(name.lastIndexOf("/") + 1);
  const text = await runner.render({
    ...PLAIN_RELEASE,
    files: new Map([...found.files].map(([path, bytes]) => [`${folder}/${path}`, bytes])),
    chart: folder,
    releaseName,
    namespace: chart.namespace ?? "",
    nameTemplate: chart.nameTemplate ?? "",
    values,
    apiVersions: chart.apiVersions ?? chartTarget.apiVersions ?? [],
    kubeVersion: chart.kubeVersion ?? chartTarget.kubeVersion ?? "",
    includeCrds: chart.includeCRDs ?? false,
    skipTests: chart.skipTests ?? false,
    skipHooks: chart.skipHooks ?? false,
    debug: chart.debug ?? false,
    devel: chart.devel ?? false,
  });
  const documents = readDocuments(found.shown, text, (each) => readResourceDocuments(found.shown, each, budget));
  return { path: found.shown, documents };
}

/** Helm reads what starts with a dash as a flag, such as one that names a program to run. */
function checkNames(spot: Spot, name: string, releaseName: string): void {
  if (name === "") throw buildFailure(spot, `${FIELD}: chart name cannot be empty`);
  if (name.startsWith("-")) throw buildFailure(below(spot, "name"), `${FIELD}: chart name must not start with '-'`);
  if (releaseName.startsWith("-")) throw buildFailure(below(spot, "releaseName"), `${FIELD}: releaseName must not start with '-'`);
}

interface FoundChart {
  /** Where it lies, for messages. */
  readonly shown: string;
  readonly files: ChartFiles;
  /** Where its own values lie, relative to the kustomization; undefined for a pulled chart. */
  readonly values: string | undefined;
}

async function findChart(
  loader: FolderLoader,
  spot: Spot,
  chart: HelmChart,
  { chartHome = "" }: HelmGlobals,
  runner: ChartRunner,
): Promise<FoundChart> {
  const { name = "", version = "", repo = "" } = chart;
  const home = chartHome === "" ? DEFAULT_HOME : chartHome;
  if (home.startsWith("/"))
    throw escapes(
      { file: spot.file, field: "/helmGlobals/chartHome" },
      "helmGlobals: chartHome is an absolute path",
      "name it relative to the kustomization",
    );
  const inside = [home, ...(version !== "" && repo !== "" ? [`${name}-${version}`] : []), name].join("/");
  const path = joinPath(loader.root, inside);
  if (path === undefined)
    throw escapes(spot, `${FIELD}: '${inside}' leads out of the source`, "a build reads nothing outside the repository");
  const { session } = loader;
  if ((await session.tree.typeOf(path)) === "directory") {
    const { tree } = session;
    const counted: ChartTree = {
      list: (each) => tree.list(each),
      resolve: (each) => tree.resolve(each),
      read: (each) => session.read(each),
    };
    return { shown: session.shown(path), files: await readChartFiles(counted, path), values: `${inside}/values.yaml` };
  }
  if (repo === "") throw buildFailure(spot, `${FIELD}: no repo specified for pull, no chart found at '${session.shown(path)}'`);
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(name))
    throw buildFailure(spot, `${FIELD}: '${name}' is no name that a repository of charts has`);
  session.remote.check(repo, { file: spot.file, field: FIELD, spot: below(spot, "repo") });
  const files = await runner.pull({ name, repository: repo, version, isDevelopment: chart.devel ?? false });
  return { shown: `${repo.replace(/\/$/, "")}/${name}`, files, values: undefined };
}

/** What helm is given by `-f`: the values of the kustomization and its file as one, then the additional files. */
async function valuesOf(loader: FolderLoader, spot: Spot, chart: HelmChart, found: FoundChart): Promise<readonly Uint8Array[]> {
  const { valuesInline = {}, additionalValuesFiles = [] } = chart;
  const merge = valuesMergeOf(below(spot, "valuesMerge"), chart.valuesMerge ?? "");
  const additional: Uint8Array[] = [];
  for (const [index, entry] of additionalValuesFiles.entries()) {
    const at = below(spot, `additionalValuesFiles[${index}]`);
    additional.push((await loader.file(entry, { file: spot.file, field: "additionalValuesFiles", spot: at })).bytes);
  }
  if (Object.keys(valuesInline).length === 0) return [(await valuesFile(loader, spot, chart, found)).bytes, ...additional];
  if (merge === "replace") return [valuesText(valuesInline), ...additional];
  const merged = mergeValues(valuesInline, await valuesFile(loader, spot, chart, found), merge, loader.session.options.budget);
  return [merged, ...additional];
}

async function valuesFile(loader: FolderLoader, spot: Spot, chart: HelmChart, found: FoundChart): Promise<LoadedFile> {
  const { valuesFile: entry = "" } = chart;
  const naming = { file: spot.file, field: "valuesFile", spot: below(spot, "valuesFile") };
  if (entry !== "") return await loader.file(entry, naming);
  if (found.values !== undefined) return await loader.file(found.values, naming);
  const bytes = found.files.get("values.yaml");
  if (bytes === undefined) throw buildFailure(spot, `${FIELD}: the chart '${found.shown}' has no values.yaml`);
  return { path: `${found.shown}/values.yaml`, bytes };
}

/** The documents of what helm printed, each with its template. Text that stands before the first document is passed over. */
function readDocuments(chart: string, text: string, read: (text: string) => ResourceDocuments): ResourceDocuments {
  const parse = (each: string): ResourceDocuments => {
    const rendered = renderedText(each, chart);
    return read(each).map((document) => ({ ...document, file: rendered.sourceOf(document.line) }));
  };
  try {
    return parse(text);
  } catch (error) {
    const rest = withoutPreamble(text);
    if (rest === text || !(error instanceof GitOpsError) || error.code !== "BUILD_FAILED") throw error;
    return parse(rest);
  }
}
