import assert from "node:assert/strict";
import { test } from "node:test";
import { planeOrSkip, skipWithoutKubectl } from "../support/control-plane.ts";
import { assertCode, configMap, deployment, newWorkspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();

test(
  "a field that a colleague changed with kubectl is found by diff, and the next sync puts it back",
  { skip: skip || skipWithoutKubectl() },
  async () => {
    const shop = await newWorkspace(plane!, { "web.yaml": deployment("web", { replicas: 1 }) });
    assertCode(await shop.run("sync"), 0);
    const edited = await plane!.kubectl(["set", "image", "deployment/web", "web=example.com/web:hacked", "-n", shop.namespace]);
    assert.equal(edited.code, 0, edited.stderr);

    const diff = await shop.run("diff", "-o", "json");
    assertCode(diff, 1);
    assert.match(diff.stdout, /\/spec\/template\/spec\/containers\/0\/image/);

    assertCode(await shop.run("sync"), 0);
    assert.match(JSON.stringify((await shop.live("apps/v1/deployments/web"))?.spec), /"image":"example.com\/web:1"/);
    assertCode(await shop.run("diff"), 0);
  },
);

test("an object that a colleague deleted is made again", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "one.yaml": configMap("one", { a: "1" }), "two.yaml": configMap("two", { a: "1" }) });
  assertCode(await shop.run("sync"), 0);
  await plane!.api("DELETE", `/api/v1/namespaces/${shop.namespace}/configmaps/one`);

  assertCode(await shop.run("diff"), 1);
  const healed = await shop.run("sync");
  assertCode(healed, 0);
  assert.match(healed.stdout, /1 created/);
  assert.deepEqual((await shop.live("v1/configmaps/one"))?.data, { a: "1" });
});

test("a field that Git never declared is left to whoever set it", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "one.yaml": configMap("one", { a: "1" }) });
  assertCode(await shop.run("sync"), 0);
  await shop.applyByHand("v1/configmaps/one", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, data: { theirs: "2" } });

  const again = await shop.writesOf(() => shop.run("sync"));

  assertCode(again.result, 0);
  assert.deepEqual(again.writes, []);
  assert.deepEqual((await shop.live("v1/configmaps/one"))?.data, { a: "1", theirs: "2" });
});

test("a declared field that another manager took over is taken back, with a warning that names manager and field", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "one.yaml": configMap("one", { a: "1" }) });
  assertCode(await shop.run("sync"), 0);
  await shop.applyByHand("v1/configmaps/one", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, data: { a: "theirs" } });

  const refused = await shop.writesOf(() => shop.run("sync", "--force-conflicts=false"));
  assertCode(refused.result, 5);
  assert.deepEqual(refused.writes, []);

  const taken = await shop.run("sync");
  assertCode(taken, 0);
  assert.match(taken.stderr, /a-colleague/);
  assert.deepEqual((await shop.live("v1/configmaps/one"))?.data, { a: "1" });
});
