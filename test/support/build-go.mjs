// Builds Go programs for the tests into the user's cache, once for each set of inputs. Plain JavaScript that Node 20 runs.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the Go modules of the tests are. */
export const goModules = fileURLToPath(new URL("../cluster/", import.meta.url));

/** Where built programs stay between runs, for all checkouts of this user. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gitops-test");

/** What the tests need cannot be had on this machine; the message is one line for people. */
export class PartsMissing extends Error {
  /** @override */
  name = "PartsMissing";
}

/** The Go compiler's version, such as go1.26.8, or undefined where there is none on the PATH. */
export function goVersion() {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (!existsSync(join(folder, "go"))) continue;
    return execFileSync(join(folder, "go"), ["env", "GOVERSION"], { encoding: "utf8" }).trim();
  }
  return undefined;
}

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {string} folder of the Go module, below test/cluster
 * @property {string} target the package to build
 * @property {string[]} sources files of the folder that the program is made of; a change of one builds anew
 * @property {string} linkerFlags
 * @property {string} [variant] what else makes the program another one
 * @property {() => string[]} [flags] more flags for `go build`, made when there is something to build
 */

/**
 * @param {Program} program
 * @param {string} go version of the compiler
 * @param {(line: string) => void} say told what is being built, and how long it took
 * @returns {string} path of the built program
 * @throws {PartsMissing} when the build fails; Go's output is on stderr
 */
export function buildGo({ name, folder, target, sources, linkerFlags, variant, flags }, go, say) {
  const source = join(goModules, folder);
  const hash = createHash("sha256").update(`${go}\n${linkerFlags}\n`);
  for (const file of sources) hash.update(readFileSync(join(source, file)));
  if (variant !== undefined) hash.update(variant);
  const program = join(cache, `${name}-${hash.digest("hex").slice(0, 12)}`);
  if (existsSync(program)) return program;

  say(`building ${name} for the tests with ${go}, once for this machine (up to ten minutes) ...`);
  mkdirSync(cache, { recursive: true });
  const unfinished = `${program}.${process.pid}`;
  const started = Date.now();
  const { status, error } = spawnSync("go", ["build", ...(flags?.() ?? []), "-ldflags", linkerFlags, "-o", unfinished, target], {
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
