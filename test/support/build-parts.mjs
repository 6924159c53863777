// Builds what the tests need and npm cannot bring: a Kubernetes control plane and kwok, both Go modules of test/cluster.
// Plain JavaScript that Node 20 runs: it works before anything else is set up.
// Run alone (`node test/support/build-parts.mjs`) it builds and says where the programs are.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildGo, goVersion, PartsMissing } from "./build-go.mjs";

const kwokProgram = { name: "kwok", folder: "kwok", target: "sigs.k8s.io/kwok/cmd/kwok", sources: ["go.mod"], linkerFlags: "-s -w" };
const kubernetes = { version: "v1.36.3", major: "1", minor: "36" };

/**
 * How to start each component: the program and the arguments before its own flags.
 * `controllerManager`, `scheduler` and `kwok` are absent where only KUBEBUILDER_ASSETS is there and lacks them.
 * @typedef {{ etcd: string[], apiserver: string[], controllerManager?: string[], scheduler?: string[], kwok?: string[] }} Parts
 */

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
  const kwok = { kwok: [buildGo(kwokProgram, go, say)] };
  if (given?.controllerManager && given.scheduler) return { ...given, ...kwok };
  const cluster = buildGo(clusterProgram(), go, say);
  return {
    etcd: [cluster, "etcd"],
    apiserver: [cluster, "apiserver"],
    controllerManager: [cluster, "controller-manager"],
    scheduler: [cluster, "scheduler"],
    ...given,
    ...kwok,
  };
}

/** All of the control plane; the linker flags make the API server report its own version instead of v0.0.0. */
function clusterProgram() {
  const at = "k8s.io/component-base/version";
  const { version, major, minor } = kubernetes;
  const linkerFlags = `-s -w -X ${at}.gitVersion=${version} -X ${at}.gitMajor=${major} -X ${at}.gitMinor=${minor}`;
  return { name: "cluster", folder: ".", target: ".", sources: ["go.mod", "main.go"], linkerFlags };
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
