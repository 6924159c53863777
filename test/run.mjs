// `npm test`: from a fresh clone to the closing line, on a machine with Node 20 or newer, npm, Git and Go.
// Only Node's own modules may be imported here: nothing is installed yet when this starts.
//
//   npm test                      everything
//   npm test -- engine/yaml e2e   only files whose path contains one of the words
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { ensureFlux, fluxOracle } from "./support/build-flux.mjs";
import { PartsMissing } from "./support/build-go.mjs";
import { helmProgram } from "./support/build-helm.mjs";
import { joinPlane } from "./support/plane-client.mjs";
import { projectNode, root, run, setUp } from "./support/setup.mjs";

const inCI = Boolean(process.env.CI);

/** A test may be skipped in CI only for want of a thing that the machine does not have, and says so with this word. */
const ABSENT = "not here:";

/** Suites in their order; a folder of test/ that is in none belongs to the first. */
const SUITES = [
  { name: "pure", folders: [], concurrency: availableParallelism(), needsPlane: false },
  { name: "adapters", folders: ["adapters", "contract"], concurrency: availableParallelism(), needsPlane: true },
  { name: "cluster", folders: ["cluster", "support"], concurrency: availableParallelism(), needsPlane: true },
  { name: "end to end", folders: ["e2e", "package"], concurrency: availableParallelism(), needsPlane: true },
];

process.exitCode = await main(process.argv.slice(2));

/** @param {string[]} words */
async function main(words) {
  try {
    setUp(say);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    console.log("0 passed, 1 failed, 0 skipped");
    return 1;
  }

  const files = testFiles().filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
  const planes = [];
  if (files.some((file) => suiteOf(file).needsPlane)) planes.push(await startPlane("control plane"));
  if (files.some((file) => uses(file, "build-helm"))) build(() => helmProgram(say));
  if (files.some((file) => uses(file, "flux-oracle"))) build(() => fluxOracle(say));
  if (files.some((file) => uses(file, "flux-controllers"))) {
    if (build(() => ensureFlux(say))) planes.push(await startPlane("control plane with Flux", "flux"));
  }
  try {
    return runSuites(files);
  } finally {
    for (const plane of planes) plane?.finish();
  }
}

/** @param {string[]} files */
function runSuites(files) {
  const counts = join(mkdtempSync(join(tmpdir(), "gitops-test-")), "counts.ndjson");
  const broken = SUITES.filter(({ name, concurrency }) => {
    const own = files.filter((file) => suiteOf(file).name === name);
    if (own.length === 0) return false;
    say(`${name}: ${own.length} files`);
    return run(projectNode, nodeFlags(concurrency, own), { GITOPS_TEST_COUNTS: counts }) !== 0;
  });
  const { passed, failed, skipped, skips } = read(counts);
  rmSync(join(counts, ".."), { recursive: true, force: true });
  return conclude({ passed, failed, skipped, skips, broken: broken.map(({ name }) => name) });
}

/**
 * @param {number} concurrency
 * @param {string[]} files
 */
function nodeFlags(concurrency, files) {
  return ["--test", `--test-concurrency=${concurrency}`, "--test-timeout=600000", "--test-reporter=./test/support/reporter.mjs", ...files];
}

/** @param {{ passed: number, failed: number, skipped: number, skips: Map<string, number>, broken: string[] }} result */
function conclude({ passed, failed, skipped, skips, broken }) {
  let failures = failed;
  for (const [reason, count] of skips) {
    const refused = inCI && !reason.startsWith(ABSENT);
    if (refused) failures += count;
    say(`skipped ${count}: ${reason}${refused ? " (it can run here: in CI that is a failure)" : ""}`);
  }
  // a file that crashes before its first test leaves no count
  if (broken.length > 0 && failures === 0) {
    say(`ended badly without a failed test: ${broken.join(", ")}`);
    failures = broken.length;
  }
  console.log(`${passed} passed, ${failures} failed, ${skipped} skipped`);
  return failures === 0 ? 0 : 1;
}

/**
 * @param {string} path
 * @returns {{ passed: number, failed: number, skipped: number, skips: Map<string, number> }} skips: reason to count
 */
function read(path) {
  const sum = { passed: 0, failed: 0, skipped: 0, skips: new Map() };
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
  for (const line of lines) {
    /** @type {import("./support/reporter.mjs").Line} */
    const entry = JSON.parse(line);
    if (entry.kind === "skip") {
      sum.skips.set(entry.reason, (sum.skips.get(entry.reason) ?? 0) + 1);
    } else {
      sum.passed += entry.passed;
      sum.failed += entry.failed;
      sum.skipped += entry.skipped;
    }
  }
  return sum;
}

/**
 * @param {string} what
 * @param {string} [variant]
 */
async function startPlane(what, variant) {
  try {
    const started = Date.now();
    const hold = await joinPlane(say, variant);
    say(`${what} ready after ${((Date.now() - started) / 1000).toFixed(1)} s`);
    return hold;
  } catch (error) {
    if (!(error instanceof PartsMissing)) throw error;
    say(error.message);
    return undefined;
  }
}

/**
 * Builds before the tests what several of them would build at once.
 *
 * @template Built
 * @param {() => Built} make
 * @returns {Built | undefined} undefined where it cannot be had; the tests that need it say so again
 */
function build(make) {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof PartsMissing)) throw error;
    say(error.message);
    return undefined;
  }
}

/**
 * @param {string} file
 * @param {string} support name of a file of test/support
 */
function uses(file, support) {
  return readFileSync(file, "utf8").includes(`support/${support}.`);
}

function testFiles() {
  return readdirSync("test", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => relative(root, join(root, "test", file)))
    .sort();
}

/** @param {string} file */
function suiteOf(file) {
  const folder = file.split(/[\\/]/)[1] ?? "";
  const suite = SUITES.find(({ folders }) => folders.some((name) => name === folder)) ?? SUITES[0];
  if (!suite) throw new Error("there are no suites");
  return suite;
}

/** @param {string} line */
function say(line) {
  console.log(`── ${line}`);
}
