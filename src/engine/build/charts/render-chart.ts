import type { ChartFiles, ChartRelease, ChartLimits, ChartRenderer, PulledChart } from "../../model/chart-renderer.ts";
import { GitOpsError } from "../../model/errors.ts";
import { fileFailure } from "../../yaml/failure.ts";
import type { BuildOptions } from "../build-options.ts";

/** The parts of a release that nobody has to give. */
export const PLAIN_RELEASE = {
  dependencies: undefined,
  releaseName: "",
  namespace: "",
  nameTemplate: "",
  values: [],
  apiVersions: [],
  kubeVersion: "",
  includeCrds: false,
  skipTests: false,
  skipHooks: false,
  debug: false,
  devel: false,
} as const satisfies Omit<ChartRelease, "files" | "chart">;

/** Runs helm for a build: FEATURE_FORBIDDEN where nobody enabled it, errors placed in the file that asks for the chart. */
export class ChartRunner {
  readonly #options: BuildOptions;
  readonly #file: string;
  readonly #renderer: ChartRenderer;

  /** Throws FEATURE_FORBIDDEN. */
  constructor(options: BuildOptions, file: string, what: string) {
    this.#options = options;
    this.#file = file;
    this.#renderer = options.charts ?? refuse(file, what);
  }

  /** The files of a chart that lies elsewhere. Throws what the port throws. */
  async pull(chart: PulledChart): Promise<ChartFiles> {
    return await this.#placed(this.#renderer.pull(chart, this.#limits(this.#options.budget.totalBytes)));
  }

  /** The manifests of a release as text. Throws what the port throws. */
  async render(release: ChartRelease): Promise<string> {
    return await this.#placed(this.#renderer.render(release, this.#limits(this.#options.budget.fileBytes)));
  }

  #limits(maximumBytes: number): ChartLimits {
    const { budget, signal } = this.#options;
    return { maximumBytes, milliseconds: budget.milliseconds, signal };
  }

  async #placed<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof GitOpsError)) throw error;
      const hint = error.hint === undefined ? {} : { hint: error.hint };
      const placed = fileFailure(error.code, { severity: "error", file: this.#file, message: error.message, ...hint });
      throw new GitOpsError(error.code, placed.message, { ...hint, cause: error, data: { ...error.data, ...placed.data } });
    }
  }
}

function refuse(file: string, what: string): never {
  const hint = "add --enable-helm to run the helm program, where you trust what the repository makes it do";
  throw fileFailure("FEATURE_FORBIDDEN", { severity: "error", file, message: `${what}, and helm is not enabled`, hint });
}
