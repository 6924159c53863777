import assert from "node:assert/strict";
import { test } from "node:test";
import { gitops } from "../support/cli.ts";
import { planeOrSkip } from "../support/control-plane.ts";
import { assertCode, configMap, job, newWorkspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();

test("a delivery of nothing but hooks runs them, once for each revision", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "migrate.yaml": job("migrate", { "argocd.argoproj.io/hook": "PreSync" }) });
  assertCode(await shop.run("sync"), 0);
  const first = await shop.live("batch/v1/jobs/migrate");
  assert.equal(first?.status?.["succeeded"], 1);

  assertCode(await shop.run("sync"), 0);
  assert.equal((await shop.live("batch/v1/jobs/migrate"))?.metadata.uid, first.metadata.uid);

  await shop.write({ "migrate.yaml": job("migrate", { "argocd.argoproj.io/hook": "PreSync", changed: "true" }) });
  assertCode(await shop.run("sync"), 0);
  assert.notEqual((await shop.live("batch/v1/jobs/migrate"))?.metadata.uid, first.metadata.uid);
});

test("a claim that is a hook keeps its data: it is never made afresh unasked", { skip }, async () => {
  const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, storageClassName: "none" };
  const claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", annotations: { "argocd.argoproj.io/hook": "PostSync" } },
    spec,
  };
  const shop = await newWorkspace(plane!, { "claim.yaml": JSON.stringify(claim), "settings.yaml": configMap("settings", { a: "1" }) });
  assertCode(await shop.run("sync", "--timeout", "4s"), 9);
  const before = await shop.live("v1/persistentvolumeclaims/data");
  assert.ok(before);

  assertCode(await shop.run("sync", "--timeout", "4s"), 9);

  assert.equal((await shop.live("v1/persistentvolumeclaims/data"))?.metadata.uid, before.metadata.uid);
});

test("Ctrl-C while a hook runs lets go of it, so that its namespace can be deleted", { skip }, async () => {
  const shop = await newWorkspace(plane!, {
    "migrate.yaml": job("migrate", { "argocd.argoproj.io/hook": "PreSync" }, "hang"),
    "settings.yaml": configMap("settings", {}),
  });

  const { code, stderr } = await gitops(["sync", "shop", shop.folder, "-n", shop.namespace], {
    home: shop.home,
    kubeconfig: shop.plane.kubeconfig,
    onOutput: (text, kill) => {
      if (text.includes("waiting for 1 object")) kill("SIGINT");
    },
  });

  assert.equal(code, 130, stderr);
  const { body } = await shop.plane.api("GET", `/apis/batch/v1/namespaces/${shop.namespace}/jobs/migrate`);
  assert.ok(!JSON.stringify(body).includes("argocd.argoproj.io/hook-finalizer"));
});

test("an object that is still Degraded at the deadline has failed: exit 7, not 9", { skip }, async () => {
  const quota = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "none" }, spec: { hard: { pods: "0" } } };
  const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "example.com/web:1" }] } };
  const set = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: "web" },
    spec: { replicas: 1, selector: { matchLabels: { app: "web" } }, template },
  };
  const shop = await newWorkspace(plane!, { "quota.yaml": JSON.stringify(quota), "set.yaml": JSON.stringify(set) });

  const result = await shop.run("sync", "--timeout", "5s");

  assertCode(result, 7);
  assert.match(result.stderr, /still Degraded at the deadline: .*exceeded quota/);
});

test("a hook that a sync left goes with the Namespace of the delivery, and does not hold up its deletion", { skip }, async () => {
  const shop = await newWorkspace(plane!, {});
  const namespace = `${shop.namespace}-own`;
  await shop.write({
    "namespace.yaml": JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }),
    "migrate.yaml": job("migrate", { "argocd.argoproj.io/hook": "PreSync" }),
    "settings.yaml": configMap("settings", {}),
  });
  assertCode(await shop.gitops("sync", "shop", shop.folder, "-n", namespace), 0);

  assertCode(await shop.gitops("delete", "shop", "-n", namespace, "--yes"), 0);

  assert.equal((await shop.plane.api("GET", `/api/v1/namespaces/${namespace}`)).status, 404);
});

test("SyncFail hooks have a time of their own when the deadline is what failed", { skip }, async () => {
  const shop = await newWorkspace(plane!, {
    "migrate.yaml": job("migrate", { "argocd.argoproj.io/hook": "PreSync" }, "hang"),
    "alarm.yaml": job("alarm", { "argocd.argoproj.io/hook": "SyncFail" }),
  });

  const late = await shop.run("sync", "--timeout", "3s");

  assertCode(late, 9);
  assert.doesNotMatch(late.stderr, /alarm is still/);
  assert.equal((await shop.live("batch/v1/jobs/alarm"))?.status?.["succeeded"], 1);
});
