// Builds the original helm, v3, from its Go module into the user's cache, once: charts are rendered by the real program in tests.
// Prints the path of the binary. Needs Go; runs on Node 20. GITOPS_TEST_HELM names another binary to use.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cache, goVersion, PartsMissing } from "./build-go.mjs";

const VERSION = "v3.22.0";
const MODULE = "helm.sh/helm/v3";
/** A release of helm names the Kubernetes that it was made for; charts ask for it where nobody says another. */
const KUBERNETES = "helm.sh/helm/v3/pkg/chartutil.k8sVersion";
const LINKER_FLAGS = `-s -w -X helm.sh/helm/v3/internal/version.version=${VERSION} -X ${KUBERNETES}Major=1 -X ${KUBERNETES}Minor=36`;

/**
 * The path of the binary, built when it is not there; undefined on a machine without Go.
 *
 * @param {(line: string) => void} say told what takes time
 * @returns {string | undefined}
 * @throws {PartsMissing} when the build fails, with what Go says
 */
export function helmProgram(say) {
  const given = process.env.GITOPS_TEST_HELM;
  if (given) return given;
  const binary = join(cache, `helm-${VERSION}`);
  if (existsSync(binary)) return binary;
  if (goVersion() === undefined) return undefined;
  say(`building helm ${VERSION} into ${cache} (some minutes, once)`);
  mkdirSync(cache, { recursive: true });
  // Beside its place: a rename cannot cross file systems.
  const work = mkdtempSync(join(cache, ".helm-"));
  const started = Date.now();
  try {
    writeFileSync(join(work, "go.mod"), `module program\n\ngo 1.26\n\nrequire ${MODULE} ${VERSION}\n`);
    const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod" };
    const built = spawnSync("go", ["build", "-trimpath", "-ldflags", LINKER_FLAGS, "-o", "helm", `${MODULE}/cmd/helm`], {
      cwd: work,
      env,
      encoding: "utf8",
    });
    if (built.status !== 0) throw new PartsMissing(`building helm failed: ${built.stderr}`);
    renameSync(join(work, "helm"), binary);
    say(`built ${binary} in ${((Date.now() - started) / 60_000).toFixed(1)} minutes`);
    return binary;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const binary = helmProgram((line) => process.stderr.write(`${line}\n`));
  if (binary === undefined) {
    process.stderr.write("Go is not installed: helm cannot be built\n");
    process.exitCode = 1;
  } else {
    process.stdout.write(`${binary}\n`);
  }
}
