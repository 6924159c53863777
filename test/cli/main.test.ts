import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { COMMANDS } from "../../src/cli/commands/table.ts";
import { abortOnSignals, Interruption } from "../../src/cli/interruption.ts";
import { assertGolden } from "./golden.ts";
import { newHost, runMain } from "./host.ts";

test("without a command the help is shown, on stdout", async () => {
  const { exitStatus, stdout, stderr } = await runMain([]);
  assertGolden("help", stdout);
  assert.deepEqual([exitStatus, stderr], [0, ""]);
  assert.equal((await runMain(["help"])).stdout, stdout);
  assert.equal((await runMain(["-h"])).stdout, stdout);
});

for (const { name } of COMMANDS) {
  test(`the help of ${name} looks as recorded, however it is asked for`, async () => {
    const { exitStatus, stdout } = await runMain([name, "--help"]);
    assertGolden(`help-${name}`, stdout);
    assert.equal(exitStatus, 0);
    assert.equal((await runMain(["help", name])).stdout, stdout);
  });
}

test("help exit-codes lists every status, and an unknown topic suggests the nearest", async () => {
  const { exitStatus, stdout } = await runMain(["help", "exit-codes"]);
  assert.equal(exitStatus, 0);
  assert.match(stdout, /^ +143 /m);
  const unknown = await runMain(["help", "exit-code"]);
  assert.equal(unknown.exitStatus, 2);
  assert.match(unknown.stderr, /did you mean "gitops help exit-codes"\?/);
});

test("--version and version tell the version", async () => {
  assert.equal((await runMain(["get", "--version"])).stdout, "gitops version 1.2.3\n");
  assert.match((await runMain(["version"])).stdout, /^gitops version 1\.2\.3\nnode v/);
  const document = JSON.parse((await runMain(["version", "-o", "json"])).stdout) as { version: string; apiVersion: string };
  assert.deepEqual([document.version, document.apiVersion], ["1.2.3", "cli.gitops/v1"]);
});

const WRONG_CALLS: readonly (readonly string[])[] = [
  ["frobnicate"],
  ["sync"],
  ["sync", "shop", "--prun"],
  ["sync", "shop", "--timeout", "-1s"],
  ["sync", "Shop", "dir"],
  ["sync", "ks/shop", "dir"],
  ["sync", "shop", "dir", "--repo", "https://git.example/shop.git"],
  ["sync", "shop", "dir", "--ref", "main"],
  ["sync", "shop", "--repo", "-x"],
  ["sync", "shop", "--repo="],
  ["sync", "shop", "dir", "-n", "../kube-system"],
  ["adopt", "shop", "dir"],
  ["build"],
  ["get", "-o", "jsonpath={.name"],
  ["get", "shop", "-o", "custom-columns=NAME"],
  ["get", "helm/shop"],
  ["get", "deployments", "web"],
  ["get", "--status", "good"],
  ["get", "--status-selector", "ready=perhaps"],
  ["delete", "shop"],
];

for (const argv of WRONG_CALLS) {
  test(`gitops ${argv.join(" ")} is a wrong call: 2, an error and a hint on stderr, nothing on stdout, and no kubeconfig is looked for`, async () => {
    const { exitStatus, stdout, stderr } = await runMain(argv, { KUBECONFIG: kubeconfig });
    assert.equal(exitStatus, 2, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /^error: .*\nhint: .*\n$/);
  });
}

const folder = mkdtempSync(join(tmpdir(), "gitops-main-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const kubeconfig = join(folder, "kubeconfig");
writeFileSync(
  kubeconfig,
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:9" } }],
    users: [{ name: "u", user: { token: "t" } }],
  }),
);

test("delete off a terminal names the flag that it needs", async () => {
  assert.match((await runMain(["delete", "shop"])).stderr, /--yes/);
});

test("with -o json the error is one JSON object on stderr, also for a command line that cannot be read", async () => {
  for (const argv of [
    ["delete", "shop", "-o", "json"],
    ["sync", "shop", "--prun", "-o=json"],
    ["get", "--output=json", "--zzz"],
    ["get", "-Aojson", "--zzz"],
  ]) {
    const { stderr } = await runMain(argv);
    const document = JSON.parse(stderr) as { code: string; exitCode: number };
    assert.deepEqual([document.code, document.exitCode], ["USAGE", 2], argv.join(" "));
  }
});

test("a sync that fails before it begins still ends its JSON lines with sync.finished", async () => {
  const { exitStatus, stdout, stderr } = await runMain(["sync", "shop", folder, "-o", "json", "--context", "other"], {
    KUBECONFIG: kubeconfig,
  });
  const last = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as { type: string; exitCode: number };
  assert.deepEqual([last.type, last.exitCode], ["sync.finished", 12]);
  assert.equal(exitStatus, 12);
  assert.equal((JSON.parse(stderr) as { code: string }).code, "CONTEXT_NOT_FOUND");
});

test("an unknown context is 12, in words", async () => {
  const { exitStatus, stdout, stderr } = await runMain(["get", "--context", "other"], { KUBECONFIG: kubeconfig });
  assert.deepEqual([exitStatus, stdout], [12, ""]);
  assert.match(stderr, /^error: .*other/);
});

test("a build tells its warnings but not its steps: credentials in a typed URL are warned about and shown nowhere", async () => {
  const environment = { PATH: process.env["PATH"], HOME: folder, XDG_CACHE_HOME: folder };
  const { exitStatus, stdout, stderr } = await runMain(["build", "--repo", "https://user:hunter2@127.0.0.1:9/shop.git"], environment);
  assert.deepEqual([exitStatus, stdout], [14, ""]);
  assert.match(stderr, /credentials in the URL of https:\/\/127\.0\.0\.1:9/);
  assert.doesNotMatch(stderr, /hunter2|fetching/);
});

test("the first signal aborts the run with the status it stands for, the second ends the process", () => {
  for (const [name, status] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    const { process, exits } = newHost();
    const told: string[] = [];
    const { signal, dispose } = abortOnSignals(process, (line) => told.push(line));
    process.emit(name, name);
    assert.ok(signal.reason instanceof Interruption);
    assert.equal(signal.reason.exitStatus, status);
    assert.deepEqual([exits.length, told.length], [0, 1]);
    process.emit(name, name);
    assert.deepEqual(exits, [status]);
    dispose();
    assert.equal(process.listenerCount(name), 0);
  }
});
