// Builds what the tests need and npm cannot bring: a Kubernetes control plane and kwok, both Go modules of test/cluster.
// Plain JavaScript that Node 20 runs: it works before anything else is set up.
// Run alone (`node test/support/build-parts.mjs`) it builds and says where the programs are.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const modules = fileURLToPath(new URL("../cluster/", import.meta.url));
const kubernetes = { version: "v1.36.3", major: "1", minor: "36" };

/**
 * How to start each component: the program and the arguments before its own flags.
 * `controllerManager`, `scheduler` and `kwok` are absent where only KUBEBUILDER_ASSETS is there and lacks them.
 * @typedef {{ etcd: string[], apiserver: string[], controllerManager?: string[], scheduler?: string[], kwok?: string[] }} Parts
 */

/** The tests' control plane cannot run on this machine; the message is one line for people. */
export class PartsMissing extends Error {
  /** @override */
  name = "PartsMissing";
}

/**
 * Finds or builds the parts. Building takes minutes once for each machine; the result stays in the user's cache.
 *
 * @param {(line: string) => void} say told what is being built, and how long it took
 * @returns {Parts}
 * @throws {PartsMissing} where neither Go nor KUBEBUILDER_ASSETS is there, or a build fails
 */
export function ensureParts(say) {
  const assets = process.env.KUBEBUILDER_ASSETS;
  const given = assets ? partsIn(assets) : undefined;
  if (assets && !given) throw new PartsMissing(`KUBEBUILDER_ASSETS=${assets} holds no etcd and kube-apiserver`);
  const go = goVersion();
  if (!go) {
    if (given) return given;
    throw new PartsMissing("the tests' control plane needs Go 1.26 or newer on the PATH, or KUBEBUILDER_ASSETS; neither is there");
  }
  const kwok = { kwok: [build("kwok", "kwok", "sigs.k8s.io/kwok/cmd/kwok", "-s -w", go, say)] };
  if (given?.controllerManager && given.scheduler) return { ...given, ...kwok };
  const cluster = build("cluster", ".", ".", clusterFlags(), go, say);
  return {
    etcd: [cluster, "etcd"],
    apiserver: [cluster, "apiserver"],
    controllerManager: [cluster, "controller-manager"],
    scheduler: [cluster, "scheduler"],
    ...given,
    ...kwok,
  };
}

/** @returns {string} linker flags that make the API server report its own version instead of v0.0.0 */
function clusterFlags() {
  const at = "k8s.io/component-base/version";
  const { version, major, minor } = kubernetes;
  return `-s -w -X ${at}.gitVersion=${version} -X ${at}.gitMajor=${major} -X ${at}.gitMinor=${minor}`;
}

/**
 * @param {string} assets
 * @returns {Parts | undefined}
 */
function partsIn(assets) {
  const programs = { etcd: "etcd", apiserver: "kube-apiserver", controllerManager: "kube-controller-manager", scheduler: "kube-scheduler" };
  const found = Object.fromEntries(
    Object.entries(programs)
      .map(([part, program]) => [part, join(assets, program)])
      .filter(([, path]) => existsSync(path ?? ""))
      .map(([part, path]) => [part, [path]]),
  );
  const { etcd, apiserver, ...others } = found;
  return etcd && apiserver ? { etcd, apiserver, ...others } : undefined;
}

function goVersion() {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (!existsSync(join(folder, "go"))) continue;
    return execFileSync(join(folder, "go"), ["env", "GOVERSION"], { encoding: "utf8" }).trim();
  }
  return undefined;
}

/**
 * @param {string} name of the program
 * @param {string} folder of the Go module, below test/cluster
 * @param {string} target the package to build
 * @param {string} linkerFlags
 * @param {string} go version of the compiler
 * @param {(line: string) => void} say
 * @returns {string} path of the program
 */
function build(name, folder, target, linkerFlags, go, say) {
  const source = join(modules, folder);
  const hash = createHash("sha256").update(`${go}\n${linkerFlags}\n`);
  for (const file of ["go.mod", "main.go"]) {
    if (existsSync(join(source, file))) hash.update(readFileSync(join(source, file)));
  }
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gitops-test");
  const program = join(cache, `${name}-${hash.digest("hex").slice(0, 12)}`);
  if (existsSync(program)) return program;

  say(`building ${name} for the tests with ${go}, once for this machine (up to ten minutes) ...`);
  mkdirSync(cache, { recursive: true });
  const unfinished = `${program}.${process.pid}`;
  const started = Date.now();
  const { status, error } = spawnSync("go", ["build", "-ldflags", linkerFlags, "-o", unfinished, target], {
    cwd: source,
    env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" },
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) {
    rmSync(unfinished, { force: true });
    throw new PartsMissing(`building ${name} failed: ${error?.message ?? `go build ended with ${status}`}`);
  }
  renameSync(unfinished, program);
  say(`built ${program} in ${((Date.now() - started) / 60_000).toFixed(1)} minutes`);
  return program;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const parts = ensureParts((line) => console.error(line));
    for (const [part, command] of Object.entries(parts)) console.log(`${part}: ${command.join(" ")}`);
  } catch (error) {
    if (!(error instanceof PartsMissing)) throw error;
    console.error(error.message);
    process.exitCode = process.env.CI ? 1 : 0;
  }
}
