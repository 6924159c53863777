import assert from "node:assert/strict";
import { test } from "node:test";
import { planeOrSkip } from "../support/control-plane.ts";
import { assertCode, configMap, deployment, newWorkspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();

const files = {
  "base/kustomization.yaml":
    "resources: [deployment.yaml, service.yaml]\nconfigMapGenerator:\n  - { name: settings, literals: [colour=blue] }\n",
  "base/deployment.yaml": deployment("web", { replicas: 2 }),
  "base/service.yaml":
    '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}',
  "kustomization.yaml": "resources: [base]\nlabels:\n  - pairs: { team: shop }\n",
};

test("a first sync creates everything, waits until it is healthy, and says so", { skip }, async () => {
  const shop = await newWorkspace(plane!, files);

  const first = await shop.run("sync");

  assertCode(first, 0);
  assert.match(first.stdout, /3 created/);
  assert.match(first.stderr, /web/);
  const web = await shop.live("apps/v1/deployments/web");
  assert.equal(web?.status?.["availableReplicas"], 2);
  assert.equal(web?.metadata.labels?.["team"], "shop");
});

test("a second sync writes nothing at all, by the server's audit log, and diff finds no difference", { skip }, async () => {
  const shop = await newWorkspace(plane!, files);
  assertCode(await shop.run("sync", "--no-wait"), 0);

  const again = await shop.writesOf(() => shop.run("sync"));
  assertCode(again.result, 0);
  assert.deepEqual(again.writes, []);

  const diff = await shop.writesOf(() => shop.run("diff"));
  assertCode(diff.result, 0);
  assert.deepEqual(diff.writes, []);
});

test("a change is shown by diff with exit 1, delivered by sync, and gone from diff afterwards", { skip }, async () => {
  const shop = await newWorkspace(plane!, files);
  assertCode(await shop.run("sync", "--no-wait"), 0);
  await shop.write({ "base/deployment.yaml": deployment("web", { replicas: 3 }) });

  const changed = await shop.writesOf(() => shop.run("diff", "-o", "json"));
  assertCode(changed.result, 1);
  assert.deepEqual(changed.writes, []);
  const document = JSON.parse(changed.result.stdout) as {
    kind: string;
    changes: { action: string; kind: string; name: string; fields: string[] }[];
  };
  assert.equal(document.kind, "Diff");
  assert.deepEqual(
    document.changes.map(({ action, kind, name, fields }) => [action, kind, name, fields]),
    [["configure", "Deployment", "web", ["/spec/replicas"]]],
  );

  assertCode(await shop.run("sync"), 0);
  assert.equal((await shop.live("apps/v1/deployments/web"))?.spec?.["replicas"], 3);
  assertCode(await shop.run("diff"), 0);
});

test("after the first sync its name is enough, for sync, diff and get", { skip }, async () => {
  const shop = await newWorkspace(plane!, files);
  assertCode(await shop.run("sync", "--no-wait"), 0);
  await shop.write({ "base/service.yaml": files["base/service.yaml"].replace("80", "8080") });

  assertCode(await shop.gitops("diff", "shop"), 1);
  assertCode(await shop.gitops("sync", "shop"), 0);
  assertCode(await shop.gitops("diff", "shop"), 0);
  assertCode(await shop.gitops("get", "shop"), 0);
});

test("get shows each object with sync state and health, as a table and as JSON", { skip }, async () => {
  const shop = await newWorkspace(plane!, files);
  assertCode(await shop.run("sync"), 0);

  const table = await shop.gitops("get", "shop");
  assertCode(table, 0);
  assert.match(table.stdout, /^KIND +NAMESPACE +NAME +SYNC +HEALTH +AGE/m);
  assert.match(table.stdout, /^Deployment +shop-\w+ +web +Synced +Healthy +\d+[smh]/m);

  const json = await shop.gitops("get", "shop", "-o", "json");
  const delivery = JSON.parse(json.stdout) as {
    kind: string;
    sync: string;
    health: string;
    resources: { kind: string; sync: string; health: string }[];
  };
  assert.deepEqual([delivery.kind, delivery.sync, delivery.health], ["Delivery", "Synced", "Healthy"]);
  assert.deepEqual(delivery.resources.map(({ kind, sync, health }) => `${kind} ${sync} ${health}`).sort(), [
    "ConfigMap Synced Healthy",
    "Deployment Synced Healthy",
    "Service Synced Healthy",
  ]);
});

test("what is removed from the source stays without --prune and goes with it; strangers stay", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "one.yaml": configMap("one", { a: "1" }), "two.yaml": configMap("two", { a: "1" }) });
  assertCode(await shop.run("sync"), 0);
  await shop.applyByHand("v1/configmaps/stranger", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "stranger" }, data: {} });
  await shop.write({ "two.yaml": null });

  assertCode(await shop.run("sync"), 0);
  assert.ok(await shop.live("v1/configmaps/two"));
  const diff = await shop.run("diff", "-o", "json");
  assertCode(diff, 1);
  assert.match(diff.stdout, /"prune"/);

  const pruned = await shop.run("sync", "--prune");
  assertCode(pruned, 0);
  assert.match(pruned.stdout, /1 pruned/);
  assert.equal(await shop.live("v1/configmaps/two"), undefined);
  assert.ok(await shop.live("v1/configmaps/one"));
  assert.ok(await shop.live("v1/configmaps/stranger"));
});

test("delete asks for --yes off a terminal, removes all that the delivery owns, and nothing else", { skip }, async () => {
  const shop = await newWorkspace(plane!, files);
  assertCode(await shop.run("sync", "--no-wait"), 0);
  await shop.applyByHand("v1/configmaps/stranger", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "stranger" }, data: {} });

  const refused = await shop.gitops("delete", "shop");
  assertCode(refused, 2);
  assert.match(refused.stderr, /--yes/);

  assertCode(await shop.gitops("delete", "shop", "--yes"), 0);
  assert.equal(await shop.live("apps/v1/deployments/web"), undefined);
  assert.equal(await shop.live("v1/services/web"), undefined);
  assert.equal(await shop.live("v1/configmaps/gitops-shop"), undefined);
  assert.ok(await shop.live("v1/configmaps/stranger"));
  assertCode(await shop.gitops("get", "shop"), 12);
});

test("sync -o json tells every step as one JSON object a line, and the last one counts", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "one.yaml": configMap("one", { a: "1" }), "two.yaml": configMap("two", { a: "1" }) });

  const { code, events, stdout } = await shop.run("sync", "-o", "json");

  assert.equal(code, 0);
  assert.ok(events, stdout);
  assert.deepEqual(
    events
      .filter(({ type }) => type === "object.applied")
      .map(({ name, action }) => [name, action])
      .sort(),
    [
      ["one", "created"],
      ["two", "created"],
    ],
  );
  const last = events.at(-1);
  assert.deepEqual([last?.type, last?.["exitCode"], last?.["created"], last?.["failed"]], ["sync.finished", 0, 2, 0]);
});

test("a dry run shows what a sync would do and writes nothing", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "one.yaml": configMap("one", { a: "1" }) });

  const dry = await shop.writesOf(() => shop.run("sync", "--dry-run"));

  assertCode(dry.result, 0);
  assert.match(dry.result.stdout, /dry run/);
  assert.deepEqual(dry.writes, []);
  assert.equal(await shop.live("v1/configmaps/one"), undefined);
});
