import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gitops, gitopsProgram } from "../support/cli.ts";
import { oldNode } from "./old-node.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const folder = mkdtempSync(join(tmpdir(), "gitops-bin-"));
after(() => rmSync(folder, { recursive: true, force: true }));

// The program without its bundle and without node_modules: as it stands in a clone before the build, and installed elsewhere.
const lonely = join(folder, "bin", "gitops.js");
mkdirSync(join(folder, "bin"));
copyFileSync(gitopsProgram, lonely);
copyFileSync(join(root, "package.json"), join(folder, "package.json"));

const old = oldNode();
const skip = old === undefined ? "not here: a Node older than 22.19" : false;

test("--version answers on stdout, without the bundle", () => {
  const { status, stdout } = spawnSync(process.execPath, [lonely, "--version"], { encoding: "utf8" });
  assert.deepEqual([status, stdout], [0, `gitops version ${version}\n`]);
});

test("without its bundle it says what to run", () => {
  const { status, stderr } = spawnSync(process.execPath, [lonely, "get"], { encoding: "utf8" });
  assert.deepEqual([status, stderr], [2, "error: gitops is not built yet: run npm ci && npm run build\n"]);
});

test("help goes to stdout with 0, a wrong call to stderr with 2", async () => {
  const help = await gitops(["--help"]);
  assert.deepEqual([help.code, help.stderr], [0, ""]);
  assert.match(help.stdout, /^Usage: gitops COMMAND/);
  const wrong = await gitops(["sync", "shop", "--prun"]);
  assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
  assert.equal(wrong.stderr, 'error: unknown flag --prun for "gitops sync"\nhint: did you mean --prune?\n');
});

test("a folder is built without a cluster and without a kubeconfig, every part loaded with a frozen prototype", async () => {
  const source = join(folder, "source");
  mkdirSync(source);
  writeFileSync(join(source, "kustomization.yaml"), "resources: [a.yaml]\nnamePrefix: shop-\n");
  writeFileSync(join(source, "a.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n");
  const built = await gitops(["build", source]);
  assert.equal(built.code, 0, built.stderr);
  assert.equal(built.stdout, "apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\nmetadata:\n  name: shop-a\n");
  assert.equal(built.stderr, "");
});

test("a file that is no YAML is 11, with its place and not its text", async () => {
  const source = join(folder, "broken");
  mkdirSync(source);
  writeFileSync(join(source, "a.yaml"), "password: [hunter2\nb: }\n");
  const { code, stdout, stderr } = await gitops(["build", source]);
  assert.deepEqual([code, stdout], [11, ""]);
  assert.match(stderr, /a\.yaml:\d+:\d+/);
  assert.doesNotMatch(stderr, /hunter2/);
});

test("a reader that stops reading changes nothing", () => {
  const { status, stderr } = spawnSync(
    "bash",
    ["-c", '"$0" "$1" completion zsh | head -1; exit ${PIPESTATUS[0]}', process.execPath, gitopsProgram],
    { encoding: "utf8" },
  );
  assert.deepEqual([status, stderr], [0, ""]);
});

test("on an older Node, in a checkout, it goes on with the checkout's own: same output, same exit status", { skip }, () => {
  const told = spawnSync(String(old), [gitopsProgram, "version", "-o", "json"], { encoding: "utf8" });
  assert.equal(told.status, 0, told.stderr);
  const { node } = JSON.parse(told.stdout) as { node: string };
  assert.equal(node, `v${(JSON.parse(readFileSync(join(root, "node_modules/node/package.json"), "utf8")) as { version: string }).version}`);
  const wrong = spawnSync(String(old), [gitopsProgram, "frobnicate"], { encoding: "utf8" });
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /unknown command/);
});

test("on an older Node, installed elsewhere, it says in one line what it needs", { skip }, () => {
  const { status, stdout, stderr } = spawnSync(String(old), [lonely, "get"], { encoding: "utf8" });
  assert.deepEqual([status, stdout], [2, ""]);
  assert.match(stderr, /^error: gitops needs Node 22\.19 or later, this is [\d.]+\n$/);
  assert.equal(spawnSync(String(old), [lonely, "--version"], { encoding: "utf8" }).stdout, `gitops version ${version}\n`);
});

/** Starts a `get` against a server that never answers, and a signal when the connection is there. */
async function interrupted(node: string, signal: NodeJS.Signals, times: number) {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(folder, `kubeconfig-${port}`);
  const entry = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server: `https://127.0.0.1:${port}` } }],
    users: [{ name: "u", user: { token: "t" } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(entry));
  const child = spawn(node, [gitopsProgram, "get", "shop"], {
    env: { ...process.env, KUBECONFIG: kubeconfig, XDG_CACHE_HOME: folder, XDG_STATE_HOME: folder },
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  await once(server, "connection");
  for (let sent = 0; sent < times; sent += 1) child.kill(signal);
  const [code] = await ended;
  server.close();
  return { code, stderr };
}

for (const [signal, status] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  test(`${signal} ends a run that waits for a server, with ${status}`, async () => {
    const { code, stderr } = await interrupted(process.execPath, signal, 1);
    assert.equal(code, status, stderr);
    assert.match(stderr, /finishing what is in flight/);
  });

  test(`${signal} reaches the Node that an older one started`, { skip }, async () => {
    assert.equal((await interrupted(String(old), signal, 1)).code, status);
  });
}
