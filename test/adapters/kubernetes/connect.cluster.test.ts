import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { arrayAt, objectAt, stringAt } from "../../../src/engine/model/json.ts";
import type { WatchEvent } from "../../../src/engine/ports/cluster-reader.ts";
import { applying, configMap, manifest } from "../../contract/cluster.contract.ts";
import { planeOrSkip } from "../../support/control-plane.ts";
import { clusterFor } from "./fault-server.ts";

const { skip, plane } = await planeOrSkip();
const { signal } = new AbortController();
const namespaces = { group: "", kind: "Namespace" };
const folder = mkdtempSync(join(tmpdir(), "cluster-"));
after(() => rmSync(folder, { recursive: true }));

test("a server whose CA is not known is CERTIFICATE_INVALID, and no token is sent", { skip }, async () => {
  const { cluster, events } = await clusterFor({ server: plane!.server, token: plane!.token });
  await assert.rejects(cluster.list(namespaces, { signal }), { code: "CERTIFICATE_INVALID", hint: /--certificate-authority/ });
  assert.deepEqual(events, []);
});

test(
  "a certificate for another name is CERTIFICATE_INVALID, and --insecure-skip-tls-verify takes it with a warning",
  { skip },
  async () => {
    const strict = await clusterFor({ kubeconfig: plane!.kubeconfig, tlsServerName: "other.test" });
    await assert.rejects(strict.cluster.list(namespaces, { signal }), { code: "CERTIFICATE_INVALID", hint: /--tls-server-name/ });

    const { cluster, events } = await clusterFor({ kubeconfig: plane!.kubeconfig, insecureSkipTlsVerify: true });
    assert.ok((await cluster.list(namespaces, { signal })).length > 0);
    assert.deepEqual(
      events.map(({ type }) => type),
      ["warning"],
    );
  },
);

test("https spoken to a port of plain http is CLUSTER_UNREACHABLE with a hint", { skip: false }, async () => {
  const { port } = await listening(createServer((_request, response) => response.end()));
  const { cluster } = await clusterFor({ server: `https://127.0.0.1:${port}`, token: "t" });
  await assert.rejects(cluster.list(namespaces, { signal }), { code: "CLUSTER_UNREACHABLE", hint: /HTTPS/ });
});

test("a wrong token is UNAUTHENTICATED, and a right one without rights FORBIDDEN with verb and resource", { skip }, async () => {
  const wrong = await clusterFor({ kubeconfig: plane!.kubeconfig, token: "wrong" });
  await assert.rejects(wrong.cluster.discover({ signal }), { code: "UNAUTHENTICATED" });

  const limited = await clusterFor({ kubeconfig: plane!.limitedKubeconfig });
  const namespace = await plane!.createNamespace("limited");
  await assert.rejects(
    limited.cluster.apply(configMap(namespace, "one"), applying(signal)),
    (error: Error & { code: string; data: Record<string, unknown> }) => {
      assert.equal(error.code, "FORBIDDEN");
      assert.deepEqual([error.data["verb"], error.data["resource"], error.data["namespace"]], ["patch", "configmaps", namespace]);
      return true;
    },
  );
});

test("a namespace that is being deleted refuses for now, and says so", { skip }, async () => {
  const { cluster } = await clusterFor({ kubeconfig: plane!.kubeconfig });
  const name = await plane!.createNamespace("ending");
  const held = configMap(name, "held");
  await cluster.apply(
    { ...held, object: { ...held.object, metadata: { name: "held", namespace: name, finalizers: ["example.com/hold"] } } },
    applying(signal),
  );
  const namespace = manifest({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  const live = objectAt(await cluster.get(namespace.id, { signal }), "metadata");
  const deleting = {
    uid: stringAt(live, "uid"),
    resourceVersion: stringAt(live, "resourceVersion"),
    propagation: "Background" as const,
    signal,
  };
  assert.equal(await cluster.delete(namespace.id, deleting), "deleting");

  await assert.rejects(
    cluster.apply(configMap(name, "late"), applying(signal)),
    (error: Error & { code: string; data: Record<string, unknown> }) => {
      assert.deepEqual([error.code, error.data["reason"], error.data["retryable"]], ["APPLY_REFUSED", "NamespaceTerminating", true]);
      return true;
    },
  );
  await cluster.patch(held.id, [{ op: "remove", path: "/metadata/finalizers" }], { fieldManager: "test", signal });
});

test("a new CRD is seen after a refresh; its objects are read, written and watched like any other", { skip }, async () => {
  const { cluster } = await clusterFor({ kubeconfig: plane!.kubeconfig });
  const group = `${await plane!.createNamespace("crd")}.example.com`;
  const widget = manifest({
    apiVersion: `${group}/v1`,
    kind: "Widget",
    metadata: { name: "one", namespace: "default" },
    spec: { size: 1 },
  });
  await assert.rejects(cluster.get(widget.id, { signal }), { code: "UNKNOWN_KIND" });

  const definition = widgetDefinition(group);
  await cluster.apply(definition, applying(signal));
  await established(cluster.watch({ group: "apiextensions.k8s.io", kind: "CustomResourceDefinition" }, { signal }), definition.id.name);
  while ((await cluster.discover({ signal, refresh: true })).find(widget.id) === undefined);

  await cluster.apply(widget, applying(signal));
  assert.equal((await cluster.list({ group, kind: "Widget" }, { signal })).length, 1);
  await assert.rejects(cluster.dryRunApply(manifest({ ...widget.object, spec: { sise: 1 } }), applying(signal)), {
    code: "INVALID_MANIFEST",
    message: /sise/,
  });
  await plane!.api("DELETE", `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.id.name}`);
});

test("a group whose own server is down is unavailable, and its kinds are unknown, not absent", { skip }, async () => {
  const { cluster } = await clusterFor({ kubeconfig: plane!.kubeconfig });
  const group = `${await plane!.createNamespace("down")}.example.com`;
  const service = { name: "nobody", namespace: "default" };
  const spec = { group, version: "v1", groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true, service };
  const path = "/apis/apiregistration.k8s.io/v1/apiservices";
  await plane!.api("POST", path, { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", metadata: { name: `v1.${group}` }, spec });

  while (!(await cluster.discover({ signal, refresh: true })).unavailableGroups.has(group));

  await assert.rejects(cluster.list({ group, kind: "Thing" }, { signal }), { code: "CLUSTER_UNREACHABLE", message: new RegExp(group) });
  assert.ok((await cluster.discover({ signal })).find({ group: "apps", kind: "Deployment" }) !== undefined);
  await plane!.api("DELETE", `${path}/v1.${group}`);
});

test("OpenAPI documents are kept on disk for their owner only, and a broken one is dropped", { skip }, async () => {
  const environment = { HOME: folder, XDG_CACHE_HOME: join(folder, "cache") };
  const read = async (): Promise<unknown> =>
    (await clusterFor({ kubeconfig: plane!.kubeconfig, environment })).cluster.openApi("apps", "v1", { signal });

  const first = await read();
  const servers = join(folder, "cache", "gitops", "discovery");
  const [server = ""] = readdirSync(servers);
  const [file = ""] = readdirSync(join(servers, server));
  const path = join(servers, server, file);
  assert.deepEqual([statSync(path).mode & 0o777, statSync(join(servers, server)).mode & 0o777], [0o600, 0o700]);
  assert.deepEqual(await read(), first);

  writeFileSync(path, "{cut off");
  assert.deepEqual(await read(), first);
  assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), first);
});

test("proxy-url leads through an HTTP proxy by CONNECT, and through a SOCKS proxy", { skip }, async () => {
  const asked: string[] = [];
  const http = createServer().on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    const [host, port] = (request.url ?? "").split(":");
    socket.pipe(connect(Number(port), host)).pipe(socket);
  });
  const { port } = await listening(http);
  const socks = await listening(socksServer(asked));
  for (const proxy of [`http://127.0.0.1:${port}`, `socks5://127.0.0.1:${socks.port}`]) {
    const config = await plane!.kubectl(["config", "view", "--raw", "-o", "json"]);
    const proxied = join(folder, "proxied.json");
    writeFileSync(proxied, config.stdout.replace(/"server":/, `"proxy-url": "${proxy}", "server":`));
    const { cluster } = await clusterFor({ kubeconfig: proxied });
    for (let time = 0; time < 10; time++) assert.ok((await cluster.list(namespaces, { signal })).length > 0);
  }

  assert.ok(asked.length <= 4, `${asked.length} connections for 20 calls`);
  const { host } = new URL(plane!.server);
  assert.deepEqual([...new Set(asked)], [`CONNECT ${host}`, `SOCKS ${host}`]);
});

test("calls one after the other share their connections", { skip }, async () => {
  let connections = 0;
  const { host, hostname, port } = new URL(plane!.server);
  const count = createTcpServer((socket) => {
    connections++;
    socket.pipe(connect(Number(port), hostname)).pipe(socket);
  });
  const counted = await listening(count);
  const { cluster } = await clusterFor({ kubeconfig: plane!.kubeconfig, server: `https://127.0.0.1:${counted.port}` });
  // Discovery asks two things at once.
  await cluster.discover({ signal });
  for (let time = 0; time < 10; time++) await cluster.list(namespaces, { signal });
  assert.ok(connections <= 2, `${connections} connections straight to ${host}`);
});

test("a proxy that refuses is CLUSTER_UNREACHABLE and gets no token", { skip }, async () => {
  const heard: string[] = [];
  const proxy = createTcpServer((socket) => {
    socket.on("data", (data) => void heard.push(data.toString()));
    socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
  });
  const { port } = await listening(proxy);
  const config = {
    "current-context": "x",
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server: plane!.server, "proxy-url": `http://127.0.0.1:${port}` } }],
    users: [{ name: "u", user: { token: "hunter2" } }],
  };
  const path = join(folder, "refusing.json");
  writeFileSync(path, JSON.stringify(config));
  const { cluster } = await clusterFor({ kubeconfig: path });

  await assert.rejects(cluster.list(namespaces, { signal }), { code: "CLUSTER_UNREACHABLE" });
  assert.doesNotMatch(heard.join(""), /hunter2/);
});

test("the log of a Pod that is not there is OBJECT_NOT_FOUND", { skip }, async () => {
  const { cluster } = await clusterFor({ kubeconfig: plane!.kubeconfig });
  await assert.rejects(cluster.logTail("default", "absent", "web", 5, { signal }), { code: "OBJECT_NOT_FOUND" });
});

function widgetDefinition(group: string) {
  const properties = { spec: { type: "object", properties: { size: { type: "integer" } } } };
  const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object", properties } } }];
  const names = { kind: "Widget", plural: "widgets", singular: "widget" };
  return manifest({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `widgets.${group}` },
    spec: { group, scope: "Namespaced", names, versions },
  });
}

async function established(events: AsyncIterable<WatchEvent>, name: string): Promise<void> {
  for await (const event of events) {
    const objects = event.type === "listed" ? event.objects : [event.object];
    const found = objects.find((object) => stringAt(object, "metadata", "name") === name);
    const conditions = arrayAt(found, "status", "conditions");
    if (conditions.some((condition) => stringAt(condition, "type") === "Established" && stringAt(condition, "status") === "True")) return;
  }
}

async function listening(server: Server): Promise<AddressInfo> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => void server.close());
  return server.address() as AddressInfo;
}

/** The part of RFC 1928 that a client without credentials uses, for IPv4. */
function socksServer(asked: string[]): Server {
  return createTcpServer((socket) => {
    socket.once("data", () => {
      socket.write(Buffer.from([5, 0]));
      socket.once("data", (request) => {
        const target = { host: [...request.subarray(4, 8)].join("."), port: request.readUInt16BE(8) };
        asked.push(`SOCKS ${target.host}:${target.port}`);
        socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
        socket.pipe(connect(target.port, target.host)).pipe(socket);
      });
    });
  });
}
