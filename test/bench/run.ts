// `npm run bench [-- --sizes 100,1000,5000 --runs 5 --json FILE]`: gitops beside kubectl and a bare client, on one control plane,
// interleaved, whole processes. Prints one table and writes a JSON file. Ratios only: absolute times say more of the machine.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { controlPlane, kubectlProgram, type ControlPlane } from "../support/control-plane.ts";
import { measure, type Figures } from "./measure.ts";
import { objectSet, writeSet } from "./objects.ts";
import { table, targets, type Sample } from "./report.ts";
import { STEPS, bareTool, gitopsTool, kubectlTool, type StepName, type Tool } from "./tools.ts";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "100,1000,5000" },
    runs: { type: "string", default: "5" },
    json: { type: "string", default: "bench.json" },
  },
});
const workspace = mkdtempSync(join(tmpdir(), "gitops-bench-"));
const plane = await controlPlane();
const samples: Sample[] = [];
try {
  for (const size of values.sizes.split(",").map(Number)) samples.push(...(await runSize(size, Number(values.runs))));
} finally {
  rmSync(workspace, { recursive: true, force: true });
}
const reached = targets(samples);
writeFileSync(values.json, `${JSON.stringify({ samples, targets: reached }, undefined, 2)}\n`);
console.log(table(samples));
console.log("");
for (const { what, ratio, holds } of reached) console.log(`${holds ? "met   " : "missed"}  ${ratio.toFixed(2).padStart(7)}  ${what}`);
process.exit(0);

function toolsFor(size: number, on: ControlPlane): readonly Tool[] {
  const kubectl = kubectlProgram();
  if (kubectl === undefined) console.error("there is no kubectl: no comparison with it");
  const rivals = kubectl === undefined ? [] : [kubectlTool(kubectl)];
  return [
    gitopsTool("gitops", []),
    ...rivals,
    gitopsTool("gitops --preflight=false", ["--preflight=false"]),
    bareTool("create", on, size),
    bareTool("dry-run", on, size),
  ];
}

async function runSize(size: number, runs: number): Promise<readonly Sample[]> {
  const figures = new Map<string, Figures[]>();
  const tools = toolsFor(size, plane);
  const folder = join(workspace, "set");
  const env = {
    ...process.env,
    KUBECONFIG: plane.kubeconfig,
    CI: "true",
    XDG_CACHE_HOME: join(workspace, "cache"),
    XDG_STATE_HOME: join(workspace, "state"),
  };
  for (let run = 0; run < runs; run++) {
    // Another order in every run, so that no tool always meets the server as the same one left it.
    const order = [...tools.slice(run % tools.length), ...tools.slice(0, run % tools.length)];
    for (const tool of order) {
      console.error(`${size} objects, run ${run + 1} of ${runs}: ${tool.name}`);
      for (const [step, taken] of await runTool(tool, size, folder, env)) {
        const key = JSON.stringify([size, step, tool.name]);
        figures.set(key, [...(figures.get(key) ?? []), taken]);
      }
    }
  }
  return STEPS.flatMap(({ name }) =>
    tools.flatMap((tool) => {
      const taken = figures.get(JSON.stringify([size, name, tool.name]));
      return taken === undefined ? [] : [{ objects: size, step: name, tool: tool.name, runs: taken }];
    }),
  );
}

async function runTool(tool: Tool, size: number, folder: string, env: NodeJS.ProcessEnv): Promise<readonly [StepName, Figures][]> {
  const namespace = await plane.createNamespace("bench");
  const taken: [StepName, Figures][] = [];
  writeSet(folder, objectSet(size, false));
  for (const { name, alters } of STEPS) {
    const command = tool.command(name, namespace, folder);
    if (command === undefined) continue;
    if (alters) writeSet(folder, objectSet(size, true));
    await settled(namespace);
    const figures = await measure(command, env);
    if (!tool.accepts(name).includes(figures.exitStatus))
      throw new Error(`${tool.name}, ${name}: exit ${figures.exitStatus}: ${command.join(" ")}`);
    taken.push([name, figures]);
  }
  await removed(namespace);
  return taken;
}

/** The controllers' work after the step before (endpoints, ReplicaSets, status) must not be measured as this tool's. */
async function settled(namespace: string): Promise<void> {
  const kinds = [
    "apis/apps/v1/namespaces/NS/deployments",
    "apis/apps/v1/namespaces/NS/replicasets",
    "apis/discovery.k8s.io/v1/namespaces/NS/endpointslices",
  ];
  const state = async (): Promise<string> => {
    const answers = await Promise.all(kinds.map((path) => plane.api("GET", `/${path.replace("NS", namespace)}`)));
    const lists = answers.map(({ body }) => (body as { items: { metadata: { resourceVersion: string } }[] }).items);
    return lists.map((items) => items.map(({ metadata }) => metadata.resourceVersion).join()).join(";");
  };
  let before = "";
  for (let now = await state(); now !== before; now = await state()) {
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
}

/** The next one must not be measured while the server still clears up after this one. */
async function removed(namespace: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}`;
  await plane.api("DELETE", path);
  while ((await plane.api("GET", path)).status !== 404) await new Promise((resolve) => setTimeout(resolve, 200));
}
