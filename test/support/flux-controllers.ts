import { createHash } from "node:crypto";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { ensureFlux } from "./build-flux.mjs";
import { PartsMissing } from "./build-go.mjs";
import { planeOrSkip, settled, type ControlPlane } from "./control-plane.ts";
import { freePorts, spawnLeashed } from "./leash.mjs";
import { waitFor, type LiveObject } from "./wait-for.ts";

/** One of Flux's programs. */
export type FluxController = "source-controller" | "kustomize-controller";

/** What the controllers of one test do. */
export interface FluxOptions {
  /** Where they live: their Leases are here and, without a selector, the objects that they see. */
  readonly namespace: string;
  /** A label, such as `team=shop`: they see objects with it, in all namespaces. */
  readonly selector?: string;
  /** Those to start; both where it is left out. */
  readonly only?: FluxController;
  /** More flags for each, after ours, so that the last one counts. */
  readonly flags?: Readonly<Partial<Record<FluxController, readonly string[]>>>;
}

/** Real controllers that serve a namespace until they are stopped. */
export interface Flux {
  /** Who they are in the audit log. */
  readonly user: string;
  /** Names of their Leases, in their namespace. */
  readonly leases: Readonly<Record<FluxController, string>>;
  /** Process ids, to measure them by. */
  readonly processes: Readonly<Partial<Record<FluxController, number>>>;
  /** Sends a signal: SIGSTOP leaves a controller that does not answer, SIGCONT wakes it, SIGKILL leaves a Lease that nobody renews. */
  signal(controller: FluxController, signal: "SIGSTOP" | "SIGCONT" | "SIGTERM" | "SIGKILL"): void;
  /** What a controller has logged so far, JSON lines. */
  log(controller: FluxController): string;
  /** Ends them; they give their Leases back. */
  stop(): Promise<void>;
}

const KUSTOMIZATIONS = "/apis/kustomize.toolkit.fluxcd.io/v1";
const SOURCES = "/apis/source.toolkit.fluxcd.io/v1";

/** Kinds of Flux by the resource that a path names. */
const GROUPS = { kustomizations: KUSTOMIZATIONS, gitrepositories: SOURCES } as const;

/** Path of an object of Flux. */
export function fluxPath(resource: keyof typeof GROUPS, namespace: string, name: string): string {
  return `${GROUPS[resource]}/namespaces/${namespace}/${resource}/${name}`;
}

/**
 * A control plane that serves Flux's kinds, shared by all test files that ask for it: another one than `planeOrSkip()`
 * gives, where no such kind is known. No controller runs in it until a test starts its own with `startFlux`.
 *
 * @param own a name, for a file whose claim is that no controller lives anywhere in the cluster: a plane (4 s, 0.8 GB) that only
 * those who use the same name join
 */
export async function fluxPlaneOrSkip(own = ""): Promise<{ skip: false; plane: ControlPlane } | { skip: string; plane: undefined }> {
  const flux = programs();
  if (flux === undefined) return { skip: "not here: Go, to build Flux's controllers with", plane: undefined };
  const answer = await planeOrSkip(own === "" ? "flux" : `flux ${own}`);
  if (answer.plane !== undefined) await installCrds(answer.plane);
  return answer;
}

/** Files with the CustomResourceDefinitions of both controllers. */
export function fluxCrds(): readonly string[] {
  return programs()?.crds ?? [];
}

let found: ReturnType<typeof ensureFlux>;

function programs(): ReturnType<typeof ensureFlux> {
  return (found ??= ensureFlux((line) => process.stderr.write(`${line}\n`)));
}

interface CrdSpec {
  readonly group: string;
  readonly names: { readonly plural: string };
  readonly versions: readonly { readonly name: string }[];
}

async function installCrds(plane: ControlPlane): Promise<void> {
  await Promise.all(
    fluxCrds().map(async (file) => {
      const text = readFileSync(file, "utf8");
      const { metadata, spec } = parse(text) as { metadata: { name: string }; spec: CrdSpec };
      const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}`;
      const applied = await plane.api("PATCH", `${path}?fieldManager=test&force=true`, text, "application/apply-patch+yaml");
      if (applied.status >= 300) throw new Error(`${metadata.name} was not installed: ${JSON.stringify(applied.body)}`);
      await waitFor(plane, path, (crd) => isTrue(crd, "Established"));
      const [version] = spec.versions;
      const listed = `/apis/${spec.group}/${version?.name}/${spec.names.plural}?limit=1`;
      // an established kind answers 429 until its storage is there
      await settled(async () => (await plane.api("GET", listed)).status === 200);
    }),
  );
}

/** Whether a condition of an object is True. */
export function isTrue(object: LiveObject, type: string): boolean {
  return object.status?.conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;
}

/**
 * Whether Ready is True and all of the status is written. The condition alone is not enough: kustomize-controller writes
 * it in a patch of its own, before inventory, revision and `observedGeneration`.
 */
export function isReady(object: LiveObject): boolean {
  return isTrue(object, "Ready") && object.status?.observedGeneration === object.metadata.generation;
}

/**
 * Annotates an object of Flux so that its controller looks at it now.
 *
 * @returns the token, which the controller puts into `status.lastHandledReconcileAt`
 */
export async function requestReconcile(plane: ControlPlane, path: string, token = `${Date.now()}-${requests++}`): Promise<string> {
  const patch = { metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": token } } };
  const { status, body } = await plane.api("PATCH", path, patch, "application/merge-patch+json");
  if (status !== 200) throw new Error(`${path} was not annotated: ${JSON.stringify(body)}`);
  return token;
}

let requests = 0;

/**
 * Starts the real controllers for one namespace (or label) and waits until they hold their Leases.
 *
 * @param plane of `fluxPlaneOrSkip`
 */
export async function startFlux(plane: ControlPlane, options: FluxOptions): Promise<Flux> {
  const flux = programs();
  if (flux === undefined) throw new PartsMissing("there are no controllers: skip this test with fluxPlaneOrSkip");
  const paths = { "source-controller": flux.sourceController, "kustomize-controller": flux.kustomizeController };
  const folder = mkdtempSync(join(tmpdir(), "gitops-flux-"));
  const user = await plane.createUser();
  writeFileSync(join(folder, "namespace"), options.namespace);
  const chosen = Object.keys(paths).filter((name) => options.only === undefined || options.only === name) as FluxController[];
  const leases = {
    "source-controller": leaseName("source-controller", options),
    "kustomize-controller": leaseName("kustomize-controller", options),
  };
  const running = new Map<FluxController, Running>();
  async function end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    await Promise.all([...running.values()].map((each) => each.end(signal)));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  try {
    for (const name of chosen) running.set(name, await start(name, paths[name], folder, user.kubeconfig, options));
    await Promise.all(chosen.map((name) => Promise.race([running.get(name)?.failure, held(plane, options.namespace, leases[name])])));
  } catch (error) {
    await end("SIGKILL");
    throw error;
  }
  const of = (name: FluxController): Running => {
    const one = running.get(name);
    if (one === undefined) throw new Error(`${name} was not started`);
    return one;
  };
  return {
    user: user.name,
    leases,
    processes: Object.fromEntries([...running].map(([name, { pid }]) => [name, pid])),
    signal: (name, signal) => of(name).signal(signal),
    log: (name) => readFileSync(of(name).log, "utf8"),
    stop: () => end("SIGTERM"),
  };
}

/** The controllers' own rule: several of them in one namespace are told apart by what they watch. */
function leaseName(name: FluxController, { selector }: FluxOptions): string {
  const id = `${name}-leader-election`;
  return selector === undefined ? id : `${id}-${createHash("sha256").update(selector).digest("hex").slice(0, 8)}`;
}

function held(plane: ControlPlane, namespace: string, lease: string): Promise<unknown> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${lease}`;
  return waitFor(plane, path, ({ spec }) => Boolean(spec?.["holderIdentity"]));
}

interface Running {
  readonly pid: number;
  readonly log: string;
  /** Rejects when the controller ends by itself; never resolves. */
  readonly failure: Promise<never>;
  signal(signal: NodeJS.Signals): void;
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

async function start(name: FluxController, program: string, folder: string, kubeconfig: string, options: FluxOptions): Promise<Running> {
  const [health, storage] = await freePorts(2);
  const home = join(folder, name);
  await mkdir(join(home, "storage"), { recursive: true });
  const flags = [
    "--enable-leader-election",
    "--events-addr=",
    "--metrics-addr=0",
    `--health-addr=127.0.0.1:${health}`,
    "--log-level=info",
    ...(options.selector === undefined ? ["--watch-all-namespaces=false"] : [`--watch-label-selector=${options.selector}`]),
    ...(name === "source-controller"
      ? [`--storage-path=${join(home, "storage")}`, `--storage-addr=127.0.0.1:${storage}`, `--storage-adv-addr=127.0.0.1:${storage}`]
      : []),
    ...(options.flags?.[name] ?? []),
  ];
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    TMPDIR: home,
    KUBECONFIG: kubeconfig,
    RUNTIME_NAMESPACE: options.namespace,
    GITOPS_TEST_NAMESPACE_FILE: join(folder, "namespace"),
  };
  const child = spawnLeashed([program, ...flags], { cwd: home, env });
  const log = join(folder, `${name}.log`);
  const file = createWriteStream(log);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  let isAwaited = false;
  const exit = new Promise<number | null>((resolve, reject) => child.on("exit", resolve).on("error", reject));
  const failure = new Promise<never>((_, reject) => {
    exit.then((code) => {
      child.stdin.destroy();
      const last = readFileSync(log, "utf8").trim().split("\n").slice(-3).join("\n");
      if (!isAwaited) reject(new Error(`${name} ended with ${code}:\n${last}`));
    }, reject);
  });
  failure.catch(() => {});
  return {
    pid: child.pid ?? 0,
    log,
    failure,
    signal: (signal) => void child.kill(signal),
    async end(signal) {
      isAwaited = true;
      child.kill(signal);
      child.kill("SIGCONT"); // one that was stopped hears nothing else
      await exit;
      child.stdin.destroy();
    },
  };
}
