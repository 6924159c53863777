import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { gitops, newHome, type CommandOptions, type CommandResult } from "./cli.ts";
import type { AuditedWrite, ControlPlane } from "./control-plane.ts";
import { writeFiles, type Files } from "./git-server.ts";

/** A person with a folder of manifests, a namespace of their own on the tests' cluster, and the delivery "shop". */
export interface Workspace {
  readonly plane: ControlPlane;
  readonly namespace: string;
  readonly folder: string;
  readonly home: string;
  /** Writes or (with null) removes files below the folder. */
  write(files: Files): Promise<void>;
  /** `gitops COMMAND shop FOLDER -n NAMESPACE ARGS…`. */
  run(command: "sync" | "diff", ...args: readonly string[]): Promise<CommandResult>;
  /** `gitops ARGS…` in this namespace, unless the arguments name another. */
  gitops(...args: readonly string[]): Promise<CommandResult>;
  /** A command and the requests of its that would have written, in this namespace. */
  writesOf(run: () => Promise<CommandResult>): Promise<{ result: CommandResult; writes: AuditedWrite[] }>;
  /** The live object's JSON, or undefined. `path` is below the namespace: `apps/v1/deployments/web`, `v1/configmaps/shop`. */
  live(path: string): Promise<LiveObject | undefined>;
  /** Server-side apply by another hand: what a colleague with kubectl does. */
  applyByHand(path: string, object: object): Promise<void>;
}

interface LiveObject {
  readonly metadata: { readonly uid: string; readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

export async function newWorkspace(plane: ControlPlane, files: Files): Promise<Workspace> {
  const home = newHome();
  const folder = join(home, "shop");
  await mkdir(folder);
  await writeFiles(folder, files);
  const namespace = await plane.createNamespace("shop");
  const options: CommandOptions = { home, cwd: home, kubeconfig: plane.kubeconfig };
  return {
    plane,
    namespace,
    folder,
    home,
    write: (changed) => writeFiles(folder, changed),
    run: (command, ...args) => gitops([command, "shop", folder, "-n", namespace, ...args], options),
    gitops: (...args) => gitops(args.includes("-n") ? args : [...args, "-n", namespace], options),
    async writesOf(run) {
      const since = await plane.auditMark();
      const result = await run();
      return { result, writes: await plane.writes({ namespace, since }) };
    },
    async live(path) {
      const { status, body } = await plane.api("GET", namespaced(namespace, path));
      if (status === 404) return undefined;
      assert.equal(status, 200, JSON.stringify(body));
      return body as LiveObject;
    },
    async applyByHand(path, object) {
      const target = `${namespaced(namespace, path)}?fieldManager=a-colleague&force=true`;
      const { status, body } = await plane.api("PATCH", target, object, "application/apply-patch+yaml");
      assert.ok(status === 200 || status === 201, JSON.stringify(body));
    },
  };
}

/** `apps/v1/deployments/web` → `/apis/apps/v1/namespaces/NAMESPACE/deployments/web`. */
function namespaced(namespace: string, path: string): string {
  const parts = path.split("/");
  const core = parts[0] === "v1";
  const version = parts.slice(0, core ? 1 : 2).join("/");
  const rest = parts.slice(core ? 1 : 2).join("/");
  return `/${core ? "api" : "apis"}/${version}/namespaces/${namespace}/${rest}`;
}

/** Fails with all that the command said when it did not end with this status. */
export function assertCode(result: CommandResult, code: number): void {
  assert.equal(result.code, code, `exit ${result.code} in place of ${code}\nstdout:\n${result.stdout}\nstderr:\n${result.stderr}`);
}

/** A ConfigMap as YAML. */
export function configMap(
  name: string,
  data: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>> = {},
): string {
  return JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, annotations }, data });
}

/** A Deployment as YAML; `fate` is what becomes of its Pods (test/cluster/kwok/stages.yaml). */
export function deployment(name: string, options: { replicas?: number; fate?: string; image?: string; deadline?: number } = {}): string {
  const { replicas = 1, fate, image = "example.com/web:1", deadline } = options;
  const labels = { app: name };
  const annotations = fate === undefined ? {} : { "test.gitops.dev/pod": fate };
  const template = { metadata: { labels, annotations }, spec: { containers: [{ name: "web", image }] } };
  const progress = deadline === undefined ? {} : { progressDeadlineSeconds: deadline };
  return JSON.stringify({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: { replicas, selector: { matchLabels: labels }, template, ...progress },
  });
}

/** A Job as YAML that completes, or ends as `fate` says; tried once. */
export function job(name: string, annotations: Readonly<Record<string, string>> = {}, fate?: string): string {
  const pod = {
    metadata: { annotations: fate === undefined ? {} : { "test.gitops.dev/pod": fate } },
    spec: { restartPolicy: "Never", containers: [{ name: "run", image: "example.com/job:1" }] },
  };
  return JSON.stringify({ apiVersion: "batch/v1", kind: "Job", metadata: { name, annotations }, spec: { backoffLimit: 0, template: pod } });
}
