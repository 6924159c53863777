// `npm run bench -- reconcile [--runs 20 --json FILE]`: what `gitops reconcile` adds to the work of the real kustomize-controller. A watch
// of its own stamps the write of the request and the status that handles it; the rest of the process's time is the tool's.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { gitopsProgram } from "../support/cli.ts";
import { fluxPlaneOrSkip, isReady, startFlux } from "../support/flux-controllers.ts";
import { newFluxPerson } from "../support/flux-delivery.ts";
import { startGitServer } from "../support/git-server.ts";
import { waitFor, type LiveObject } from "../support/wait-for.ts";
import { configMap } from "../support/workspace.ts";
import { median } from "./measure.ts";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "20" }, json: { type: "string", default: "bench-reconcile.json" } },
});
const LIMIT_MS = 300;
const REQUESTED_AT = "reconcile.fluxcd.io/requestedAt";

const { skip, plane } = await fluxPlaneOrSkip();
if (plane === undefined) throw new Error(skip);
const workspace = mkdtempSync(join(tmpdir(), "gitops-bench-"));
const namespace = await plane.createNamespace("bench");
const [git, flux] = await Promise.all([startGitServer(), startFlux(plane, { namespace })]);
try {
  const person = newFluxPerson(plane, namespace);
  await person.deliver("shop", git, { "map.yaml": configMap("shop", { v: "1" }) });
  const path = person.path("kustomizations", "shop");
  await waitFor(plane, path, isReady);
  const stamps = await followStamps(path);
  const emptyMs: number[] = [];
  const runs: { readonly wallMs: number; readonly controllerMs: number; readonly addedMs: number }[] = [];
  // The first run of a version compiles its code and keeps it, once for each machine.
  for (let run = 0; run <= Number(values.runs); run++) {
    const before = performance.now();
    await finished([process.execPath, "-e", "0"]);
    emptyMs.push(performance.now() - before);
    const started = performance.now();
    await finished([process.execPath, gitopsProgram, "reconcile", "ks", "shop", "-n", namespace]);
    const wallMs = performance.now() - started;
    const token = (await person.read("kustomizations", "shop")).metadata.annotations?.[REQUESTED_AT] ?? "";
    const { asked = NaN, handled = NaN } = stamps.get(token) ?? {};
    if (run > 0) runs.push({ wallMs, controllerMs: handled - asked, addedMs: wallMs - (handled - asked) });
  }
  const added = median(runs.map((run) => run.addedMs));
  writeFileSync(
    values.json,
    `${JSON.stringify({ runs, emptyScriptMs: median(emptyMs), medianAddedMs: added, limitMs: LIMIT_MS, holds: added <= LIMIT_MS }, undefined, 2)}\n`,
  );
  console.log(`an empty script ${Math.round(median(emptyMs))} ms: 40 ms on an idle machine`);
  console.log(
    `process ${Math.round(median(runs.map((run) => run.wallMs)))} ms, controller ${Math.round(median(runs.map((run) => run.controllerMs)))} ms`,
  );
  console.log(
    `${added <= LIMIT_MS ? "met   " : "missed"}  ${added.toFixed(0).padStart(7)}  ms that gitops reconcile adds (at most ${LIMIT_MS})`,
  );
} finally {
  await Promise.all([git.close(), flux.stop()]);
  rmSync(workspace, { recursive: true, force: true });
}
process.exit(0);

interface Stamps {
  readonly asked?: number;
  readonly handled?: number;
}

/** When each request was first seen on the object, and when the status that handles it and is ready again. */
async function followStamps(path: string): Promise<ReadonlyMap<string, Stamps>> {
  const stamps = new Map<string, Stamps>();
  const at = path.lastIndexOf("/");
  const url = new URL(`${path.slice(0, at)}?watch=true&fieldSelector=metadata.name%3D${path.slice(at + 1)}`, plane!.server);
  const headers = { authorization: `Bearer ${plane!.token}` };
  const response = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    request(url, { ca: readFileSync(plane!.caFile), headers }, resolve)
      .on("error", reject)
      .end();
  });
  createInterface({ input: response }).on("line", (line) => {
    const now = performance.now();
    const { object } = JSON.parse(line) as { object: LiveObject };
    const token = object.metadata.annotations?.[REQUESTED_AT];
    if (token === undefined) return;
    const known = stamps.get(token) ?? { asked: now };
    const isHandled = object.status?.lastHandledReconcileAt === token && isReady(object);
    stamps.set(token, isHandled && known.handled === undefined ? { ...known, handled: now } : known);
  });
  return stamps;
}

function finished([program = "", ...args]: readonly string[]): Promise<void> {
  const env = { ...process.env, KUBECONFIG: plane!.kubeconfig, CI: "true", HOME: workspace, XDG_CACHE_HOME: join(workspace, "cache") };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: "ignore" });
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`gitops reconcile ended with ${code}`))));
  });
}
