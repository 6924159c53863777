import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { assertShowable } from "../support/bad-input.ts";
import { gitops, type CommandResult } from "../support/cli.ts";
import { planeOrSkip, type ControlPlane } from "../support/control-plane.ts";
import { startGitServer, type Files } from "../support/git-server.ts";
import { assertCode, configMap, newWorkspace, type Workspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();
const PASSWORD = "canary-of-the-repository";
const server = await startGitServer({ auth: { username: "shop", password: PASSWORD } });
after(() => server.close());

/** Values that no output may carry, each in a place of its own. */
const CANARIES = {
  data: "canary-in-data",
  stringData: "canary-in-string-data",
  changed: "canary-after-a-change",
  removed: "canary-of-a-key-that-goes",
  lastApplied: "canary-in-last-applied",
  byHand: "canary-typed-by-hand",
  ofLine: "canary-first-line\ncanary-second-line",
  password: PASSWORD,
} as const;
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

function secret(name: string, more: object, annotations: Readonly<Record<string, string>> = {}): string {
  return JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: { name, annotations }, ...more });
}

/** Every form in which a value can leak: itself, its lines, base64, JSON. */
function forms(value: string): string[] {
  return [value, ...value.split("\n"), base64(value), JSON.stringify(value).slice(1, -1)];
}

function assertSilent(results: readonly CommandResult[], tokens: readonly string[] = []): void {
  const all = results.map(({ stdout, stderr }) => stdout + stderr).join("\n");
  for (const value of [...Object.values(CANARIES).flatMap(forms), ...tokens])
    assert.ok(
      !all.includes(value),
      `${value} is shown:\n${all
        .split("\n")
        .filter((line) => line.includes(value))
        .join("\n")}`,
    );
  results.forEach(assertShowable);
}

/** Nothing that a person's folders keep holds a value: caches (as far as they are no Git objects), state, temporary files. */
function assertKeptNowhere(home: string, folder: string): void {
  for (const { parentPath, name } of readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())) {
    const path = join(parentPath, name);
    if (path.startsWith(folder)) continue;
    const text = readFileSync(path).toString("latin1");
    for (const value of Object.values(CANARIES).flatMap(forms)) assert.ok(!text.includes(value), path);
  }
}

const first: Files = {
  "login.yaml": secret(
    "login",
    { data: { a: base64(CANARIES.data), gone: base64(CANARIES.removed) }, stringData: { b: CANARIES.stringData, c: CANARIES.ofLine } },
    { [LAST_APPLIED]: JSON.stringify({ data: { a: base64(CANARIES.lastApplied) } }) },
  ),
};
const second: Files = { "login.yaml": secret("login", { data: { a: base64(CANARIES.changed) }, stringData: { b: CANARIES.data } }) };

async function everyCommand(shop: Workspace): Promise<CommandResult[]> {
  const results: CommandResult[] = [];
  const run = async (code: number, ...args: readonly string[]): Promise<void> => {
    const result = await shop.gitops(...args);
    assertCode(result, code);
    results.push(result);
  };
  await run(1, "diff", "shop", shop.folder, "-v");
  await run(0, "sync", "shop", shop.folder, "--prune", "-v");
  await shop.applyByHand("v1/secrets/login", {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "login" },
    data: { a: base64(CANARIES.byHand) },
  });
  await run(1, "diff", "shop", "-v");
  await run(1, "diff", "shop", "-o", "json");
  await run(0, "get", "shop", "-o", "yaml");
  await shop.write(second);
  await run(1, "diff", "shop");
  await run(0, "sync", "shop", "--dry-run");
  await run(0, "sync", "shop", "-o", "json");
  for (const output of [[], ["-o", "json"], ["-o", "wide"], ["-o", "name"], ["-v"]]) await run(0, "get", "shop", ...output);
  await shop.write({ "login.yaml": configMap("other", {}) });
  await run(1, "diff", "shop", "--prune", "-v");
  await run(0, "sync", "shop", "--prune", "-v");
  await run(0, "delete", "shop", "--yes", "-o", "json");
  return results;
}

test("values of Secrets are in no output of any command, in any format, and kept in no file", { skip }, async () => {
  const shop = await newWorkspace(plane!, first);

  const results = await everyCommand(shop);

  assert.match(results[0]?.stdout ?? "", /login/);
  assertSilent(results, [plane!.token]);
  assertKeptNowhere(shop.home, shop.folder);
});

const refused: Readonly<Record<string, { readonly object: string; readonly code: number; readonly says: RegExp }>> = {
  "data that is no base64": {
    object: secret("login", { data: { password: "canary-in-data" } }),
    code: 11,
    says: /login\.yaml:1: Secret "login": data "password" is not base64/,
  },
  "a type that does not fit its data": {
    object: secret("login", { type: "kubernetes.io/dockerconfigjson", data: { ".dockerconfigjson": base64(CANARIES.data) } }),
    code: 11,
    says: /login\.yaml/,
  },
  "stringData that is no text": {
    object: secret("login", { stringData: { password: { value: CANARIES.data } } }),
    code: 11,
    says: /login\.yaml/,
  },
  "a number in stringData": { object: secret("login", { stringData: { password: 123454321 } }), code: 11, says: /login\.yaml/ },
  "a key that no Secret can have": { object: secret("login", { data: { "a b": base64(CANARIES.data) } }), code: 11, says: /login\.yaml/ },
  "a field that no Secret has": { object: secret("login", { data: {}, password: CANARIES.data }), code: 11, says: /login\.yaml/ },
  "a mask that was committed": {
    object: secret("login", { stringData: { password: "**REDACTED**" } }),
    code: 11,
    says: /"password" holds a mask/,
  },
  "B48 the mask that Flux prints": {
    object: secret("login", { data: { password: "**SOPS**" } }),
    code: 11,
    says: /"password" holds a mask/,
  },
};

for (const [name, { object, code, says }] of Object.entries(refused)) {
  test(`B47 a Secret with ${name} is refused with its file, without its value, and nothing is written`, { skip }, async () => {
    const shop = await newWorkspace(plane!, { "login.yaml": object, "settings.yaml": configMap("settings", {}) });

    const { result, writes } = await shop.writesOf(() => shop.run("sync", "-v"));
    const json = await shop.run("sync", "-o", "json");

    assertCode(result, code);
    assert.match(result.stderr, says);
    assert.deepEqual(writes, []);
    assertSilent([result, json]);
    assert.doesNotMatch(result.stderr + json.stderr + json.stdout, /123454321/);
  });
}

const ENCRYPTED = "ENC[AES256_GCM,data:hunter2,iv:x,tag:y,type:str]";
const SOPS = `sops:\n  mac: '${ENCRYPTED}'\n  version: 3.9.0\n`;
const BARE_SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n";

/** Overlays with something in them that SOPS encrypted, and the file that is to be named. */
const encrypted: Readonly<Record<string, readonly [Files, RegExp]>> = {
  "a resource": [
    { "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": `${BARE_SECRET}stringData:\n  password: '${ENCRYPTED}'\n${SOPS}` },
    /a\.yaml.*SOPS/,
  ],
  "a file that a generator reads": [
    {
      "kustomization.yaml": "secretGenerator: [{name: s, envs: [secret.env]}]\n",
      "secret.env": `password=${ENCRYPTED}\nsops_mac=${ENCRYPTED}\nsops_version=3.9.0\n`,
    },
    /secret\.env.*SOPS/,
  ],
  "a patch": [
    {
      "kustomization.yaml": "resources: [a.yaml]\npatches: [{path: p.yaml}]\n",
      "a.yaml": BARE_SECRET,
      "p.yaml": `${BARE_SECRET}stringData:\n  password: '${ENCRYPTED}'\n${SOPS}`,
    },
    /p\.yaml.*SOPS/,
  ],
};

for (const [name, [files, says]] of Object.entries(encrypted)) {
  test(`B43-B46 ${name} that SOPS encrypted is delivered by nobody, and printed by build as the original prints it`, { skip }, async () => {
    const shop = await newWorkspace(plane!, files);
    for (const command of ["sync", "diff"] as const) {
      const { result, writes } = await shop.writesOf(() => shop.run(command));
      assertCode(result, 11);
      assert.match(result.stderr, says);
      assert.deepEqual(writes, []);
    }
    const built = await gitops(["build", shop.folder], { home: shop.home });
    assertCode(built, 0);
    assert.match(built.stdout, /^kind: Secret$/m);
  });
}

test("credentials in a URL and a token of a kubeconfig are in no output, no record and no file", { skip }, async () => {
  const { url } = await server.createRepository("app", { "a.yaml": configMap("a", { a: "1" }) });
  const shop = await newWorkspace(plane!, {});
  const typed = url.replace("http://", `http://shop:${PASSWORD}@`);

  const results = [
    await shop.gitops("sync", "shop", "--repo", typed, "--ref", "main", "-v"),
    await shop.gitops("diff", "shop", "--repo", typed, "--ref", "main", "-v", "-o", "json"),
    await shop.gitops("get", "shop", "-o", "yaml"),
    await shop.gitops("sync", "shop", "-v"),
  ];

  assert.deepEqual(
    results.map(({ code }) => code),
    [0, 0, 0, 13],
  );
  assertSilent(results, [plane!.token]);
  assertKeptNowhere(shop.home, shop.folder);
  const record = await shop.live("v1/configmaps/gitops-shop");
  for (const form of forms(PASSWORD)) assert.ok(!JSON.stringify(record).includes(form));
});

test("a token that an API server quotes in its refusal is not shown", { skip }, async () => {
  const shop = await newWorkspace(plane!, first);
  const path = await kubeconfigWith(plane!, shop.home, CANARIES.byHand);

  const refusedToken = await gitops(["sync", "shop", shop.folder, "-n", shop.namespace, "-v"], { home: shop.home, kubeconfig: path });

  assertCode(refusedToken, 13);
  assertSilent([refusedToken]);
});

async function kubeconfigWith(cluster: ControlPlane, home: string, token: string): Promise<string> {
  const path = join(home, "kubeconfig");
  const clusters = [{ name: "c", cluster: { server: cluster.server, "certificate-authority": cluster.caFile } }];
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c",
    clusters,
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    users: [{ name: "u", user: { token } }],
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}
