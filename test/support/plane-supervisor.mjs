// The process that owns the tests' control plane. Whoever needs the plane holds a connection to this process;
// a connection ends with its process, however that ends, so the plane never outlives its users.
// One TCP port of the loopback is lock, registry and life line in one: only one process can listen on it.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePorts, spawnLeashed } from "./leash.mjs";
import { serveMetrics } from "./plane-metrics.mjs";

/** @import { Parts } from "./build-parts.mjs" */
/** @import { Plane } from "./plane-client.mjs" */

/** Seconds that the plane waits for the next user: `node --test` starts its files one after the other. */
const LINGER = 10;
/** Seconds within which everything must be up; a cold, loaded machine needs thirty. */
const START_LIMIT = 120;
const NODES = ["node-1", "node-2", "node-3"];
const stages = fileURLToPath(new URL("../cluster/kwok/stages.yaml", import.meta.url));

const [portArgument, greeting, partsArgument] = process.argv.slice(2);
if (!portArgument || !greeting || !partsArgument) throw new Error("usage: plane-supervisor.mjs PORT GREETING PARTS");
/** @type {Parts} */
const parts = JSON.parse(partsArgument);

const directory = mkdtempSync(join(tmpdir(), "gitops-plane-"));
/** @type {Set<import("node:net").Socket>} */
const users = new Set();
/** @type {import("node:child_process").ChildProcess[]} */
const components = [];
/** @type {string | undefined} the line that tells users how the start ended */
let verdict;
/** @type {NodeJS.Timeout | undefined} */
let lingering;

const server = createServer((user) => {
  clearTimeout(lingering);
  users.add(user);
  user.write(`${greeting}\n`);
  if (verdict) user.write(verdict);
  user.on("error", () => user.destroy());
  // "done": whoever says so needs no lingering for a next one
  user.on("data", (text) => String(text).includes("done") && users.delete(user) && users.size === 0 && end());
  user.on("close", () => {
    users.delete(user);
    clearTimeout(lingering);
    if (users.size === 0) lingering = setTimeout(end, LINGER * 1000);
  });
});
// EADDRINUSE: another supervisor was faster, and whoever started this one joins that one.
server.on("error", () => end());
server.listen(Number(portArgument), "127.0.0.1", () => {
  lingering = setTimeout(end, LINGER * 1000);
  start().then(
    (plane) => announce(`ready ${JSON.stringify(plane)}\n`),
    (error) => {
      announce(`failed ${JSON.stringify(String(error.message))}\n`);
      setTimeout(end, 1000);
    },
  );
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end);

/** @param {string} line */
function announce(line) {
  verdict = line;
  for (const user of users) user.write(line);
}

function end() {
  for (const component of components) component.stdin?.destroy();
  if (!process.env.GITOPS_TEST_KEEP) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  process.exit();
}

/** @returns {Promise<Plane>} */
async function start() {
  const [client, peer, secure, kwokPort, metricsPort] = /** @type {[number, number, number, number, number]} */ (await freePorts(5));
  const server = `https://127.0.0.1:${secure}`;
  const tokens = writeInputs();
  const caFile = join(directory, "pki", "apiserver.crt");
  const auditLog = join(directory, "audit.log");

  run("etcd", parts.etcd, [
    `--data-dir=${join(directory, "etcd")}`,
    "--unsafe-no-fsync=true",
    "--log-level=error",
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-cluster=default=http://127.0.0.1:${peer}`,
  ]);
  run("apiserver", parts.apiserver, [
    `--etcd-servers=http://127.0.0.1:${client}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${secure}`,
    `--cert-dir=${join(directory, "pki")}`,
    "--service-cluster-ip-range=10.96.0.0/16",
    // the loopback is no valid endpoint of the Service "kubernetes"
    "--endpoint-reconciler-type=none",
    "--authorization-mode=RBAC",
    "--allow-privileged=true",
    `--token-auth-file=${join(directory, "tokens.csv")}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${join(directory, "service-accounts.pem")}`,
    `--service-account-signing-key-file=${join(directory, "service-accounts.pem")}`,
    `--audit-policy-file=${join(directory, "audit-policy.yaml")}`,
    `--audit-log-path=${auditLog}`,
    "--audit-log-mode=blocking",
  ]);
  await until("the API server is ready", async () => (await call(server, caFile, tokens.admin, "GET", "/readyz")).status === 200);

  const kubeconfig = (/** @type {string} */ user, /** @type {string} */ token) => {
    const path = join(directory, `${user}.kubeconfig`);
    writeFileSync(path, kubeconfigText(server, caFile, user, token), { mode: 0o600 });
    return path;
  };
  startControllers(kubeconfig, tokens, caFile, kwokPort);
  await furnish((method, path, body) => call(server, caFile, tokens.kwok, method, path, body), metricsPort);
  return {
    directory,
    server,
    caFile,
    auditLog,
    token: tokens.admin,
    kubeconfig: kubeconfig("admin", tokens.admin),
    limitedKubeconfig: kubeconfig("limited", tokens.limited),
    runsWorkloads: Boolean(parts.kwok && parts.scheduler && parts.controllerManager),
  };
}

/**
 * Writes tokens, keys and the audit policy. The control plane's own parts have their own names and are not audited,
 * so that the log holds what tests and users did and nothing else.
 */
function writeInputs() {
  const tokens = { admin: secret(), limited: secret(), controllers: secret(), scheduler: secret(), kwok: secret() };
  const rows = [
    `${tokens.admin},admin,admin,"system:masters"`,
    `${tokens.limited},limited,limited`,
    `${tokens.controllers},system:kube-controller-manager,controllers,"system:masters"`,
    `${tokens.scheduler},system:kube-scheduler,scheduler,"system:masters"`,
    `${tokens.kwok},kwok,kwok,"system:masters"`,
  ];
  writeFileSync(join(directory, "tokens.csv"), `${rows.join("\n")}\n`, { mode: 0o600 });
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(join(directory, "service-accounts.pem"), privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
  const policy = {
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    rules: [
      { level: "None", users: ["system:apiserver", "system:kube-controller-manager", "system:kube-scheduler", "kwok"] },
      { level: "Metadata", verbs: ["create", "update", "patch", "delete", "deletecollection"] },
      { level: "None" },
    ],
  };
  writeFileSync(join(directory, "audit-policy.yaml"), JSON.stringify(policy));
  return tokens;
}

function secret() {
  return randomBytes(24).toString("hex");
}

/**
 * @param {(user: string, token: string) => string} kubeconfig
 * @param {{ controllers: string, scheduler: string, kwok: string }} tokens
 * @param {string} caFile
 * @param {number} kwokPort
 */
function startControllers(kubeconfig, tokens, caFile, kwokPort) {
  if (parts.controllerManager) {
    run("controller-manager", parts.controllerManager, [
      `--kubeconfig=${kubeconfig("controllers", tokens.controllers)}`,
      "--leader-elect=false",
      "--secure-port=0",
      "--kube-api-qps=500",
      "--kube-api-burst=1000",
      `--root-ca-file=${caFile}`,
      `--service-account-private-key-file=${join(directory, "service-accounts.pem")}`,
      // the nodes send no heartbeat: nothing may call them dead during a test
      "--node-monitor-grace-period=24h",
      "--horizontal-pod-autoscaler-sync-period=1s",
      "--horizontal-pod-autoscaler-initial-readiness-delay=0s",
      "--horizontal-pod-autoscaler-cpu-initialization-period=0s",
    ]);
  }
  if (parts.scheduler) {
    run("scheduler", parts.scheduler, [
      `--kubeconfig=${kubeconfig("scheduler", tokens.scheduler)}`,
      "--leader-elect=false",
      "--secure-port=0",
      "--kube-api-qps=500",
      "--kube-api-burst=1000",
    ]);
  }
  if (parts.kwok) {
    run("kwok", parts.kwok, [
      `--kubeconfig=${kubeconfig("kwok", tokens.kwok)}`,
      "--manage-all-nodes=true",
      `--config=${stages}`,
      `--server-address=127.0.0.1:${kwokPort}`,
      "--node-ip=10.250.0.1",
      "--cidr=10.244.0.0/16",
    ]);
  }
}

/**
 * Puts into the cluster what a usable one has: nodes, a default storage class, metrics.
 *
 * @param {import("./plane-metrics.mjs").Call} call
 * @param {number} metricsPort
 */
async function furnish(call, metricsPort) {
  if (!parts.controllerManager) return;
  await serveMetrics(metricsPort, { key: join(directory, "pki", "apiserver.key"), cert: join(directory, "pki", "apiserver.crt") }, call);
  const account = "/api/v1/namespaces/default/serviceaccounts/default";
  await until("the controllers run", async () => (await call("GET", account)).status === 200);
  if (!parts.kwok || !parts.scheduler) return;
  const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };
  const storageClass = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "standard", annotations },
    provisioner: "test.gitops.dev/pretended",
  };
  await call("POST", "/apis/storage.k8s.io/v1/storageclasses", storageClass);
  for (const name of NODES) {
    const metadata = { name, annotations: { "kwok.x-k8s.io/node": "fake" }, labels: { "kubernetes.io/os": "linux" } };
    await call("POST", "/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata });
  }
  await until("the nodes are ready", async () => {
    const { body } = await call("GET", "/api/v1/nodes");
    const nodes = /** @type {{ status?: { conditions?: { type: string, status: string }[] } }[]} */ (JSON.parse(body).items);
    return nodes.every((node) => node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"));
  });
}

/**
 * @param {string} name
 * @param {string[]} command
 * @param {string[]} flags
 */
function run(name, command, flags) {
  mkdirSync(join(directory, "logs"), { recursive: true });
  const path = join(directory, "logs", `${name}.log`);
  const child = spawnLeashed([...command, ...flags], { cwd: directory });
  const log = createWriteStream(path);
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  components.push(child);
  child.on("exit", (status) => {
    const lines = readFileSync(path, "utf8").trim().split("\n").slice(-3).join(" | ");
    announce(`failed ${JSON.stringify(`${name} ended with ${status}: ${lines}`)}\n`);
    setTimeout(end, 1000);
  });
}

/**
 * @param {string} what
 * @param {() => Promise<boolean>} holds
 */
async function until(what, holds) {
  const deadline = Date.now() + START_LIMIT * 1000;
  while (!(await holds().catch(() => false))) {
    if (verdict) throw new Error(`the control plane ended before ${what}`);
    if (Date.now() > deadline) throw new Error(`not within ${START_LIMIT} s: ${what}; see GITOPS_TEST_KEEP=1 and ${directory}/logs`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * @param {string} server
 * @param {string} caFile
 * @param {string} token
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<{ status: number, body: string }>}
 */
function call(server, caFile, token, method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const sent = request(new URL(path, server), { method, headers, ca: readFileSync(caFile), timeout: 10_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
      response.on("error", reject);
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer within 10 s")));
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/**
 * @param {string} server
 * @param {string} caFile
 * @param {string} user
 * @param {string} token
 */
function kubeconfigText(server, caFile, user, token) {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "certificate-authority": caFile } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user } }],
    "current-context": "test",
  });
}
