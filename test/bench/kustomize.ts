// `npm run bench -- kustomize [--sizes 12,200,1000,5000 --runs 7 --limit 60 --json FILE]` (limit: seconds of CPU for the original): whole processes of gitops build and of the
// original, interleaved, on the same trees. Ratios of CPU time; wall time says more of what else the machine does.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { kustomizeOracle } from "../support/build-kustomize-oracle.mjs";
import { measure, median, type Figures } from "./measure.ts";
import { writeOverlay } from "./overlay.ts";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "12,200,1000,5000" },
    runs: { type: "string", default: "7" },
    limit: { type: "string", default: "60" },
    json: { type: "string", default: "bench-kustomize.json" },
  },
});

interface Sample {
  readonly resources: number;
  readonly ours: readonly Figures[];
  /** None where the original was not done within the limit. */
  readonly original: readonly Figures[];
}

/** The original's slow runs are repeated less often: this many seconds for each size are enough. */
const ENOUGH_SECONDS = 15;

const original = kustomizeOracle((line) => process.stderr.write(`${line}\n`));
if (original === undefined) throw new Error("there is no original to compare with: it is built with Go");
const workspace = mkdtempSync(join(tmpdir(), "gitops-bench-"));
const env = { ...process.env, CI: "true", XDG_CACHE_HOME: join(workspace, "cache") };
const samples: Sample[] = [];
try {
  for (const size of values.sizes.split(",").map(Number)) samples.push(await runSize(size));
} finally {
  rmSync(workspace, { recursive: true, force: true });
}
const reached = targets(samples);
writeFileSync(values.json, `${JSON.stringify({ samples, targets: reached }, undefined, 2)}\n`);
console.log(table(samples));
console.log("");
for (const { what, value, holds } of reached) console.log(`${holds ? "met   " : "missed"}  ${value.toFixed(2).padStart(7)}  ${what}`);

async function runSize(resources: number): Promise<Sample> {
  const folder = writeOverlay(join(workspace, String(resources)), resources);
  const ours = [process.execPath, "bin/gitops.js", "build", folder];
  const theirs = ["bash", "-c", 'ulimit -t "$1"; exec "$2" build "$3"', "bash", values.limit, original ?? "", folder];
  // The first run of a version compiles its code and keeps it, once for each machine.
  await measure(ours, env);
  const sample = { resources, ours: [] as Figures[], original: [] as Figures[] };
  let spent = 0;
  for (let run = 0; run < Number(values.runs); run++) {
    console.error(`${resources} resources, run ${run + 1} of ${values.runs}`);
    sample.ours.push(done(await measure(ours, env)));
    if (spent > ENOUGH_SECONDS) continue;
    const figures = await measure(theirs, env);
    spent += figures.cpuSeconds;
    if (figures.exitStatus === 0 || figures.cpuSeconds < Number(values.limit) - 1) sample.original.push(done(figures));
  }
  if (sample.original.length > 0) compareOutput(ours, theirs);
  return sample;
}

function done(figures: Figures): Figures {
  if (figures.exitStatus !== 0) throw new Error(`a build ended with ${figures.exitStatus}`);
  return figures;
}

/** What is faster and prints something else is not faster. */
function compareOutput(ours: readonly string[], theirs: readonly string[]): void {
  const [a, b] = [ours, theirs].map(([program = "", ...args]) => spawnSync(program, args, { env, maxBuffer: 1 << 30 }).stdout);
  if (a === undefined || b === undefined || !a.equals(b)) throw new Error("the outputs differ");
}

function table(all: readonly Sample[]): string {
  const head = ["RESOURCES", "TOOL", "RUNS", "CPU s min", "CPU s median", "WALL s median", "PEAK MB", "ORIGINAL/IT"];
  const rows = all.flatMap(({ resources, ours, original: theirs }) => [
    row(resources, "gitops build", ours, theirs.length === 0 ? "" : (cpu(theirs) / cpu(ours)).toFixed(1)),
    row(resources, "kustomize v5.8.2", theirs, ""),
  ]);
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("   ")
        .trimEnd(),
    )
    .join("\n");
}

function row(resources: number, tool: string, runs: readonly Figures[], ratio: string): readonly string[] {
  if (runs.length === 0) return [String(resources), tool, `not done after ${values.limit} s of CPU`];
  const least = Math.min(...runs.map(({ cpuSeconds }) => cpuSeconds));
  const wall = median(runs.map(({ wallSeconds }) => wallSeconds));
  const seconds = [least, cpu(runs), wall].map((value) => value.toFixed(2));
  return [String(resources), tool, String(runs.length), ...seconds, peak(runs).toFixed(0), ratio];
}

/** The targets, each with what was measured. A size that was left out leaves its targets out. */
function targets(all: readonly Sample[]): readonly { readonly what: string; readonly value: number; readonly holds: boolean }[] {
  const of = (resources: number) => all.find((sample) => sample.resources === resources);
  const faster = (resources: number, least: number) => {
    const sample = of(resources);
    if (sample === undefined || sample.original.length === 0) return [];
    const value = cpu(sample.original) / cpu(sample.ours);
    return [{ what: `${resources} resources: at least ${least.toFixed(2)} × faster than the original, CPU`, value, holds: value >= least }];
  };
  const [thousand, most] = [of(1000), of(5000)];
  return [
    ...faster(12, 1 / 1.5),
    ...faster(200, 2),
    ...faster(1000, 15),
    ...(most === undefined
      ? []
      : [
          { what: "5,000 resources: less than 4 s of CPU", value: cpu(most.ours), holds: cpu(most.ours) < 4 },
          { what: "5,000 resources: less than 300 MB", value: peak(most.ours), holds: peak(most.ours) < 300 },
        ]),
    ...(most === undefined || thousand === undefined ? [] : [growth(cpu(most.ours) / cpu(thousand.ours))]),
  ];
}

function growth(value: number): { readonly what: string; readonly value: number; readonly holds: boolean } {
  return { what: "CPU at 5,000 resources at most 6 × that at 1,000", value, holds: value <= 6 };
}

function cpu(runs: readonly Figures[]): number {
  return median(runs.map(({ cpuSeconds }) => cpuSeconds));
}

function peak(runs: readonly Figures[]): number {
  return Math.max(...runs.map(({ peakMegabytes }) => peakMegabytes));
}
