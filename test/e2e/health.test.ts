import assert from "node:assert/strict";
import { test } from "node:test";
import { planeOrSkip } from "../support/control-plane.ts";
import { assertCode, configMap, deployment, job, newWorkspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();

test("a rollout that hangs ends with 9 at the deadline, and says which Pod waits and why", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "web.yaml": deployment("web", { fate: "hang" }) });

  const hung = await shop.run("sync", "--timeout", "6s");

  assertCode(hung, 9);
  assert.match(hung.stderr, /Deployment\/.*web|deployment.*web/i);
  assert.match(hung.stderr, /ContainerCreating/);
});

test("an image that cannot be pulled is named with the kubelet's reason", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "web.yaml": deployment("web", { fate: "image-pull", image: "example.com/absent:1" }) });

  const stuck = await shop.run("sync", "--timeout", "6s");

  assert.ok([7, 9].includes(stuck.code), `exit ${stuck.code}\n${stuck.stderr}`);
  assert.match(stuck.stderr, /ImagePullBackOff/);
  assert.match(stuck.stderr, /example\.com\/absent:1/);
});

test("a rollout past its own deadline has failed: exit 7 without waiting for ours", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "web.yaml": deployment("web", { fate: "crash", deadline: 2 }) });

  const failed = await shop.run("sync", "--timeout", "2m");

  assertCode(failed, 7);
  assert.match(failed.stderr, /web/);
});

test("a Job that fails is exit 7, and nothing is pruned after it", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "old.yaml": configMap("old", { a: "1" }), "keep.yaml": configMap("keep", { a: "1" }) });
  assertCode(await shop.run("sync"), 0);
  await shop.write({ "old.yaml": null, "job.yaml": job("migrate", {}, "fail") });

  const failed = await shop.run("sync", "--prune");

  assertCode(failed, 7);
  assert.match(failed.stderr, /migrate/);
  assert.ok(await shop.live("v1/configmaps/old"), "the prune was not withheld");
});

test("--no-wait ends well before anything is healthy", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "web.yaml": deployment("web", { fate: "hang" }) });

  assertCode(await shop.run("sync", "--no-wait"), 0);

  const status = await shop.gitops("get", "shop", "-o", "json");
  assertCode(status, 0);
  assert.equal((JSON.parse(status.stdout) as { health: string }).health, "Progressing");
});
