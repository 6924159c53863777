// `npm run bench -- flux [--apps 200 --objects 4 --runs 1 --json FILE]`: so many Kustomizations of one repository, delivered by one
// `gitops sync -f` and by the real source- and kustomize-controller: from nothing, and again with nothing changed.
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gitopsProgram } from "../support/cli.ts";
import type { ControlPlane } from "../support/control-plane.ts";
import { fluxPath, fluxPlaneOrSkip, isReady, requestReconcile, startFlux } from "../support/flux-controllers.ts";
import { gitRepository, kustomization } from "../support/flux-objects.ts";
import { startGitServer } from "../support/git-server.ts";
import { waitFor } from "../support/wait-for.ts";
import { configMap } from "../support/workspace.ts";
import { measure, type Figures } from "./measure.ts";

const { values } = parseArgs({
  options: {
    apps: { type: "string", default: "200" },
    objects: { type: "string", default: "4" },
    json: { type: "string", default: "bench-flux.json" },
  },
});
/** How many times faster than the real controllers the first delivery should be. */
const TARGET = 5;
const WAIT_SECONDS = 600;

const { skip, plane } = await fluxPlaneOrSkip("bench");
if (plane === undefined) throw new Error(skip);
const workspace = mkdtempSync(join(tmpdir(), "gitops-bench-"));
const env = { ...process.env, KUBECONFIG: plane.kubeconfig, CI: "true", HOME: workspace, XDG_CACHE_HOME: join(workspace, "cache") };
const git = await startGitServer();
const names = Array.from({ length: Number(values.apps) }, (_, index) => `app-${String(index).padStart(4, "0")}`);
try {
  const files = Object.fromEntries(
    names.flatMap((name) =>
      Array.from({ length: Number(values.objects) }, (_, index) => [
        `${name}/map-${index}.yaml`,
        configMap(`${name}-${index}`, { key: name }),
      ]),
    ),
  );
  const { url } = await git.createRepository("bench", files);
  const ours = await byThisProgram(plane, url);
  const theirs = await byTheControllers(plane, url);
  const ratio = theirs.first / ours.first.wallSeconds;
  writeFileSync(values.json, `${JSON.stringify({ apps: names.length, ours, theirs, ratio }, undefined, 2)}\n`);
  for (const [step, { wallSeconds, cpuSeconds, peakMegabytes }] of Object.entries(ours))
    console.log(`gitops ${step.padEnd(8)} ${wallSeconds.toFixed(2)} s   ${cpuSeconds.toFixed(2)} s CPU   ${peakMegabytes.toFixed(0)} MB`);
  console.log(`controllers    ${theirs.first.toFixed(2)} s first, ${theirs.again.toFixed(2)} s again`);
  console.log(`${ratio.toFixed(1)} times faster (${ratio >= TARGET ? "target" : "TARGET MISSED:"} ${TARGET})`);
} finally {
  rmSync(workspace, { recursive: true, force: true });
  await git.close();
}
process.exit(0);

async function byThisProgram(on: ControlPlane, url: string): Promise<{ readonly first: Figures; readonly again: Figures }> {
  const namespace = await on.createNamespace("ours");
  const folder = join(workspace, "objects");
  mkdirSync(folder);
  const objects = [gitRepository({ namespace, name: "bench", url }), ...names.map((name) => appOf(namespace, name))];
  writeFileSync(join(folder, "all.yaml"), objects.map((one) => JSON.stringify(one)).join("\n---\n"));
  const run = async (): Promise<Figures> => {
    const figures = await measure([process.execPath, gitopsProgram, "sync", "-f", folder, "-o", "json"], env);
    if (figures.exitStatus !== 0) throw new Error(`gitops sync ended with ${figures.exitStatus}`);
    return figures;
  };
  return { first: await run(), again: await run() };
}

/** Seconds from the creation of the first Kustomization until the last is ready, and from the requests until all are handled. */
async function byTheControllers(on: ControlPlane, url: string): Promise<{ readonly first: number; readonly again: number }> {
  const namespace = await on.createNamespace("theirs");
  const flux = await startFlux(on, { namespace });
  try {
    await create(on, fluxPath("gitrepositories", namespace, "bench"), gitRepository({ namespace, name: "bench", url }));
    await waitFor(on, fluxPath("gitrepositories", namespace, "bench"), isReady, WAIT_SECONDS);
    const paths = names.map((name) => fluxPath("kustomizations", namespace, name));
    const started = performance.now();
    await Promise.all(names.map((name, index) => create(on, paths[index] ?? "", appOf(namespace, name))));
    await Promise.all(paths.map((path) => waitFor(on, path, isReady, WAIT_SECONDS)));
    const first = (performance.now() - started) / 1000;
    const again = performance.now();
    await Promise.all(
      paths.map(async (path) => {
        const token = await requestReconcile(on, path);
        await waitFor(on, path, (object) => isReady(object) && object.status?.lastHandledReconcileAt === token, WAIT_SECONDS);
      }),
    );
    return { first, again: (performance.now() - again) / 1000 };
  } finally {
    await flux.stop();
  }
}

function appOf(namespace: string, name: string): object {
  const sourceRef = { kind: "GitRepository", name: "bench" };
  return kustomization({ namespace, name, url: "", spec: { path: `./${name}`, sourceRef, wait: true } });
}

async function create(on: ControlPlane, path: string, object: object): Promise<void> {
  const { status, body } = await on.api("POST", path.slice(0, path.lastIndexOf("/")), object);
  if (status !== 201) throw new Error(`${path} was not created: ${JSON.stringify(body)}`);
}
