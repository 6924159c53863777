import assert from "node:assert/strict";
import { test } from "node:test";
import { planeOrSkip } from "../support/control-plane.ts";
import { assertCode, configMap, job, newWorkspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();

const crd = (group: string) =>
  JSON.stringify({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind: "Widget", plural: "widgets", singular: "widget" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties: { size: { type: "integer" } } } } },
          },
        },
      ],
    },
  });
const widget = (group: string, size: unknown) =>
  JSON.stringify({ apiVersion: `${group}/v1`, kind: "Widget", metadata: { name: "one" }, spec: { size } });

test("waves run in their order, whatever the file names", { skip }, async () => {
  const wave = (number: string) => ({ "argocd.argoproj.io/sync-wave": number });
  const shop = await newWorkspace(plane!, {
    "a.yaml": configMap("third", {}, wave("5")),
    "b.yaml": configMap("second", {}),
    "c.yaml": configMap("first", {}, wave("-1")),
  });

  const { code, events, stderr } = await shop.run("sync", "-o", "json");

  assert.equal(code, 0, stderr);
  assert.deepEqual(
    events?.filter(({ type }) => type === "object.applied").map(({ name }) => name),
    ["first", "second", "third"],
  );
});

test("hooks run before and after the sync, each waits for the other, and a kept one shows that it ran", { skip }, async () => {
  const shop = await newWorkspace(plane!, {
    "migrate.yaml": job("migrate", { "argocd.argoproj.io/hook": "PreSync" }),
    "settings.yaml": configMap("settings", { a: "1" }),
    "smoke.yaml": job("smoke", { "argocd.argoproj.io/hook": "PostSync", "argocd.argoproj.io/hook-delete-policy": "HookSucceeded" }),
  });

  const { code, events, stderr } = await shop.run("sync", "-o", "json");

  assert.equal(code, 0, stderr);
  assert.deepEqual(
    events?.filter(({ type }) => type === "object.applied").map(({ name }) => name),
    ["migrate", "settings", "smoke"],
  );
  assert.equal((await shop.live("batch/v1/jobs/migrate"))?.status?.["succeeded"], 1);
  assert.equal(await shop.live("batch/v1/jobs/smoke"), undefined);
});

test("a PreSync hook that fails is exit 7, nothing else is applied, and SyncFail hooks run", { skip }, async () => {
  const shop = await newWorkspace(plane!, {
    "migrate.yaml": job("migrate", { "argocd.argoproj.io/hook": "PreSync" }, "fail"),
    "settings.yaml": configMap("settings", { a: "1" }),
    "alarm.yaml": job("alarm", { "argocd.argoproj.io/hook": "SyncFail" }),
  });

  const failed = await shop.run("sync");

  assertCode(failed, 7);
  assert.match(failed.stderr, /migrate/);
  assert.equal(await shop.live("v1/configmaps/settings"), undefined);
  assert.ok(await shop.live("batch/v1/jobs/alarm"));
});

test("a CRD and an object of its kind come in one sync, and the second sync writes nothing", { skip }, async () => {
  const group = `one-sync-${process.pid}.example.com`;
  const shop = await newWorkspace(plane!, { "a-widget.yaml": widget(group, 3), "b-crd.yaml": crd(group) });

  const first = await shop.run("sync");
  assertCode(first, 0);
  assert.deepEqual((await shop.live(`${group}/v1/widgets/one`))?.spec, { size: 3 });

  const again = await shop.writesOf(() => shop.run("sync"));
  assertCode(again.result, 0);
  assert.deepEqual(again.writes, []);
});

test("an object that breaks the schema of a CRD in the same sync is refused before anything is written", { skip }, async () => {
  const group = `bad-sync-${process.pid}.example.com`;
  const shop = await newWorkspace(plane!, {
    "a-widget.yaml": widget(group, "large"),
    "b-crd.yaml": crd(group),
    "c.yaml": configMap("settings", {}),
  });

  const refused = await shop.run("sync");

  assert.ok([7, 11].includes(refused.code), `exit ${refused.code}\n${refused.stderr}`);
  assert.match(refused.stderr, /size/);
});

test("a kind that nothing serves is exit 11 and names the missing CRD", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "widget.yaml": widget("nowhere.example.com", 1), "settings.yaml": configMap("settings", {}) });

  const unknown = await shop.writesOf(() => shop.run("sync"));

  assertCode(unknown.result, 11);
  assert.match(unknown.result.stderr, /Widget/);
  assert.match(unknown.result.stderr, /CRD|CustomResourceDefinition/);
  assert.deepEqual(unknown.writes, []);
});

test("a namespace that the build contains is made first, and goes last with delete", { skip }, async () => {
  const shop = await newWorkspace(plane!, {});
  const name = `${shop.namespace}-built`;
  await shop.write({
    "a.yaml": JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: name }, data: { a: "1" } }),
    "z.yaml": JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name } }),
  });

  const first = await shop.gitops("sync", "shop", shop.folder, "-n", name);
  assertCode(first, 0);
  assert.equal((await plane!.api("GET", `/api/v1/namespaces/${name}/configmaps/settings`)).status, 200);

  const removed = await shop.gitops("delete", "shop", "-n", name, "--yes", "--confirm-prune", `Namespace/${name}`);
  assertCode(removed, 0);
  assert.equal((await plane!.api("GET", `/api/v1/namespaces/${name}`)).status, 404);
});

test("a namespace that is missing is exit 12, and --create-namespace makes it", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "settings.yaml": configMap("settings", { a: "1" }) });
  const name = `${shop.namespace}-new`;

  const missing = await shop.gitops("sync", "shop", shop.folder, "-n", name);
  assertCode(missing, 12);
  assert.match(missing.stderr, /--create-namespace/);

  assertCode(await shop.gitops("sync", "shop", shop.folder, "-n", name, "--create-namespace"), 0);
  assert.equal((await plane!.api("GET", `/api/v1/namespaces/${name}/configmaps/settings`)).status, 200);
});
