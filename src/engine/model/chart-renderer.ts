/** A chart in a repository of charts. */
export interface PulledChart {
  readonly name: string;
  /** https:// or oci://; http:// only where a person allowed it. */
  readonly repository: string;
  /** "" for the newest. */
  readonly version: string;
  /** Versions that are not released count too. */
  readonly isDevelopment: boolean;
}

/** Files by path, relative to a folder that they are copied to. */
export type ChartFiles = ReadonlyMap<string, Uint8Array>;

/** A release to render, with everything that it is made of. */
export interface ChartRelease {
  readonly files: ChartFiles;
  /** The chart's folder among the files; "" where they are the chart. */
  readonly chart: string;
  /** Repositories that missing dependencies are fetched from; undefined where nothing is missing. */
  readonly dependencies: readonly string[] | undefined;
  /** "" lets helm make a name. */
  readonly releaseName: string;
  /** "" for helm's default. */
  readonly namespace: string;
  readonly nameTemplate: string;
  /** Contents of files of values, the later ones winning. */
  readonly values: readonly Uint8Array[];
  readonly apiVersions: readonly string[];
  readonly kubeVersion: string;
  readonly includeCrds: boolean;
  readonly skipTests: boolean;
  readonly skipHooks: boolean;
  readonly debug: boolean;
  readonly devel: boolean;
}

/** How much rendering may take. */
export interface ChartLimits {
  /** The most that comes out, and the most that a pulled chart may hold. */
  readonly maximumBytes: number;
  /** How long rendering may take. */
  readonly milliseconds: number;
  readonly signal: AbortSignal;
}

/** What renders Helm charts: the `helm` program. */
export interface ChartRenderer {
  /** The files of a chart. Throws HELM_MISSING, REPOSITORY_NOT_FOUND, UNAUTHENTICATED, SOURCE_UNREACHABLE, LIMIT_EXCEEDED, TIMED_OUT. */
  pull(chart: PulledChart, limits: ChartLimits): Promise<ChartFiles>;
  /** The manifests of a release as YAML. Throws as {@link ChartRenderer.pull}, and BUILD_FAILED with what helm says. */
  render(release: ChartRelease, limits: ChartLimits): Promise<string>;
}
