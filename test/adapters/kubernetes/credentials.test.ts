import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { ClusterConnectionOptions, KubernetesCluster } from "../../../src/adapters/kubernetes/connect.ts";
import { configMap } from "../../contract/cluster.contract.ts";
import { clusterFor, fakeClock, faultServer, json, status } from "./fault-server.ts";

const folder = mkdtempSync(join(tmpdir(), "credentials-"));
after(() => rmSync(folder, { recursive: true }));

const { signal } = new AbortController();
const { id } = configMap("shop", "one");
const stored = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" } };
const V1 = "client.authentication.k8s.io/v1";

/** A program that the kubeconfig names, run by sh. */
function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

function credential(state: Record<string, string>, apiVersion = V1): string {
  return JSON.stringify({ kind: "ExecCredential", apiVersion, status: state });
}

/** A cluster whose user is this one; the server's address is put in. */
async function clusterAs(
  url: string,
  user: Record<string, unknown>,
  options: Partial<ClusterConnectionOptions> = {},
  cluster: Record<string, unknown> = {},
): Promise<KubernetesCluster> {
  const path = join(folder, `config-${Math.random()}`);
  const config = {
    "current-context": "x",
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server: url, ...cluster } }],
    users: [{ name: "u", user }],
  };
  writeFileSync(path, JSON.stringify(config));
  return (await clusterFor({ environment: process.env, kubeconfig: path, ...options })).cluster;
}

function exec(command: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { exec: { apiVersion: V1, command, interactiveMode: "Never", ...more } };
}

async function accepting(token: string): Promise<string> {
  const { url } = await faultServer(({ headers }, response) =>
    headers.authorization === token ? json(response, 200, stored) : json(response, 401, status(401, "Unauthorized")),
  );
  return url;
}

test("a plugin gets its arguments, its environment and the cluster, and its token is used once it is asked", async () => {
  const log = join(folder, "asked");
  const command = program(
    "told",
    `echo "$1 $EXTRA" >> ${log}; printf '%s\\n' "$KUBERNETES_EXEC_INFO" >> ${log}; echo '${credential({ token: "t1" })}'`,
  );
  const url = await accepting("Bearer t1");
  const user = exec(command, { args: ["login"], env: [{ name: "EXTRA", value: "more" }], provideClusterInfo: true });
  const extension = { extensions: [{ name: "client.authentication.k8s.io/exec", extension: { audience: "a" } }] };
  const cluster = await clusterAs(url, user, {}, extension);

  await cluster.get(id, { signal });
  await cluster.get(id, { signal });

  const [arguments_, info = "", ...rest] = readFileSync(log, "utf8").trim().split("\n");
  assert.equal(arguments_, "login more");
  assert.deepEqual(JSON.parse(info), {
    kind: "ExecCredential",
    apiVersion: V1,
    spec: { interactive: false, cluster: { server: url, config: { audience: "a" } } },
  });
  assert.deepEqual(rest, [], "the plugin ran twice");
});

test("a plugin sees the environment, but none of the tokens that are for this program alone", async () => {
  const log = join(folder, "seen");
  const command = program("seeing", `echo "$SEEN-$GITOPS_TOKEN-$GITOPS_GIT_TOKEN" > ${log}; echo '${credential({ token: "t1" })}'`);
  const environment = { ...process.env, SEEN: "seen", GITOPS_TOKEN: "hunter2", GITOPS_GIT_TOKEN: "hunter3" };
  const cluster = await clusterAs(await accepting("Bearer t1"), exec(command), { environment });
  await cluster.get(id, { signal });
  assert.equal(readFileSync(log, "utf8"), "seen--\n");
});

test("a relative command starts at the kubeconfig", async () => {
  program("near", `echo '${credential({ token: "t1" })}'`);
  const cluster = await clusterAs(await accepting("Bearer t1"), exec("./near"));
  assert.deepEqual(await cluster.get(id, { signal }), stored);
});

test("an expired credential is asked for again before it is used", async () => {
  const clock = fakeClock();
  const expiry = new Date(clock.now() + 60_000).toISOString();
  const command = program(
    "expiring",
    `if [ -e ${folder}/second ]; then echo '${credential({ token: "t2" })}'; else touch ${folder}/second; echo '${credential({ token: "t1", expirationTimestamp: expiry })}'; fi`,
  );
  const { url, seen } = await faultServer((_seen, response) => json(response, 200, stored));
  const cluster = await clusterAs(url, exec(command), { clock });

  await cluster.get(id, { signal });
  await clock.sleep(61_000);
  await cluster.get(id, { signal });

  assert.deepEqual(
    seen.filter(({ path }) => path.endsWith("/one")).map(({ headers }) => headers.authorization),
    ["Bearer t1", "Bearer t2"],
  );
});

test("a plugin is asked again once when the server says 401, however many calls were refused", async () => {
  const count = join(folder, "count");
  const command = program(
    "rotating",
    `echo x >> ${count}; echo '{"kind":"ExecCredential","apiVersion":"${V1}","status":{"token":"t'$(wc -l < ${count} | tr -d " ")'"}}'`,
  );
  const url = await accepting("Bearer t2");
  const cluster = await clusterAs(url, exec(command));

  await cluster.discover({ signal });
  await Promise.all([1, 2, 3, 4].map(() => cluster.get(id, { signal })));

  assert.equal(readFileSync(count, "utf8"), "x\nx\n");
});

test("a call that was refused late uses the credential that an earlier one brought", async () => {
  const count = join(folder, "late-count");
  const command = program(
    "late",
    `echo x >> ${count}; echo '{"kind":"ExecCredential","apiVersion":"${V1}","status":{"token":"t'$(wc -l < ${count} | tr -d " ")'"}}'`,
  );
  const refuseLater: (() => void)[] = [];
  const { url } = await faultServer(({ headers, path }, response) => {
    const refuse = (): void => json(response, 401, status(401, "Unauthorized"));
    if (headers.authorization === "Bearer t2") {
      json(response, 200, stored);
      for (const later of refuseLater.splice(0)) later();
    } else if (path.endsWith("/late")) refuseLater.push(refuse);
    else refuse();
  });
  const cluster = await clusterAs(url, exec(command));
  await cluster.discover({ signal });

  const late = cluster.get({ ...id, name: "late" }, { signal });
  while (refuseLater.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await cluster.get(id, { signal });
  await late;

  assert.equal(readFileSync(count, "utf8"), "x\nx\n");
});

const failing: Record<string, [script: string, message: RegExp, more?: Record<string, unknown>]> = {
  "prints junk": ["echo hunter2", /printed no JSON/],
  "prints another kind": ['echo \'{"kind":"Secret","status":{"token":"hunter2"}}\'', /printed no ExecCredential/],
  "answers in another version": [`echo '${credential({ token: "hunter2" }, "client.authentication.k8s.io/v1beta1")}'`, /another version/],
  "prints no credential": [`echo '${credential({})}'`, /neither a token nor/],
  "prints a certificate without key": [`echo '${credential({ clientCertificateData: "hunter2" })}'`, /without its key/],
  "prints 10 MiB": ["exec head -c 10485760 /dev/zero", /more than 1 MiB/],
  fails: ["echo hunter2 >&2; exit 3", /ended with exit status 3/],
  hangs: ["exec sleep 600", /did not end within 0.1 s/],
  "wants a terminal": ["exit 0", /wants a terminal/, { interactiveMode: "Always" }],
};

for (const [what, [script, message, more]] of Object.entries(failing)) {
  test(`a plugin that ${what} is UNAUTHENTICATED, and its output is not shown`, async () => {
    const command = program(what.replaceAll(" ", "-"), script);
    const cluster = await clusterAs("http://127.0.0.1:9", exec(command, more), what === "hangs" ? { execTimeoutMs: 100 } : {});

    await assert.rejects(cluster.get(id, { signal }), (error: Error & { code: string }) => {
      assert.equal(error.code, "UNAUTHENTICATED");
      assert.match(error.message, message);
      assert.doesNotMatch(String(error.stack), /hunter2/);
      return true;
    });
  });
}

test("a plugin that is not installed says how to install it", async () => {
  const cluster = await clusterAs("http://127.0.0.1:9", exec("no-such-plugin-here", { installHint: "get it from example.test" }));
  await assert.rejects(cluster.get(id, { signal }), {
    code: "UNAUTHENTICATED",
    message: /no-such-plugin-here is not installed/,
    hint: "get it from example.test",
  });
});

test("arguments never reach a shell", async () => {
  const trap = join(folder, "trap");
  const cluster = await clusterAs(
    await accepting("Bearer t1"),
    exec(program("quiet", `echo '${credential({ token: "t1" })}'`), { args: [`$(touch ${trap})`, `; touch ${trap}`] }),
  );
  await cluster.get(id, { signal });
  assert.equal(existsSync(trap), false);
});

test("a token file is read again, after a minute and after 401", async () => {
  const clock = fakeClock();
  const path = join(folder, "token");
  const { url, seen } = await faultServer(({ headers }, response) =>
    headers.authorization === "Bearer old" ? json(response, 401, status(401, "Unauthorized")) : json(response, 200, stored),
  );
  writeFileSync(path, "first\n");
  const cluster = await clusterAs(url, { tokenFile: path }, { clock });

  await cluster.get(id, { signal });
  writeFileSync(path, "old\n");
  await cluster.get(id, { signal });
  await clock.sleep(61_000);
  writeFileSync(path, "old\n");
  await assert.rejects(cluster.get(id, { signal }), { code: "UNAUTHENTICATED" });
  writeFileSync(path, "new\n");
  await cluster.get(id, { signal });

  const tokens = seen
    .filter(({ path: asked }) => asked.endsWith("/one"))
    .map(({ headers }) => headers.authorization?.slice("Bearer ".length));
  assert.deepEqual(tokens, ["first", "first", "old", "old", "old", "new"]);
});

test("user name and password are sent as Basic, and impersonation as headers", async () => {
  const { url, seen } = await faultServer((_seen, response) => json(response, 200, stored));
  const cluster = await clusterAs(url, { username: "kim", password: "p" }, { as: "ann", asGroups: ["a", "b"] });

  await cluster.get(id, { signal });

  const { headers } = seen.at(-1)!;
  assert.deepEqual(
    [headers.authorization, headers["impersonate-user"], headers["impersonate-group"]],
    [`Basic ${btoa("kim:p")}`, "ann", "a, b"],
  );
});

test("a file that the kubeconfig names and that is not there is INVALID_KUBECONFIG, by name", async () => {
  const cluster = await clusterAs("http://127.0.0.1:9", { "client-certificate": "/nonexistent.crt", "client-key": "/nonexistent.key" });
  await assert.rejects(cluster.get(id, { signal }), { code: "INVALID_KUBECONFIG", message: /\/nonexistent\.crt/ });
});
