import assert from "node:assert/strict";
import { test } from "node:test";
import { planeOrSkip } from "../support/control-plane.ts";
import { startWebhook, type AdmissionRequest, type Verdict } from "../support/webhook.ts";
import { assertCode, configMap, newWorkspace, type Workspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();

const isProbe = ({ object }: AdmissionRequest): boolean => object?.data?.["probe"] !== undefined;

async function withWebhook(
  shop: Workspace,
  type: "mutating" | "validating",
  judge: (request: AdmissionRequest) => Verdict,
  work: () => Promise<void>,
): Promise<void> {
  const answered = (request: AdmissionRequest): Verdict => {
    if (!isProbe(request)) return judge(request);
    return type === "validating"
      ? { allowed: false, reason: "a probe" }
      : { allowed: true, patch: [{ op: "add", path: "/metadata/labels", value: { probed: "yes" } }] };
  };
  const webhook = await startWebhook(plane!, shop.namespace, type, answered);
  try {
    await work();
  } finally {
    await webhook.close();
  }
}

test("a webhook that adds what Git does not declare is no drift: the second sync writes nothing", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "a.yaml": configMap("a", { v: "1" }) });
  const judge = ({ object }: AdmissionRequest): Verdict =>
    object === null ? { allowed: true } : { allowed: true, patch: [{ op: "add", path: "/data/injected", value: "yes" }] };
  await withWebhook(shop, "mutating", judge, async () => {
    assertCode(await shop.run("sync"), 0);
    assert.deepEqual((await shop.live("v1/configmaps/a"))?.data, { v: "1", injected: "yes" });

    const again = await shop.writesOf(() => shop.run("sync"));
    assertCode(again.result, 0);
    assert.deepEqual(again.writes, []);
    assertCode(await shop.run("diff"), 0);
  });
});

test("a webhook that rewrites what Git declares is no drift either: what the server would store is there already", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "a.yaml": configMap("a", { image: "web:1" }) });
  const judge = ({ object }: AdmissionRequest): Verdict => {
    const image = object?.data?.["image"];
    return image === undefined || image.startsWith("mirror/")
      ? { allowed: true }
      : { allowed: true, patch: [{ op: "replace", path: "/data/image", value: `mirror/${image}` }] };
  };
  await withWebhook(shop, "mutating", judge, async () => {
    assertCode(await shop.run("sync"), 0);
    assert.deepEqual((await shop.live("v1/configmaps/a"))?.data, { image: "mirror/web:1" });

    const again = await shop.writesOf(() => shop.run("sync"));
    assertCode(again.result, 0);
    assert.deepEqual(again.writes, []);

    await shop.write({ "a.yaml": configMap("a", { image: "web:2" }) });
    assertCode(await shop.run("diff"), 1);
    assertCode(await shop.run("sync"), 0);
    assert.deepEqual((await shop.live("v1/configmaps/a"))?.data, { image: "mirror/web:2" });
  });
});

test("a webhook that refuses one object stops the sync before the first write, with its own words and exit 7", { skip }, async () => {
  const shop = await newWorkspace(plane!, { "a.yaml": configMap("a", { v: "1" }), "bad.yaml": configMap("bad", { v: "1" }) });
  const judge = ({ object }: AdmissionRequest): Verdict =>
    object?.metadata.name === "bad" ? { allowed: false, reason: "no bad names here" } : { allowed: true };
  await withWebhook(shop, "validating", judge, async () => {
    const { result, writes } = await shop.writesOf(() => shop.run("sync"));

    assertCode(result, 7);
    assert.match(result.stderr, /configmap\/bad/);
    assert.match(result.stderr, /admission webhook "policy\.\S+" denied the request: no bad names here/);
    assert.match(result.stderr, /bad\.yaml/);
    assert.deepEqual(writes, []);
  });
});

test(
  "a webhook that refuses the write after it let the dry-run pass fails that object only, and withholds the prune",
  { skip },
  async () => {
    const shop = await newWorkspace(plane!, { "a.yaml": configMap("a", { v: "1" }), "old.yaml": configMap("old", { v: "1" }) });
    assertCode(await shop.run("sync"), 0);
    await shop.write({ "old.yaml": null, "a.yaml": configMap("a", { v: "2" }), "bad.yaml": configMap("bad", { v: "1" }) });
    const judge = ({ object, dryRun }: AdmissionRequest): Verdict =>
      object?.metadata.name === "bad" && dryRun !== true ? { allowed: false, reason: "not today" } : { allowed: true };
    await withWebhook(shop, "validating", judge, async () => {
      const result = await shop.run("sync", "--prune");

      assertCode(result, 7);
      assert.match(result.stderr, /not today/);
      assert.deepEqual((await shop.live("v1/configmaps/a"))?.data, { v: "2" });
      assert.ok(await shop.live("v1/configmaps/old"), "nothing is pruned after a failure");
    });

    assertCode(await shop.run("sync", "--prune"), 0);
    assert.ok(await shop.live("v1/configmaps/bad"));
    assert.equal(await shop.live("v1/configmaps/old"), undefined);
  },
);

test("what a webhook does not let be deleted stays in the inventory, and the next sync tries again", { skip }, async () => {
  const shop = await newWorkspace(plane!, {
    "a.yaml": configMap("a", { v: "1" }),
    "guarded.yaml": configMap("guarded", { v: "1" }),
    "old.yaml": configMap("old", { v: "1" }),
  });
  assertCode(await shop.run("sync"), 0);
  await shop.write({ "guarded.yaml": null, "old.yaml": null });
  const judge = ({ operation, oldObject }: AdmissionRequest): Verdict =>
    operation === "DELETE" && oldObject?.metadata.name === "guarded" ? { allowed: false, reason: "still in use" } : { allowed: true };
  await withWebhook(shop, "validating", judge, async () => {
    const result = await shop.run("sync", "--prune");
    assertCode(result, 7);
    assert.match(result.stderr, /configmap\/guarded.*still in use/);
    assert.equal(await shop.live("v1/configmaps/old"), undefined);
    assert.deepEqual(await ownedNames(shop), ["a", "guarded"]);

    assertCode(await shop.gitops("delete", "shop", "--yes"), 7);
    assert.deepEqual(await ownedNames(shop), ["guarded"], "the record stays as long as something is left");
  });

  await shop.write({ "guarded.yaml": null });
  assertCode(await shop.run("sync", "--prune"), 0);
  assert.equal(await shop.live("v1/configmaps/guarded"), undefined);
  assert.deepEqual(await ownedNames(shop), ["a"]);
});

async function ownedNames(shop: Workspace): Promise<string[]> {
  const record = await shop.live("v1/configmaps/gitops-shop");
  const { entries } = JSON.parse(record?.data?.["inventory.json"] ?? "{}") as { entries: { name: string }[] };
  return entries.map(({ name }) => name);
}
