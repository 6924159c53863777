import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { parse } from "yaml";
import { planeOrSkip } from "../support/control-plane.ts";
import { fluxPlaneOrSkip, isReady, startFlux, type Flux } from "../support/flux-controllers.ts";
import { newFluxPerson, type FluxPerson } from "../support/flux-delivery.ts";
import { startGitServer, type GitServer } from "../support/git-server.ts";
import { waitFor } from "../support/wait-for.ts";
import { assertCode, configMap } from "../support/workspace.ts";

// Two real control planes: the one of Flux's controllers, and one that they deliver to.
const { skip, plane } = await fluxPlaneOrSkip();
const target = await planeOrSkip();
const isSkipped = skip === false ? target.skip : skip;

interface Config {
  readonly clusters: readonly { readonly name: string; readonly cluster: object }[];
  readonly users: readonly { readonly name: string; readonly user: object }[];
}

interface Cluster {
  readonly name: string;
  readonly server: string;
  readonly reachable: boolean;
  readonly version: string;
  readonly usedBy: readonly string[];
  readonly error: string;
}

let person: FluxPerson;
/** A person's kubeconfig: home, the other cluster with a token, and the other with a program that would fetch one. */
let kubeconfig: string;
before(async () => {
  if (plane === undefined || target.plane === undefined) return;
  person = newFluxPerson(plane, await plane.createNamespace("fleet"));
  const [home, other] = [plane, target.plane].map((one) => parse(readFileSync(one.kubeconfig, "utf8")) as Config);
  const entry = (config: Config | undefined, name: string) => ({ name, cluster: config?.clusters[0]?.cluster });
  const user = (config: Config | undefined, name: string) => ({ name, user: config?.users[0]?.user });
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "no-such-program", interactiveMode: "Never" };
  const ofUser = (cluster: string, name: string) => ({ name, context: { cluster, user: name } });
  kubeconfig = join(person.home, "kubeconfig");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "home",
    clusters: [entry(home, "home"), entry(other, "other")],
    users: [user(home, "home"), user(other, "other"), { name: "plugin", user: { exec } }, { name: "wrong", user: { token: "hunter2" } }],
    contexts: [ofUser("home", "home"), ofUser("other", "other"), ofUser("other", "plugin"), ofUser("other", "wrong")],
  };
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
});

const run = (...args: readonly string[]) => person.gitops(["cluster", ...args], { kubeconfig });

async function listed(): Promise<readonly Cluster[]> {
  const { stdout } = await run("list", "-o", "json");
  return (JSON.parse(stdout) as { items: readonly Cluster[] }).items;
}

async function secret(name: string): Promise<{ readonly data: { readonly value: string } } | undefined> {
  const { status, body } = await plane!.api("GET", `/api/v1/namespaces/${person.namespace}/secrets/${name}`);
  return status === 200 ? (body as { data: { value: string } }) : undefined;
}

test("a cluster is made of a context, holds nothing but data, and answers", { skip: isSkipped }, async () => {
  const added = await run("add", "prod", "--context", "other");
  assertCode(added, 0);
  assert.match(added.stdout, /prod .* True +v1\./);
  const text = Buffer.from((await secret("prod"))?.data.value ?? "", "base64").toString();
  const [entry] = (parse(text) as Config).users;
  assert.deepEqual(Object.keys(entry?.user ?? {}), ["token"]);
  assert.doesNotMatch(text, /certificate-authority: |exec|tokenFile/);

  const [found] = (await listed()).filter(({ name }) => name === "prod");
  assert.deepEqual([found?.server, found?.reachable, found?.usedBy], [new URL(target.plane!.server).host, true, []]);
});

test("the real controllers deliver to a cluster that was added by a service account of its own", { skip: isSkipped }, async () => {
  const elsewhere = await target.plane!.createNamespace("fleet");
  const account = `${elsewhere}/deployer`;
  const added = await run("add", "edge", "--from", "plugin", "--service-account", account);
  assertCode(added, 13);
  assert.equal(await secret("edge"), undefined);
  const bound = await run("add", "edge", "--from", "other", "--service-account", account, "--cluster-role", "cluster-admin");
  assertCode(bound, 0);

  const [git, flux]: [GitServer, Flux] = await Promise.all([startGitServer(), startFlux(plane!, { namespace: person.namespace })]);
  try {
    const kubeConfig = { secretRef: { name: "edge" } };
    await person.deliver("remote", git, { "map.yaml": configMap("remote", { v: "1" }) }, { kubeConfig, targetNamespace: elsewhere });
    await waitFor(plane!, person.path("kustomizations", "remote"), isReady);
    assert.equal((await target.plane!.api("GET", `/api/v1/namespaces/${elsewhere}/configmaps/remote`)).status, 200);

    const refused = await run("remove", "edge", "--yes");
    assertCode(refused, 5);
    assert.match(refused.stderr, /in use by kustomization\S*\/remote/);
    assert.deepEqual((await listed()).find(({ name }) => name === "edge")?.usedBy.length, 1);

    assertCode(await person.gitops(["delete", "remote", "--yes"]), 0);
    assertCode(await run("remove", "edge", "--yes"), 0);
    assert.equal(await secret("edge"), undefined);
  } finally {
    await Promise.all([git.close(), flux.stop()]);
  }
});

test("credentials that a program makes are refused, naming the way out", { skip: isSkipped }, async () => {
  const refused = await run("add", "plugin", "--from", "plugin");
  assertCode(refused, 6);
  assert.match(refused.stderr, /gets its credentials from a program/);
  assert.match(refused.stderr, /--service-account/);
  assert.equal(await secret("plugin"), undefined);
});

test("a kubeconfig that does not work is not stored, and its token is not repeated", { skip: isSkipped }, async () => {
  const refused = await run("add", "wrong", "--from", "wrong");
  assertCode(refused, 13);
  assert.doesNotMatch(`${refused.stdout}${refused.stderr}`, /hunter2/);
  assert.equal(await secret("wrong"), undefined);
});

test("one cluster that does not answer, or whose Secret holds nonsense, holds up no other", { skip: isSkipped }, async () => {
  assertCode(await run("add", "good", "--from", "other"), 0);
  const kube = (server: string) =>
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "c",
      clusters: [{ name: "c", cluster: { server } }],
      users: [{ name: "u", user: { token: "hunter2" } }],
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    });
  for (const [name, value] of [
    ["dead", kube("https://127.0.0.1:1")],
    ["nonsense", "{"],
  ] as const) {
    const metadata = { name, labels: { "gitops/cluster": "true" } };
    const data = { value: Buffer.from(value).toString("base64") };
    await plane!.api("POST", `/api/v1/namespaces/${person.namespace}/secrets`, { apiVersion: "v1", kind: "Secret", metadata, data });
  }
  const result = await run("list", "-o", "json");
  assertCode(result, 0);
  assert.doesNotMatch(result.stdout, /hunter2/);
  const found = new Map((JSON.parse(result.stdout) as { items: readonly Cluster[] }).items.map((one) => [one.name, one]));
  assert.deepEqual(
    ["good", "dead", "nonsense"].map((name) => [found.get(name)?.reachable, found.get(name)?.error]),
    [
      [true, ""],
      [false, "CLUSTER_UNREACHABLE"],
      [false, "INVALID_KUBECONFIG"],
    ],
  );
});

test("a Secret that is another's is neither overwritten nor removed", { skip: isSkipped }, async () => {
  const data = { value: Buffer.from("mine").toString("base64") };
  await plane!.api("POST", `/api/v1/namespaces/${person.namespace}/secrets`, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "mine" },
    data,
  });
  assertCode(await run("add", "mine", "--from", "other"), 5);
  assertCode(await run("remove", "mine", "--yes"), 12);
  assert.deepEqual((await secret("mine"))?.data, data);
  assertCode(await run("remove", "no-such", "--yes"), 12);
});

test("cluster remove asks, and add needs a context", { skip: isSkipped }, async () => {
  assertCode(await run("remove", "prod"), 2);
  assertCode(await run("add", "prod2"), 2);
  assertCode(await run("add"), 2);
  assertCode(await run("add", "prod2", "--from", "no-such-context"), 12);
  assertCode(await run("add", "prod2", "--from", "other", "--cluster-role", "view"), 2);
});
