import { median, type Figures } from "./measure.ts";
import { STEPS, type StepName } from "./tools.ts";

/** All runs of one tool at one step and size. */
export interface Sample {
  readonly objects: number;
  readonly step: StepName;
  readonly tool: string;
  readonly runs: readonly Figures[];
}

interface Target {
  readonly what: string;
  readonly ratio: number;
  readonly holds: boolean;
}

/** One table of medians, with the ratio of kubectl's wall time to each tool's. */
export function table(samples: readonly Sample[]): string {
  const rows = samples.map((sample) => {
    const rival = find(samples, sample.objects, sample.step, "kubectl");
    const ratio = rival === undefined ? "" : (wall(rival) / wall(sample)).toFixed(1);
    const cells = [
      String(sample.objects),
      sample.step,
      sample.tool,
      String(sample.runs.length),
      wall(sample).toFixed(2),
      cpu(sample).toFixed(2),
      memory(sample).toFixed(0),
      ratio,
    ];
    return cells;
  });
  const all = [["OBJECTS", "STEP", "TOOL", "RUNS", "WALL s", "CPU s", "PEAK MB", "KUBECTL/IT"], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("   ")
        .trimEnd(),
    )
    .join("\n");
}

/** The targets, each with what was measured. A missing sample leaves its target out. */
export function targets(samples: readonly Sample[]): readonly Target[] {
  const against = (step: StepName, tool: string, least: number): Target[] => {
    const [ours, theirs] = [find(samples, 1000, step, tool), find(samples, 1000, step, "kubectl")];
    if (ours === undefined || theirs === undefined) return [];
    const ratio = wall(theirs) / wall(ours);
    return [{ what: `${step}, ${tool}: at least ${least} × faster than kubectl`, ratio, holds: ratio >= least }];
  };
  const [create, dryRun] = [
    find(samples, 1000, "first apply", "bare client, create"),
    find(samples, 1000, "first apply", "bare client, dry-run"),
  ];
  const floor = (tool: string, seconds: number | undefined, what: string): Target[] => {
    const ours = find(samples, 1000, "first apply", tool);
    if (ours === undefined || seconds === undefined) return [];
    const ratio = wall(ours) / seconds;
    return [{ what: `first apply, ${tool}: at most 1.3 × ${what} of a bare client`, ratio, holds: ratio <= 1.3 }];
  };
  const both = create === undefined || dryRun === undefined ? undefined : wall(create) + wall(dryRun);
  return [
    ...against("no-op", "gitops", 7),
    ...against("1 % changed", "gitops", 6),
    ...against("diff (1 %)", "gitops", 10),
    ...against("first apply", "gitops", 1),
    ...against("first apply", "gitops --preflight=false", 2),
    ...floor("gitops --preflight=false", create === undefined ? undefined : wall(create), "the creates"),
    ...floor("gitops", both, "the dry-runs and the creates"),
    ...growth(samples),
  ];
}

function growth(samples: readonly Sample[]): Target[] {
  return STEPS.flatMap(({ name }) => {
    const [small, large] = [find(samples, 1000, name, "gitops"), find(samples, 5000, name, "gitops")];
    const peak: Target[] =
      small === undefined
        ? []
        : [{ what: `${name}, gitops: at most 200 MB at 1,000 (here in MB)`, ratio: memory(small), holds: memory(small) <= 200 }];
    if (small === undefined || large === undefined) return peak;
    const [time, space] = [wall(large) / wall(small), memory(large) / memory(small)];
    return [
      ...peak,
      { what: `${name}, gitops: wall at 5,000 at most 6 × that at 1,000`, ratio: time, holds: time <= 6 },
      { what: `${name}, gitops: memory at 5,000 at most 2 × that at 1,000`, ratio: space, holds: space <= 2 },
    ];
  });
}

function find(samples: readonly Sample[], objects: number, step: StepName, tool: string): Sample | undefined {
  return samples.find((sample) => sample.objects === objects && sample.step === step && sample.tool === tool);
}

function wall({ runs }: Sample): number {
  return median(runs.map(({ wallSeconds }) => wallSeconds));
}

function cpu({ runs }: Sample): number {
  return median(runs.map(({ cpuSeconds }) => cpuSeconds));
}

function memory({ runs }: Sample): number {
  return Math.max(...runs.map(({ peakMegabytes }) => peakMegabytes));
}
