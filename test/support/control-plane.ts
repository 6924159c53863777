import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { Agent, request } from "node:https";
import { delimiter, join } from "node:path";
import { joinPlane, type Plane } from "./plane-client.mjs";
import { PartsMissing } from "./build-go.mjs";

/** A place in the audit log: bytes from its start. */
type AuditMark = number;

/** One request that would write, as the API server's audit log has it (audit.k8s.io/v1, level Metadata). */
export interface AuditedWrite {
  readonly verb: string;
  readonly uri: string;
  readonly user: string;
  readonly userAgent: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly dryRun: boolean;
}

interface WriteFilter {
  /** Only requests after this mark. */
  readonly since?: AuditMark;
  /** Requests in this namespace and to the Namespace itself. */
  readonly namespace?: string;
  /** Requests of this user; see `createUser`. */
  readonly user?: string;
}

interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real Kubernetes control plane, shared by all test files that run now; see test/support/plane-supervisor.mjs. */
export interface ControlPlane extends Plane {
  /** Makes a namespace with a name of its own and waits for its default ServiceAccount, so that Pods can be created. */
  createNamespace(prefix?: string): Promise<string>;
  /** Another administrator, whose writes can be told from those of tests that run beside this one. `name` is as in the audit log. */
  createUser(): Promise<{ readonly name: string; readonly kubeconfig: string }>;
  /** One request with the administrator's token; a string body goes as it is, any other as JSON. */
  api(method: string, path: string, body?: unknown, contentType?: string): Promise<{ status: number; body: unknown }>;
  /** kubectl as administrator. Throws where there is none: ask `kubectlProgram()` first and skip. */
  kubectl(args: readonly string[], options?: { input?: string }): Promise<Output>;
  auditMark(): Promise<AuditMark>;
  /** Requests that would write and are no dry-run; those the server refused count too. */
  writes(filter: WriteFilter): Promise<AuditedWrite[]>;
  countWrites(filter: WriteFilter): Promise<number>;
}

const joined = new Map<string, Promise<ControlPlane>>();

/**
 * Joins the control plane, or starts it (7 to 15 s). Call it in `before`, or use `planeOrSkip`.
 *
 * @param variant another plane than that of other names, for tests that change what a cluster knows
 * @throws PartsMissing where neither Go nor KUBEBUILDER_ASSETS is there.
 */
export function controlPlane(variant = ""): Promise<ControlPlane> {
  const known = joined.get(variant);
  if (known !== undefined) return known;
  const plane = joinPlane((line) => process.stderr.write(`${line}\n`), variant).then((hold) => withTools(hold.plane));
  joined.set(variant, plane);
  return plane;
}

/** The control plane, or the reason to skip: `test(name, { skip: plane.skip }, …)`. In CI a missing plane is an error. */
export async function planeOrSkip(variant = ""): Promise<{ skip: false; plane: ControlPlane } | { skip: string; plane: undefined }> {
  try {
    return { skip: false, plane: await controlPlane(variant) };
  } catch (error) {
    if (!(error instanceof PartsMissing) || process.env.CI) throw error;
    return { skip: error.message, plane: undefined };
  }
}

/** The kubectl to use as an oracle: `KUBECTL`, or the first on the PATH. */
export function kubectlProgram(): string | undefined {
  if (process.env.KUBECTL) return process.env.KUBECTL;
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "kubectl"))
    .find((path) => existsSync(path));
}

/** Why tests that compare with kubectl are skipped, or false. */
export function skipWithoutKubectl(): string | false {
  return kubectlProgram() ? false : "not here: kubectl (neither on the PATH nor in KUBECTL)";
}

function withTools(plane: Plane): ControlPlane {
  const agent = new Agent({ keepAlive: true, ca: readFileSync(plane.caFile) });
  const api: ControlPlane["api"] = (method, path, body, contentType = "application/json") =>
    send(agent, new URL(path, plane.server), plane.token, method, body, contentType);
  const writes = (filter: WriteFilter): Promise<AuditedWrite[]> => readWrites(plane.auditLog, filter);
  return {
    ...plane,
    api,
    writes,
    countWrites: async (filter) => (await writes(filter)).length,
    auditMark: () => auditSize(plane.auditLog),
    createUser: () => createUser(plane, api),
    kubectl: (args, options) => runKubectl(plane.kubeconfig, args, options?.input),
    async createNamespace(prefix = "test") {
      const name = `${prefix}-${randomBytes(4).toString("hex")}`;
      const { status, body } = await api("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
      if (status !== 201) throw new Error(`namespace ${name} was not created: ${JSON.stringify(body)}`);
      if (plane.runsWorkloads)
        await settled(async () => (await api("GET", `/api/v1/namespaces/${name}/serviceaccounts/default`)).status === 200);
      return name;
    },
  };
}

async function createUser(plane: Plane, api: ControlPlane["api"]): Promise<{ name: string; kubeconfig: string }> {
  const name = `user-${randomBytes(4).toString("hex")}`;
  const accounts = "/api/v1/namespaces/default/serviceaccounts";
  await api("POST", accounts, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } });
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
  const subjects = [{ kind: "ServiceAccount", namespace: "default", name }];
  const binding = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", metadata: { name }, roleRef, subjects };
  await api("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", binding);
  const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 7200 } };
  const { status, body } = await api("POST", `${accounts}/${name}/token`, request);
  if (status !== 201) throw new Error(`no token for ${name}: ${JSON.stringify(body)}`);
  const { token } = (body as { status: { token: string } }).status;
  const kubeconfig = join(plane.directory, `${name}.kubeconfig`);
  const admin = JSON.parse(readFileSync(plane.kubeconfig, "utf8")) as { users: { name: string }[] };
  const users = admin.users.map((user) => ({ ...user, user: { token } }));
  writeFileSync(kubeconfig, JSON.stringify({ ...admin, users }), { mode: 0o600 });
  return { name: `system:serviceaccount:default:${name}`, kubeconfig };
}

/** Waits for something that the cluster's own controllers do. */
export async function settled(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 600) throw new Error("the control plane's controllers did not answer within 30 s");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function send(
  agent: Agent,
  url: URL,
  token: string,
  method: string,
  body: unknown,
  contentType: string,
): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": contentType, accept: "application/json" };
    const sent = request(url, { method, agent, headers, timeout: 30_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text += part));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: parsed(text) }));
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer within 30 s: ${method} ${url.href}`)));
    sent.on("error", reject);
    sent.end(body === undefined || typeof body === "string" ? body : JSON.stringify(body));
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // `/readyz` and `/version` paths answer in plain text
  }
}

function runKubectl(kubeconfig: string, args: readonly string[], input: string | undefined): Promise<Output> {
  const program = kubectlProgram();
  if (program === undefined) throw new Error("there is no kubectl: skip this test with skipWithoutKubectl()");
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, KUBECONFIG: kubeconfig }, stdio: "pipe" });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => (stdout += part));
    child.stderr.setEncoding("utf8").on("data", (part: string) => (stderr += part));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 128, stdout, stderr }));
    child.stdin.end(input ?? "");
  });
}

async function auditSize(path: string): Promise<AuditMark> {
  const file = await open(path);
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/**
 * The server logs a request before it handles it (stage RequestReceived) and in blocking mode, so whatever a process
 * asked before it ended is in the log when its end is seen.
 */
async function readWrites(path: string, filter: WriteFilter): Promise<AuditedWrite[]> {
  const file = await open(path);
  try {
    const start = filter.since ?? 0;
    const length = (await file.stat()).size - start;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
    const lines = buffer
      .subarray(0, bytesRead)
      .toString("utf8")
      .split("\n")
      .filter((line) => line !== "");
    return lines.map(toWrite).filter((write) => write !== undefined && !write.dryRun && matches(write, filter)) as AuditedWrite[];
  } finally {
    await file.close();
  }
}

function matches(write: AuditedWrite, { namespace, user }: WriteFilter): boolean {
  return (namespace === undefined || write.namespace === namespace) && (user === undefined || write.user === user);
}

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly [part in "apiGroup" | "resource" | "subresource" | "namespace" | "name"]?: string };
}

function toWrite(line: string): AuditedWrite | undefined {
  const event = JSON.parse(line) as AuditEvent;
  if (event.stage !== "RequestReceived") return undefined;
  const { apiGroup = "", resource = "", subresource = "", namespace = "", name = "" } = event.objectRef ?? {};
  const uri = event.requestURI;
  // tokens and access reviews are created, but nothing is stored
  if (subresource === "token" || apiGroup === "authorization.k8s.io" || apiGroup === "authentication.k8s.io") return undefined;
  const dryRun = new URL(uri, "https://server").searchParams.has("dryRun");
  return {
    verb: event.verb,
    uri,
    user: event.user.username,
    userAgent: event.userAgent ?? "",
    group: apiGroup,
    resource,
    subresource,
    namespace,
    name,
    dryRun,
  };
}
