import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChartLimits, ChartRelease, ChartRenderer, PulledChart } from "../../engine/model/chart-renderer.ts";
import { GitOpsError } from "../../engine/model/errors.ts";
import { beyondLimit } from "../../engine/model/limit.ts";
import { readChartFolder, writeChartFiles } from "./chart-folder.ts";
import { explainPull, explainRender } from "./helm-failure.ts";
import { runHelm, type HelmOutcome } from "./helm-process.ts";

/** What the renderer is made with. */
export interface HelmOptions {
  /** A name that is looked up on the PATH, or a path. */
  readonly command: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** How long helm may fetch a chart or what it depends on. */
const NETWORK_DEADLINE_MS = 2 * 60_000;
const SHORT_OUTPUT = 1 << 20;
const PASSED_ON = [
  "PATH",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

/** One helm, in a folder of its own that nobody else's settings, plugins, credentials or clusters reach. */
class HelmRun {
  readonly folder: string;
  readonly #options: HelmOptions;
  readonly #limits: ChartLimits;

  constructor(folder: string, options: HelmOptions, limits: ChartLimits) {
    this.folder = folder;
    this.#options = options;
    this.#limits = limits;
  }

  /** Runs helm with time for the network. */
  fetch(args: readonly string[]): Promise<HelmOutcome> {
    return this.#run(args, SHORT_OUTPUT, NETWORK_DEADLINE_MS);
  }

  /** Runs helm with the time of a build. */
  work(args: readonly string[], maximumBytes: number): Promise<HelmOutcome> {
    return this.#run(args, maximumBytes, this.#limits.milliseconds);
  }

  #run(args: readonly string[], maximumBytes: number, milliseconds: number): Promise<HelmOutcome> {
    const { command, environment } = this.#options;
    const home = join(this.folder, "home");
    const own = {
      LANG: "C",
      HOME: home,
      TMPDIR: join(this.folder, "tmp"),
      HELM_CONFIG_HOME: join(home, "config"),
      HELM_CACHE_HOME: join(home, "cache"),
      HELM_DATA_HOME: join(home, "data"),
      HELM_PLUGINS: join(home, "plugins"),
      HELM_NO_PLUGINS: "1",
      KUBECONFIG: join(home, "no-kubeconfig"),
    };
    const passed = PASSED_ON.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]]));
    const { folder } = this;
    return runHelm({
      command,
      args,
      folder,
      environment: { ...Object.fromEntries(passed), ...own },
      maximumBytes,
      milliseconds,
      signal: this.#limits.signal,
    });
  }
}

/**
 * Renders charts by the helm program: fixed arguments in which what a repository says stands only as the value of a flag or behind `--`,
 * a private folder for each call, an environment of a few variables, bounded time and output.
 */
export function createHelmRenderer(options: HelmOptions): ChartRenderer {
  let version: Promise<void> | undefined;

  async function inFolder<Result>(limits: ChartLimits, work: (run: HelmRun) => Promise<Result>): Promise<Result> {
    const folder = await mkdtemp(join(tmpdir(), "gitops-helm-"));
    try {
      for (const name of ["home", "tmp", "values", "pulled", "tree"]) await mkdir(join(folder, name), { mode: 0o700 });
      const run = new HelmRun(folder, options, limits);
      version ??= checkVersion(run, options.command);
      await version.catch((error: unknown) => {
        version = undefined;
        throw error;
      });
      return await work(run);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  return {
    pull: (chart, limits) =>
      inFolder(limits, async (run) => {
        const outcome = await run.fetch(pullArguments(chart));
        if (outcome.type !== "done") throw explainPull(outcome, chart.repository, run.folder, NETWORK_DEADLINE_MS);
        return await readChartFolder(join(run.folder, "pulled", chart.name), limits.maximumBytes);
      }),
    render: (release, limits) =>
      inFolder(limits, async (run) => {
        await writeChartFiles(join(run.folder, "tree"), release.files);
        await writeChartFiles(join(run.folder, "values"), new Map(release.values.map((bytes, index) => [`${index}.yaml`, bytes])));
        if (release.dependencies !== undefined) await fetchDependencies(run, release.chart, release.dependencies);
        const outcome = await run.work(templateArguments(release), limits.maximumBytes);
        if (outcome.type === "done") return outcome.output;
        throw explainRender(outcome, run.folder, limits);
      }),
  };
}

async function checkVersion(run: HelmRun, command: string): Promise<void> {
  const outcome = await run.work(["version", "--short"], SHORT_OUTPUT);
  if (outcome.type === "too long") throw beyondLimit("milliseconds", `${command} does not answer`);
  const version = outcome.type === "done" ? /v?(\d+)(?:\.\d+)+/.exec(outcome.output) : null;
  if (version?.[1] === "3" || version?.[1] === "4") return;
  const what = version === null ? "it does not say its version as helm does" : `it is version ${version[0]}`;
  throw new GitOpsError("HELM_MISSING", `the program ${command} is not Helm 3 or 4: ${what}`, {
    hint: "install Helm 3 or 4 from https://helm.sh, or name the program with --helm-command",
  });
}

function pullArguments({ name, repository, version, isDevelopment }: PulledChart): readonly string[] {
  const isRegistry = repository.startsWith("oci://");
  return [
    "pull",
    "--untar",
    "--untardir=pulled",
    ...(isRegistry ? [] : [`--repo=${repository}`]),
    ...(version === "" ? [] : [`--version=${version}`]),
    ...(isDevelopment ? ["--devel"] : []),
    "--",
    isRegistry ? `${repository.replace(/\/$/, "")}/${name}` : name,
  ];
}

function templateArguments(release: ChartRelease): readonly string[] {
  const valued = (flag: string, value: string) => (value === "" ? [] : [`${flag}=${value}`]);
  return [
    "template",
    ...valued("--namespace", release.namespace),
    ...valued("--name-template", release.nameTemplate),
    // Relative: helm splits what it is given at commas, which a folder for temporary files may have in its name.
    ...release.values.map((_, index) => `--values=values/${index}.yaml`),
    ...release.apiVersions.flatMap((each) => valued("--api-versions", each)),
    ...valued("--kube-version", release.kubeVersion),
    ...(release.includeCrds ? ["--include-crds"] : []),
    ...(release.skipTests ? ["--skip-tests"] : []),
    ...(release.skipHooks ? ["--no-hooks"] : []),
    ...(release.debug ? ["--debug"] : []),
    ...(release.devel ? ["--devel"] : []),
    "--",
    ...(release.releaseName === "" ? [] : [release.releaseName]),
    chartPath(release.chart),
  ];
}

/** With a dot in front, so that helm takes it for a path whatever its name is. */
function chartPath(chart: string): string {
  return chart === "" ? "./tree" : `./tree/${chart}`;
}

/** Fetches what a chart depends on, as its lock file says where it has one. */
async function fetchDependencies(run: HelmRun, chart: string, repositories: readonly string[]): Promise<void> {
  for (const [index, url] of repositories.entries()) {
    if (url.startsWith("oci://")) continue;
    const added = await run.fetch(["repo", "add", "--", `dependency-${index}`, url]);
    if (added.type !== "done") throw explainPull(added, url, run.folder, NETWORK_DEADLINE_MS);
  }
  const built = await run.fetch(["dependency", "build", "--skip-refresh", "--", chartPath(chart)]);
  if (built.type !== "done") throw explainPull(built, "its repositories", run.folder, NETWORK_DEADLINE_MS);
}
