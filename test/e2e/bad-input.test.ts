import assert from "node:assert/strict";
import { after, test } from "node:test";
import { gitops, newHome } from "../support/cli.ts";
import { planeOrSkip } from "../support/control-plane.ts";
import { startGitServer } from "../support/git-server.ts";
import { assertCode, configMap, deployment, newWorkspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();
const open = await startGitServer();
const locked = await startGitServer({ auth: { username: "shop", password: "a-secret-token" } });
after(() => Promise.all([open.close(), locked.close()]));
const repository = await open.createRepository("shop", { "app/one.yaml": configMap("one", { a: "1" }) });
const lockedRepository = await locked.createRepository("shop", { "app/one.yaml": configMap("one", { a: "1" }) });

const wrongSources: readonly [name: string, code: number, says: RegExp, args: readonly string[]][] = [
  ["a repository that is not there", 12, /nothing\.git/, ["--repo", `${open.url}/nothing.git`, "--ref", "main", "--path", "app"]],
  ["a ref that is not there", 12, /no-such-branch/, ["--repo", repository.url, "--ref", "no-such-branch", "--path", "app"]],
  ["a path that is not there", 12, /no\/such\/path/, ["--repo", repository.url, "--ref", "main", "--path", "no/such/path"]],
  [
    "a Git server that nobody runs",
    14,
    /127\.0\.0\.1:1\b|127\.0\.0\.1/,
    ["--repo", "http://127.0.0.1:1/shop.git", "--ref", "main", "--path", "app"],
  ],
  ["a repository without the credentials it asks for", 13, /shop\.git/, ["--repo", lockedRepository.url, "--ref", "main", "--path", "app"]],
];

for (const [name, code, says, args] of wrongSources) {
  test(`${name} is exit ${code}, named in one line, with a hint, and writes nothing`, { skip }, async () => {
    const shop = await newWorkspace(plane!, {});
    const { result, writes } = await shop.writesOf(() => shop.gitops("sync", "shop", ...args));
    assertCode(result, code);
    assert.match(result.stderr, says);
    assert.match(result.stderr, /^hint: /m);
    assert.deepEqual(writes, []);
  });
}

test("a repository over http is delivered, and its revision is the branch with the commit", { skip }, async () => {
  const shop = await newWorkspace(plane!, {});
  const first = await shop.gitops("sync", "shop", "--repo", repository.url, "--ref", "main", "--path", "app");
  assertCode(first, 0);
  assert.match(first.stdout, new RegExp(`main@sha1:${repository.commit}`));
  assert.ok(await shop.live("v1/configmaps/one"));
});

test("an object that the server refuses is named with its file, and nothing at all is applied", { skip }, async () => {
  const broken = deployment("web").replace('"replicas":1', '"replicas":"many"');
  const shop = await newWorkspace(plane!, { "a.yaml": configMap("settings", { a: "1" }), "web.yaml": broken });

  const refused = await shop.run("sync");

  assertCode(refused, 11);
  assert.match(refused.stderr, /web\.yaml/);
  assert.match(refused.stderr, /replicas/);
  assert.equal(await shop.live("v1/configmaps/settings"), undefined);
});

test("YAML that does not parse is told with file, line and column, and no value of it", { skip }, async () => {
  const shop = await newWorkspace(plane!, {
    "secret.yaml": 'apiVersion: v1\nkind: Secret\nstringData:\n  password: "hunter2\n  other: x\n',
  });

  const broken = await shop.run("sync");

  assertCode(broken, 11);
  assert.match(broken.stderr, /secret\.yaml:\d+:\d+/);
  assert.doesNotMatch(broken.stderr, /hunter2/);
});

test("the same object twice is exit 11 and names both files", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "a.yaml": configMap("twice", {}), "b.yaml": configMap("twice", {}) });
  const twice = await shop.run("sync");
  assertCode(twice, 11);
  assert.match(twice.stderr, /a\.yaml/);
  assert.match(twice.stderr, /b\.yaml/);
});

test("a user without rights is told which verb on what, exit 13", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "a.yaml": configMap("settings", {}) });
  const forbidden = await gitops(["sync", "shop", shop.folder, "-n", shop.namespace], {
    home: shop.home,
    kubeconfig: plane!.limitedKubeconfig,
  });
  assertCode(forbidden, 13);
  assert.match(forbidden.stderr, /limited/);
  assert.match(forbidden.stderr, /get|list|create|patch/);
});

test("an API server that does not answer is exit 14, and names the address", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "a.yaml": configMap("settings", {}) });
  const gone = await shop.run("sync", "--server", "https://127.0.0.1:1", "--timeout", "20s");
  assertCode(gone, 14);
  assert.match(gone.stderr, /127\.0\.0\.1:1/);
});

test("a context that the kubeconfig lacks is exit 12, with the ones it has", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "a.yaml": configMap("settings", {}) });
  const unknown = await shop.run("sync", "--context", "production");
  assertCode(unknown, 12);
  assert.match(unknown.stderr, /production/);
});

test("a Secret's value is in no output of sync and diff, the changed key is", { skip }, async () => {
  const secret = (password: string) =>
    JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: { name: "login" }, stringData: { password } });
  const shop = await newWorkspace(plane!, { "login.yaml": secret("first-password") });
  const first = await shop.run("sync", "-o", "json");
  await shop.write({ "login.yaml": secret("second-password") });
  const diff = await shop.run("diff");
  const second = await shop.run("sync", "--verbose");

  assertCode(diff, 1);
  assertCode(second, 0);
  assert.match(diff.stdout, /password/);
  const all = [first, diff, second].map(({ stdout, stderr }) => stdout + stderr).join("");
  for (const value of ["first-password", "second-password"]) {
    assert.ok(!all.includes(value));
    assert.ok(!all.includes(Buffer.from(value).toString("base64")));
  }
});

test("without a kubeconfig there is one line that says where it was looked for", async () => {
  const home = newHome();
  const lost = await gitops(["get"], { home });
  assert.ok([12, 14].includes(lost.code), `exit ${lost.code}\n${lost.stderr}`);
  assert.match(lost.stderr, /kubeconfig/i);
});

test("terminal escape sequences from a repository are shown, not obeyed", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "a.yaml": configMap("\u001b[31mred", {}) });
  const evil = await shop.run("sync");
  assert.notEqual(evil.code, 0);
  assert.ok(!(evil.stdout + evil.stderr).includes("\u001b"));
});
