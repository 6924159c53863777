import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, test } from "node:test";
import { findKubeconfig } from "../../../src/adapters/kubernetes/kubeconfig/find.ts";
import { inClusterAccess } from "../../../src/adapters/kubernetes/kubeconfig/in-cluster.ts";
import { nearestNames } from "../../../src/adapters/kubernetes/kubeconfig/nearest.ts";
import { parseKubeconfig } from "../../../src/adapters/kubernetes/kubeconfig/parse.ts";
import { resolveAccess, type AccessOverrides } from "../../../src/adapters/kubernetes/kubeconfig/resolve.ts";
import { refuseUntrusted } from "../../../src/adapters/kubernetes/kubeconfig/untrusted.ts";
import type { ClusterAccess } from "../../../src/adapters/kubernetes/access.ts";
import type { GitOpsError } from "../../../src/engine/model/errors.ts";

const folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** A kubeconfig with one context, whose user and cluster have these further lines. */
function kubeconfig(user = "{}", cluster = "", name = "kim"): string {
  return `apiVersion: v1
kind: Config
current-context: dev
contexts: [{name: dev, context: {cluster: c, user: ${name}, namespace: shop}}]
clusters: [{name: c, cluster: {server: "https://example.test:6443"${cluster}}}]
users: [{name: ${name}, user: ${user}}]
`;
}

async function access(text: string, overrides: AccessOverrides = {}): Promise<ClusterAccess> {
  return resolveAccess(await parseKubeconfig(text, { name: "test.yaml", folder }), overrides);
}

test("a context gives server, user and namespace", async () => {
  const { contextName, namespace, server, bearer, warnings } = await access(kubeconfig("{token: abc}"));

  assert.deepEqual(
    [contextName, namespace, server.href, bearer, warnings],
    ["dev", "shop", "https://example.test:6443/", { type: "token", token: "abc" }, []],
  );
});

test("of several files in KUBECONFIG the first counts, entry by entry, and missing ones are left out", async () => {
  const first = file("first.yaml", 'clusters: [{name: c, cluster: {server: "https://first.test"}}]\ncurrent-context: dev\n');
  const second = file("second.yaml", kubeconfig("{token: abc}"));

  const config = await findKubeconfig(undefined, { KUBECONFIG: ["/nonexistent", first, second].join(delimiter) });
  const found = resolveAccess(config!, {});

  assert.deepEqual([found.server.href, found.bearer], ["https://first.test/", { type: "token", token: "abc" }]);
});

test("an empty file says nothing beside others, as kubectl has it, and is a mistake alone", async () => {
  const [empty, full] = [file("empty", "\n"), file("full", kubeconfig())];
  const config = await findKubeconfig(undefined, { KUBECONFIG: [empty, full].join(delimiter) });
  assert.equal(config?.currentContext, "dev");
  await assert.rejects(findKubeconfig(undefined, { KUBECONFIG: empty }), { code: "INVALID_KUBECONFIG" });
});

test("a user without a home has no file of their own", async () => {
  for (const environment of [{}, { HOME: "" }]) assert.equal(await findKubeconfig(undefined, environment), undefined);
});

test("~/.kube/config is read where KUBECONFIG is not set, and without either there is none", async () => {
  assert.equal(await findKubeconfig(undefined, { HOME: folder }), undefined);
  assert.equal(await findKubeconfig(undefined, { KUBECONFIG: "/nonexistent" }), undefined);
});

test("a --kubeconfig that does not exist is PATH_NOT_FOUND", async () => {
  await assert.rejects(findKubeconfig("/nonexistent", {}), { code: "PATH_NOT_FOUND" });
});

test("paths are relative to the kubeconfig, and data goes before files", async () => {
  const user = `{client-certificate: kim.crt, client-key-data: ${btoa("key")}, client-key: other.key, tokenFile: token}`;
  const found = await access(kubeconfig(user, ", certificate-authority: /etc/ca.crt"));

  assert.deepEqual(found.clientCertificate, {
    certificate: { type: "file", path: join(folder, "kim.crt") },
    key: { type: "inline", text: "key" },
  });
  assert.deepEqual(found.bearer, { type: "tokenFile", path: join(folder, "token") });
  assert.deepEqual(found.certificateAuthority, { type: "file", path: "/etc/ca.crt" });
});

test("JSON is read as well as YAML", async () => {
  const config = {
    clusters: [{ name: "c", cluster: { server: "example.test" } }],
    contexts: [{ name: "x", context: { cluster: "c" } }],
    "current-context": "x",
  };
  assert.equal((await access(JSON.stringify(config))).server.href, "https://example.test/");
});

test("a user, cluster or context named __proto__ is a name like any other", async () => {
  assert.deepEqual((await access(kubeconfig("{token: abc}", "", "__proto__"))).bearer, { type: "token", token: "abc" });
});

const overridden: Record<string, [AccessOverrides, (found: ClusterAccess) => unknown, unknown]> = {
  "--namespace": [{ namespace: "other" }, ({ namespace }) => namespace, "other"],
  "--server": [{ server: "https://other.test/base/" }, ({ server }) => server.href, "https://other.test/base/"],
  "--token, instead of all other credentials,": [
    { token: "t" },
    ({ bearer, clientCertificate }) => [bearer, clientCertificate],
    [{ type: "token", token: "t" }, undefined],
  ],
  "--certificate-authority": [
    { certificateAuthority: "/ca.crt" },
    ({ certificateAuthority }) => certificateAuthority,
    { type: "file", path: "/ca.crt" },
  ],
  "--insecure-skip-tls-verify, which drops the CA,": [
    { insecureSkipTlsVerify: true },
    (found) => [found.insecureSkipTlsVerify, found.certificateAuthority],
    [true, undefined],
  ],
  "--tls-server-name": [{ tlsServerName: "api" }, ({ tlsServerName }) => tlsServerName, "api"],
  "--as with groups": [
    { as: "kim", asGroups: ["a", "b"] },
    ({ impersonate }) => impersonate,
    { user: "kim", uid: undefined, groups: ["a", "b"], extra: new Map() },
  ],
};

for (const [flag, [overrides, read, expected]] of Object.entries(overridden)) {
  test(`${flag} goes before the kubeconfig`, async () => {
    const user = `{client-certificate-data: ${btoa("c")}, client-key-data: ${btoa("k")}}`;
    assert.deepEqual(read(await access(kubeconfig(user, `, certificate-authority-data: ${btoa("ca")}`), overrides)), expected);
  });
}

test("http and unchecked certificates are allowed in one's own file, with a warning", async () => {
  assert.match((await access(kubeconfig("{}", ", insecure-skip-tls-verify: true"))).warnings[0] ?? "", /not checked/);
  assert.match((await access(kubeconfig(), { server: "http://example.test" })).warnings[0] ?? "", /without encryption/);
});

const refused: Record<string, [string, string, RegExp, AccessOverrides?]> = {
  "an empty file": ["", "INVALID_KUBECONFIG", /test\.yaml: is empty/],
  "a list": ["[]", "INVALID_KUBECONFIG", /must be a map/],
  "another kind": ["kind: Pod", "INVALID_KUBECONFIG", /kind Config/],
  "YAML that does not parse": ["a: [hunter2", "INVALID_KUBECONFIG", /line \d+/],
  "two documents": ["a: 1\n---\nb: 2\n", "INVALID_KUBECONFIG", /one YAML document/],
  "a current-context that is not there": [
    kubeconfig().replace("current-context: dev", "current-context: dve"),
    "CONTEXT_NOT_FOUND",
    /no context dve/,
  ],
  "a --context that is not there": [kubeconfig(), "CONTEXT_NOT_FOUND", /no context x/, { context: "x" }],
  "no current-context": [kubeconfig().replace("current-context: dev", ""), "CONTEXT_NOT_FOUND", /no current context/],
  "a context whose cluster is not there": [
    kubeconfig().replace("cluster: c,", "cluster: x,"),
    "INVALID_KUBECONFIG",
    /context dev names the cluster x/,
  ],
  "a context whose user is not there": [
    kubeconfig().replace("user: kim,", "user: x,"),
    "INVALID_KUBECONFIG",
    /context dev names the user x/,
  ],
  "a --cluster that is not there": [kubeconfig(), "INVALID_KUBECONFIG", /--cluster: .* no cluster x/, { cluster: "x" }],
  "a --user that is not there": [kubeconfig(), "INVALID_KUBECONFIG", /--user: .* no user x/, { user: "x" }],
  "two entries of one name": [
    `${kubeconfig()}\nextra: 1`.replace("users: [", "users: [{name: kim, user: {}}, "),
    "INVALID_KUBECONFIG",
    /two entries named kim/,
  ],
  "a server that is no URL": [
    kubeconfig().replace("https://example.test:6443", "ftp://hunter2"),
    "INVALID_KUBECONFIG",
    /no http or https URL/,
  ],
  "a certificate without key": [kubeconfig(`{client-certificate-data: ${btoa("c")}}`), "INVALID_KUBECONFIG", /without its key/],
  "data that is no base64": [
    kubeconfig("{client-key-data: 'hunter2!'}"),
    "INVALID_KUBECONFIG",
    /users\[kim\]\.user\.client-key-data must be base64/,
  ],
  "a token with a line break": [kubeconfig('{token: "hunter2\\nx"}'), "INVALID_KUBECONFIG", /no HTTP header/],
  "an exec of an old version": [
    kubeconfig("{exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}}"),
    "INVALID_KUBECONFIG",
    /apiVersion must be/,
  ],
  "an exec of v1 without interactiveMode": [
    kubeconfig("{exec: {apiVersion: client.authentication.k8s.io/v1, command: x}}"),
    "INVALID_KUBECONFIG",
    /interactiveMode must be/,
  ],
  "an auth-provider": [kubeconfig("{auth-provider: {name: gcp}}"), "INVALID_KUBECONFIG", /auth-provider gcp/],
  "an auth-provider that runs a command": [
    kubeconfig("{auth-provider: {name: gcp, config: {cmd-path: /bin/hunter2}}}"),
    "KUBECONFIG_FORBIDDEN",
    /runs a command/,
  ],
  "a CA together with insecure-skip-tls-verify": [
    kubeconfig("{}", `, insecure-skip-tls-verify: true, certificate-authority: ca.crt`),
    "INVALID_KUBECONFIG",
    /exclude each other/,
  ],
  "a proxy of an unknown kind": [kubeconfig("{}", ", proxy-url: 'ftp://proxy'"), "INVALID_KUBECONFIG", /proxy-url/],
  "--as-group without --as": [kubeconfig(), "USAGE", /--as/, { asGroups: ["a"] }],
};

for (const [what, [text, code, message, overrides]] of Object.entries(refused)) {
  test(`${what} is ${code}, and no value is quoted`, async () => {
    await assert.rejects(access(text, overrides), (error: GitOpsError) => {
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.doesNotMatch(`${error.message} ${error.hint} ${JSON.stringify(error.data)}`, /hunter2/);
      return true;
    });
  });
}

test("a missing context names the nearest ones", async () => {
  await assert.rejects(access(kubeconfig(), { context: "dve" }), { data: { context: "dve", nearest: ["dev"] } });
  assert.deepEqual(nearestNames("prod", ["dev", "prod-eu", "test"]), ["prod-eu", "dev", "test"]);
});

const untrusted: Record<string, string> = {
  "runs a program": kubeconfig("{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: /bin/sh}}"),
  "uses an auth-provider": kubeconfig("{auth-provider: {name: x, config: {cmd-path: /bin/sh}}}"),
  "reads a token file": kubeconfig("{tokenFile: /etc/shadow}"),
  "reads a certificate file": kubeconfig("{client-certificate: /etc/shadow}"),
  "reads a key file": kubeconfig("{client-key: /etc/shadow}"),
  "reads a CA file": kubeconfig("{}", ", certificate-authority: /etc/shadow"),
  "does not check certificates": kubeconfig("{}", ", insecure-skip-tls-verify: true"),
  "speaks http": kubeconfig().replace("https://", "http://"),
};

for (const [what, text] of Object.entries(untrusted)) {
  test(`a kubeconfig out of a Secret that ${what} is KUBECONFIG_FORBIDDEN`, async () => {
    const config = await parseKubeconfig(text, { name: "secret/kubeconfig", folder: "/" });
    assert.throws(() => refuseUntrusted(config, "secret/kubeconfig"), { code: "KUBECONFIG_FORBIDDEN" });
  });
}

test("a kubeconfig out of a Secret that holds all its data is taken", async () => {
  refuseUntrusted(
    await parseKubeconfig(kubeconfig("{token: abc}", `, certificate-authority-data: ${btoa("ca")}`), { name: "s", folder: "/" }),
    "s",
  );
});

test("a Pod uses its ServiceAccount, and outside of a cluster there is none", async () => {
  file("namespace", "shop\n");

  const found = await inClusterAccess({ KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "6443" }, folder);

  assert.deepEqual(
    [found?.server.href, found?.namespace, found?.bearer],
    ["https://[fd00::1]:6443/", "shop", { type: "tokenFile", path: `${folder}/token` }],
  );
  assert.equal(await inClusterAccess({}, folder), undefined);
});
