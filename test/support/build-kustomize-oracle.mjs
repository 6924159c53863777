// Builds the original kustomize, v5.8.2, from its Go module into the user's cache, once: the oracle of test/oracle.
// Two programs: the plain one, and one of the same module that builds many folders in one process.
// Prints the path of the plain one. Needs Go; runs on Node 20. GITOPS_KUSTOMIZE_ORACLE names another plain binary to use.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const VERSION = "v5.8.2";
const MODULE = "sigs.k8s.io/kustomize/kustomize/v5";
const BUILDER = readFileSync(new URL("../oracle/builder/main.go", import.meta.url));

/**
 * The path of the plain program, built when it is not there; undefined on a machine without Go.
 *
 * @param {(line: string) => void} say told what takes time
 * @returns {string | undefined}
 * @throws {Error} when the build fails, with what Go says
 */
export function kustomizeOracle(say) {
  return process.env.GITOPS_KUSTOMIZE_ORACLE || built(say, `kustomize-${VERSION}`, MODULE);
}

/**
 * The path of test/oracle/builder, which answers folders on its input; built when it is not there; undefined without Go.
 *
 * @param {(line: string) => void} say told what takes time
 * @returns {string | undefined}
 * @throws {Error} when the build fails, with what Go says
 */
export function kustomizeBuilder(say) {
  const source = createHash("sha256").update(BUILDER).digest("hex").slice(0, 12);
  return built(say, `kustomize-builder-${VERSION}-${source}`, ".");
}

/**
 * @param {(line: string) => void} say
 * @param {string} name
 * @param {string} target
 * @returns {string | undefined}
 */
function built(say, name, target) {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gitops-test");
  const binary = join(cache, name);
  if (existsSync(binary)) return binary;
  if (spawnSync("go", ["version"]).status !== 0) return undefined;
  say(`building ${name} into ${cache} (some minutes, once)`);
  mkdirSync(cache, { recursive: true });
  // Beside its place: a rename cannot cross file systems.
  const work = mkdtempSync(join(cache, ".kustomize-"));
  try {
    writeFileSync(join(work, "go.mod"), `module oracle\n\ngo 1.26\n\nrequire ${MODULE} ${VERSION}\n`);
    writeFileSync(join(work, "main.go"), BUILDER);
    const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod" };
    const done = spawnSync("go", ["build", "-ldflags=-s", "-o", "oracle", target], { cwd: work, env, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`go build failed: ${done.stderr}`);
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
