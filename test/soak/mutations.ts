// `npm run soak -- mutations [SEED]`: breaks each step of a build on purpose, in a copy of the sources, and proves that the
// generated trees of test/oracle notice within 2,000. Prints a table; fails when a mutation is not found, or does not apply.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Mutation, MUTATIONS } from "./mutations/list.ts";

const TREES = 2000;
const [seed = "4242", only = ""] = process.argv.slice(2);
const root = fileURLToPath(new URL("../..", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "gitops-mutations-"));
/** Trees that record.ts wrote before, to spare the time. */
const given = process.env["GITOPS_RECORDED_TREES"];
const recorded = given ?? join(copy, "trees.ndjson");

function node(script: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
  if (status !== 0) return `does not start: ${stderr.slice(0, 200)}`;
  return stdout.trim();
}

/** The number of the tree that notices; `none`, or why it could not be tried. */
function tried({ file, from, to }: Mutation): string {
  const path = join(copy, "src/engine/build/kustomize", file);
  const source = readFileSync(path, "utf8");
  if (!source.includes(from)) return `not there: ${from}`;
  writeFileSync(
    path,
    source.replace(from, () => to),
  );
  try {
    return node(join(copy, "test/soak/mutations/replay.ts"), [recorded]);
  } finally {
    writeFileSync(path, source);
  }
}

try {
  for (const folder of ["src", "test/oracle", "test/support", "test/soak"])
    cpSync(join(root, folder), join(copy, folder), { recursive: true });
  cpSync(join(root, "package.json"), join(copy, "package.json"));
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  if (given === undefined) {
    const said = node(join(copy, "test/soak/mutations/record.ts"), [recorded, seed, String(TREES)]);
    if (said !== "") throw new Error(said);
  }
  const whole = node(join(copy, "test/soak/mutations/replay.ts"), [recorded]);
  process.stdout.write(`${"tree".padStart(5)}  what is broken (seed ${seed})\n${whole.padStart(5)}  nothing\n`);
  // It would be found in place of every mutation that is found later, or never.
  if (whole !== "none") throw new Error("the trees differ with nothing broken");
  let missed = 0;
  for (const mutation of MUTATIONS.filter(({ name }) => name.includes(only))) {
    const found = tried(mutation);
    if (!/^\d+$/.test(found)) missed++;
    process.stdout.write(`${found.padStart(5)}  ${mutation.name}\n`);
  }
  process.stdout.write(`${missed} of ${MUTATIONS.length} not found\n`);
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
