// Builds Flux's own programs from their Go modules into the user's cache, once. Plain JavaScript that Node 20 runs.
// Run alone (`node test/support/build-flux.mjs`) it builds all and says where they are.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildGo, cache, goModules, goVersion, PartsMissing } from "./build-go.mjs";

/**
 * @typedef {object} Flux
 * @property {string} sourceController path of the program
 * @property {string} kustomizeController path of the program
 * @property {string[]} crds files with the CustomResourceDefinitions of both
 */

/**
 * Where a controller looks for the namespace of its leader election. Out of a cluster that file is nowhere and the
 * controllers offer no flag, so this one constant is read from the environment; all else of the programs is the originals'.
 */
const CONSTANT = 'const inClusterNamespacePath = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"';
const VARIABLE = 'var inClusterNamespacePath = os.Getenv("GITOPS_TEST_NAMESPACE_FILE")';
const CHANGED = { module: "sigs.k8s.io/controller-runtime", file: join("pkg", "leaderelection", "leader_election.go") };

/** Those that deliver from Git; each folder of test/cluster is a Go module that requires the original. */
const CONTROLLERS = ["source-controller", "kustomize-controller"];

/**
 * The program of test/cluster/kustomize-controller/oracle, or undefined on a machine without Go.
 * Tests start it through test/support/flux-oracle.ts.
 *
 * @param {(line: string) => void} say told what takes time
 * @returns {string | undefined} its path
 * @throws {PartsMissing} when the build fails
 */
export function fluxOracle(say) {
  const go = goVersion();
  if (go === undefined) return undefined;
  const sources = ["go.mod", "oracle/main.go"];
  return buildGo({ name: "flux-oracle", folder: "kustomize-controller", target: "./oracle", sources, linkerFlags: "-s -w" }, go, say);
}

/**
 * The controllers and their CRDs. Tests start them through test/support/flux-controllers.ts.
 *
 * @param {(line: string) => void} say told what takes time
 * @returns {Flux | undefined} undefined on a machine without Go
 * @throws {PartsMissing} when a build fails
 */
export function ensureFlux(say) {
  const go = goVersion();
  if (go === undefined) return undefined;
  const [sourceController = "", kustomizeController = ""] = CONTROLLERS.map((name) => buildController(name, go, say));
  const crds = CONTROLLERS.flatMap((name) => crdFiles(name));
  return { sourceController, kustomizeController, crds };
}

/**
 * @param {string} name
 * @param {string} go
 * @param {(line: string) => void} say
 */
function buildController(name, go, say) {
  /** @type {string | undefined} */
  let work;
  const flags = () => {
    work = mkdtempSync(join(cache, `.${name}-`));
    return [`-modfile=${changedModule(name, work)}`];
  };
  const target = `github.com/fluxcd/${name}`;
  try {
    return buildGo({ name, folder: name, target, sources: ["go.mod"], linkerFlags: "-s -w", variant: VARIABLE, flags }, go, say);
  } finally {
    if (work) rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Copies the library with the constant and changes it there.
 *
 * @param {string} name
 * @param {string} work
 * @returns {string} path of a go.mod that replaces the library
 */
function changedModule(name, work) {
  const copy = join(work, "controller-runtime");
  cpSync(moduleFolder(name, CHANGED.module), copy, { recursive: true });
  makeWritable(copy);
  const path = join(copy, CHANGED.file);
  const text = readFileSync(path, "utf8");
  if (!text.includes(CONSTANT)) throw new PartsMissing(`${CHANGED.module} of ${name} has no ${CONSTANT}`);
  writeFileSync(path, text.replace(CONSTANT, VARIABLE));
  const module = join(work, "go.mod");
  writeFileSync(module, `${readFileSync(join(goModules, name, "go.mod"), "utf8")}\nreplace ${CHANGED.module} => ${copy}\n`);
  copyFileSync(join(goModules, name, "go.sum"), join(work, "go.sum"));
  return module;
}

/**
 * Files of Go's module cache are read-only, and so are copies of its folders.
 *
 * @param {string} folder
 */
function makeWritable(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) makeWritable(join(folder, entry.name));
    else chmodSync(join(folder, entry.name), 0o644);
  }
}

/**
 * @param {string} name of the controller
 * @returns {string[]} paths of its CRDs in the cache
 */
function crdFiles(name) {
  const version = requiredVersion(name, `github.com/fluxcd/${name}`);
  const folder = join(cache, `crds-${name}-${version}`);
  if (!existsSync(folder)) {
    const unfinished = mkdtempSync(join(cache, `.crds-${name}-`));
    const bases = join(moduleFolder(name, `github.com/fluxcd/${name}`), "config", "crd", "bases");
    for (const file of readdirSync(bases)) writeFileSync(join(unfinished, file), readFileSync(join(bases, file)));
    publish(unfinished, folder);
  }
  return readdirSync(folder)
    .sort()
    .map((file) => join(folder, file));
}

/**
 * @param {string} unfinished
 * @param {string} folder
 */
function publish(unfinished, folder) {
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // another process was faster with the same files
    if (!existsSync(folder)) throw error;
  }
}

/**
 * @param {string} name of the Go module below test/cluster
 * @param {string} module that it requires
 * @returns {string} its version
 */
function requiredVersion(name, module) {
  const line = readFileSync(join(goModules, name, "go.mod"), "utf8")
    .split("\n")
    .find((each) => each.includes(`${module} v`));
  const version = line?.split(`${module} `)[1]?.split(" ")[0];
  if (!version) throw new PartsMissing(`${join(goModules, name, "go.mod")} does not require ${module}`);
  return version;
}

/**
 * @param {string} name of the Go module below test/cluster
 * @param {string} module that it requires
 * @returns {string} its folder in Go's module cache, downloaded where it is not there
 */
function moduleFolder(name, module) {
  try {
    const text = execFileSync("go", ["mod", "download", "-json", module], { cwd: join(goModules, name), encoding: "utf8" });
    return JSON.parse(text).Dir;
  } catch (error) {
    throw new PartsMissing(`${module} could not be had: ${error instanceof Error ? error.message : error}`);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const say = (/** @type {string} */ line) => console.error(line);
  try {
    const flux = ensureFlux(say);
    console.log(flux ? JSON.stringify({ ...flux, oracle: fluxOracle(say) }, undefined, 2) : "not here: Go, to build Flux with");
  } catch (error) {
    if (!(error instanceof PartsMissing)) throw error;
    console.error(error.message);
    process.exitCode = process.env.CI ? 1 : 0;
  }
}
