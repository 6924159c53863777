// What `npm test` and `npm run demo` do first, from a fresh clone and on a machine with Node 20: install what
// package-lock.json names if nothing is installed, and build. Only Node's own modules may be imported here.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const binaries = join(root, "node_modules", ".bin");

/** The project's own Node, newer than the machine's may be. */
export const projectNode = join(binaries, "node");

/**
 * Leaves the project installed and built, and its own Node first on the PATH.
 *
 * @param {(line: string) => void} say told what is being done, and how long it took
 * @throws {Error} when a step fails; its output is on the terminal
 */
export function setUp(say) {
  process.chdir(root);
  if (!existsSync(projectNode)) step(say, "installing", ["ci", "--no-audit", "--no-fund"]);
  process.env.PATH = `${binaries}${delimiter}${process.env.PATH}`;
  step(say, "building", ["run", "--silent", "build"]);
}

/**
 * @param {(line: string) => void} say
 * @param {string} what
 * @param {string[]} args
 */
function step(say, what, args) {
  say(`${what}: npm ${args.join(" ")}`);
  const started = Date.now();
  const status = run("npm", args);
  if (status !== 0) throw new Error(`${what} failed: npm ${args.join(" ")} ended with ${status}`);
  say(`${what}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/**
 * Runs a program on this terminal, without input.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} [environment]
 * @returns {number} its exit status
 */
export function run(program, args, environment = {}) {
  // set where this runs below `node --test`, which would then take ours for one of its own
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  return spawnSync(program, args, { stdio: ["ignore", "inherit", "inherit"], env: { ...inherited, ...environment } }).status ?? 128;
}
