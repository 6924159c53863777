// `npm run bench -- get [--deliveries 1000 --runs 7 --changes 20 --json FILE]`: whole processes of gitops get on so many Kustomizations,
// each with a source of its own, and of kubectl on the same; then how long a change takes until `get -w` shows it.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { gitopsProgram } from "../support/cli.ts";
import { kubectlProgram, type ControlPlane } from "../support/control-plane.ts";
import { fluxPlaneOrSkip } from "../support/flux-controllers.ts";
import { artifactStatus, readyStatus, writeFluxObject, writeStatus } from "../support/flux-status.ts";
import { measure, median, type Figures } from "./measure.ts";

const { values } = parseArgs({
  options: {
    deliveries: { type: "string", default: "1000" },
    runs: { type: "string", default: "7" },
    changes: { type: "string", default: "20" },
    json: { type: "string", default: "bench-get.json" },
  },
});
const LIMITS = { wallSeconds: 1.5, peakMegabytes: 150, changeMs: 200 };
const AT_ONCE = 16;
const REVISION = `main@sha1:${"1a".repeat(20)}`;

const { skip, plane } = await fluxPlaneOrSkip();
if (plane === undefined) throw new Error(skip);
const workspace = mkdtempSync(join(tmpdir(), "gitops-bench-"));
const env = { ...process.env, KUBECONFIG: plane.kubeconfig, CI: "true", XDG_CACHE_HOME: join(workspace, "cache") };
try {
  const namespace = await plane.createNamespace("bench");
  const paths = await writeDeliveries(plane, namespace, Number(values.deliveries));
  const commands: readonly (readonly [string, readonly string[]])[] = [
    ["gitops get", [process.execPath, gitopsProgram, "get", "-n", namespace]],
    ["gitops get -A -o json", [process.execPath, gitopsProgram, "get", "-A", "-o", "json"]],
    ["gitops get ks", [process.execPath, gitopsProgram, "get", "ks", "-n", namespace]],
    ["kubectl get ks", [kubectlProgram() ?? "kubectl", "get", "kustomizations.kustomize.toolkit.fluxcd.io", "-n", namespace]],
  ];
  const figures = new Map<string, Figures[]>(commands.map(([name]) => [name, []]));
  for (let run = 0; run <= Number(values.runs); run++) {
    for (const [name, command] of commands) {
      const taken = await measure(command, env);
      if (taken.exitStatus !== 0) throw new Error(`${name} ended with ${taken.exitStatus}`);
      // The first run of a version compiles its code and keeps it, once for each machine.
      if (run > 0) figures.get(name)?.push(taken);
    }
  }
  const changes = await changeTimes(plane, namespace, paths, Number(values.changes));
  report(figures, changes);
} finally {
  rmSync(workspace, { recursive: true, force: true });
}
process.exit(0);

/** As controllers leave them: conditions, history, an inventory of four objects. Answers the paths of the Kustomizations. */
async function writeDeliveries(on: ControlPlane, namespace: string, count: number): Promise<readonly string[]> {
  const names = Array.from({ length: count }, (_, index) => `delivery-${String(index).padStart(5, "0")}`);
  const paths: string[] = [];
  const left = [...names];
  const worker = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const at = { namespace, name } as const;
      await writeFluxObject(on, { ...at, resource: "gitrepositories", status: artifactStatus(REVISION) });
      paths.push(await writeFluxObject(on, { ...at, resource: "kustomizations", status: statusOf(namespace, name) }));
      if (left.length % 250 === 0) console.error(`${left.length} deliveries to write`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return paths.toSorted();
}

function statusOf(namespace: string, name: string, message = `Applied revision: ${REVISION}`): object {
  const entries = ["Deployment_apps", "Service_", "ConfigMap_", "ServiceAccount_"].map((text) => {
    const [kind = "", group = ""] = text.split("_");
    return { id: `${namespace}_${name}_${group}_${kind}`, v: "v1" };
  });
  const entry = {
    digest: `sha256:${"0".repeat(64)}`,
    firstReconciled: "2026-01-01T00:00:00Z",
    lastReconciled: "2026-01-02T00:00:00Z",
    lastReconciledStatus: "ReconciliationSucceeded",
    lastReconciledDuration: "1.5s",
    totalReconciliations: 3,
    metadata: { revision: REVISION },
  };
  return {
    ...readyStatus("True", message),
    lastAppliedRevision: REVISION,
    lastAttemptedRevision: REVISION,
    inventory: { entries },
    history: [entry, entry, entry, entry, entry],
  };
}

/** Milliseconds from the answer to the writing of a status until `get -w` has printed it; each change waits for the one before. */
async function changeTimes(on: ControlPlane, namespace: string, paths: readonly string[], count: number): Promise<readonly number[]> {
  const child = spawn(process.execPath, [gitopsProgram, "get", "-w", "-o", "json", "-n", namespace], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const times: number[] = [];
  let listed = 0;
  let awaited: { readonly message: string; readonly tell: (at: number) => void } | undefined;
  const lines = createInterface({ input: child.stdout });
  const begun = new Promise<void>((resolve) => {
    lines.on("line", (line) => {
      const at = performance.now();
      if (++listed === paths.length) resolve();
      if (awaited !== undefined && line.includes(awaited.message)) awaited.tell(at);
    });
  });
  await begun;
  for (let change = 0; change < count; change++) {
    const path = paths[(change * 37) % paths.length] ?? "";
    const message = `change ${String(change)} of the bench`;
    const shown = new Promise<number>((resolve) => (awaited = { message, tell: resolve }));
    const name = path.slice(path.lastIndexOf("/") + 1);
    // From before the request: what the server takes is counted too.
    const asked = performance.now();
    await writeStatus(on, path, statusOf(namespace, name, message));
    times.push((await shown) - asked);
  }
  child.kill("SIGINT");
  return times;
}

function report(figures: ReadonlyMap<string, readonly Figures[]>, changes: readonly number[]): void {
  const rows = [...figures].map(([command, runs]) => ({
    command,
    wallSeconds: median(runs.map(({ wallSeconds }) => wallSeconds)),
    cpuSeconds: median(runs.map(({ cpuSeconds }) => cpuSeconds)),
    peakMegabytes: Math.max(...runs.map(({ peakMegabytes }) => peakMegabytes)),
  }));
  const slowest = Math.max(...changes);
  writeFileSync(values.json, `${JSON.stringify({ deliveries: Number(values.deliveries), rows, changes }, undefined, 2)}\n`);
  for (const { command, wallSeconds, cpuSeconds, peakMegabytes } of rows)
    console.log(`${command.padEnd(24)} ${wallSeconds.toFixed(2)} s   ${cpuSeconds.toFixed(2)} s CPU   ${peakMegabytes.toFixed(0)} MB`);
  console.log(
    `a change is shown within ${median(changes).toFixed(0)} ms (median), ${slowest.toFixed(0)} ms (slowest of ${changes.length})\n`,
  );
  const [first] = rows;
  const say = (holds: boolean, what: string): void => console.log(`${holds ? "met   " : "missed"}  ${what}`);
  say((first?.wallSeconds ?? Infinity) <= LIMITS.wallSeconds, `gitops get takes at most ${LIMITS.wallSeconds} s`);
  say((first?.peakMegabytes ?? Infinity) <= LIMITS.peakMegabytes, `gitops get holds at most ${LIMITS.peakMegabytes} MB`);
  say(slowest <= LIMITS.changeMs, `get -w shows a change within ${LIMITS.changeMs} ms`);
}
