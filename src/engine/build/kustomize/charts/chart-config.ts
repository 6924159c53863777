import { flag, listOf, mapping, struct, text } from "../decode/decoder.ts";

/** Where charts lie beside a kustomization. */
export const helmGlobals = struct({ chartHome: text, configHome: text });
export type HelmGlobals = ReturnType<typeof helmGlobals>;

const chartFields = {
  name: text,
  version: text,
  repo: text,
  releaseName: text,
  namespace: text,
  additionalValuesFiles: listOf(text),
  valuesFile: text,
  valuesInline: mapping,
  valuesMerge: text,
  includeCRDs: flag,
  skipHooks: flag,
  apiVersions: listOf(text),
  kubeVersion: text,
  nameTemplate: text,
  skipTests: flag,
  debug: flag,
  devel: flag,
};

/** One entry of `helmCharts`. */
export const helmChart = struct(chartFields);
export type HelmChart = ReturnType<typeof helmChart>;

/** The configuration of the generator plugin: an entry and the globals in one. */
export const chartPlugin = struct({ ...chartFields, chartHome: text, configHome: text });

/** One entry of the deprecated `helmChartInflationGenerator`. */
export const oldHelmChart = struct({
  chartName: text,
  chartVersion: text,
  chartRepoUrl: text,
  chartHome: text,
  chartRepoName: text,
  helmBin: text,
  helmHome: text,
  values: text,
  valuesLocal: mapping,
  valuesMerge: text,
  releaseName: text,
  releaseNamespace: text,
  extraArgs: listOf(text),
});
type OldHelmChart = ReturnType<typeof oldHelmChart>;

/** The old form as the new one; what kustomize drops on the way (the namespace, extra arguments, another program) is dropped. */
export function renewChart(old: OldHelmChart): HelmChart {
  const { chartName, chartVersion, chartRepoUrl, values, valuesLocal, valuesMerge, releaseName } = old;
  return {
    name: chartName,
    version: chartVersion,
    repo: chartRepoUrl,
    valuesFile: values,
    valuesInline: valuesLocal,
    valuesMerge,
    releaseName,
  };
}

/** The globals that the old form carried; they count only where there are no others. */
export function renewGlobals(old: readonly OldHelmChart[]): HelmGlobals {
  const last = (pick: (chart: OldHelmChart) => string | undefined) =>
    old.map(pick).findLast((value) => value !== undefined && value !== "");
  return { chartHome: last(({ chartHome }) => chartHome), configHome: last(({ helmHome }) => helmHome) };
}
