// Builds the original kustomize, v5.8.2, from its Go module into the user's cache, once: the oracle of test/oracle.
// Prints the path of the binary. Needs Go; runs on Node 20. GITOPS_KUSTOMIZE_ORACLE names another binary to use.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const VERSION = "v5.8.2";
const MODULE = "sigs.k8s.io/kustomize/kustomize/v5";

/**
 * The path of the binary, built when it is not there; undefined on a machine without Go.
 *
 * @param {(line: string) => void} say told what takes time
 * @returns {string | undefined}
 * @throws {Error} when the build fails, with what Go says
 */
export function kustomizeOracle(say) {
  const given = process.env.GITOPS_KUSTOMIZE_ORACLE;
  if (given) return given;
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gitops-test");
  const binary = join(cache, `kustomize-${VERSION}`);
  if (existsSync(binary)) return binary;
  if (spawnSync("go", ["version"]).status !== 0) return undefined;
  say(`building kustomize ${VERSION} into ${cache} (some minutes, once)`);
  mkdirSync(cache, { recursive: true });
  // Beside its place: a rename cannot cross file systems.
  const work = mkdtempSync(join(cache, ".kustomize-"));
  try {
    writeFileSync(join(work, "go.mod"), `module oracle\n\ngo 1.26\n\nrequire ${MODULE} ${VERSION}\n`);
    const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod" };
    const built = spawnSync("go", ["build", "-ldflags=-s", "-o", "oracle", MODULE], { cwd: work, env, encoding: "utf8" });
    if (built.status !== 0) throw new Error(`go build failed: ${built.stderr}`);
    renameSync(join(work, "oracle"), binary);
    return binary;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const binary = kustomizeOracle((line) => process.stderr.write(`${line}\n`));
  if (binary === undefined) {
    process.stderr.write("Go is not installed: kustomize cannot be built\n");
    process.exitCode = 1;
  } else {
    process.stdout.write(`${binary}\n`);
  }
}
