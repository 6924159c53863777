import assert from "node:assert/strict";
import { test } from "node:test";
import { planeOrSkip, skipWithoutKubectl } from "../support/control-plane.ts";
import { assertCode, configMap, deployment, newWorkspace, type Workspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();
const files = { "settings.yaml": configMap("settings", { colour: "blue" }), "web.yaml": deployment("web", { replicas: 1 }) };

/** Puts the two objects into the cluster as another tool would: its marks, its field manager, one field that Git does not declare. */
async function deliverAs(shop: Workspace, manager: string, metadata: { labels?: object; annotations?: object }): Promise<void> {
  const send = async (path: string, object: object): Promise<void> => {
    const { status } = await plane!.api("PATCH", `${path}?fieldManager=${manager}&force=true`, object, "application/apply-patch+yaml");
    assert.ok(status < 300, `HTTP ${String(status)} for ${path}`);
  };
  const common = { namespace: shop.namespace, ...metadata };
  await send(`/api/v1/namespaces/${shop.namespace}/configmaps/settings`, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings", ...common },
    data: { colour: "red", theirs: "yes" },
  });
  const container = { name: "web", image: "example.com/web:0.9" };
  await send(`/apis/apps/v1/namespaces/${shop.namespace}/deployments/web`, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", ...common },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [container] } },
    },
  });
}

interface Marks {
  readonly metadata: {
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

const uids = async (shop: Workspace): Promise<(string | undefined)[]> =>
  Promise.all(["v1/configmaps/settings", "apps/v1/deployments/web"].map(async (path) => (await shop.live(path))?.metadata.uid));

const TOOLS = [
  {
    from: "flux",
    manager: "kustomize-controller",
    labels: { "kustomize.toolkit.fluxcd.io/name": "shop", "kustomize.toolkit.fluxcd.io/namespace": "flux-system" },
  },
  { from: "argocd", manager: "argocd-controller", annotations: { "argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/web" } },
  { from: "helm", manager: "helm", annotations: { "meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "shop" } },
] as const;

for (const tool of TOOLS) {
  test(
    `objects of ${tool.from} are refused by a first sync and adopted in place: same UIDs, its marks gone, its fields ours`,
    { skip },
    async () => {
      const shop = await newWorkspace(plane!, files);
      const { from, manager, ...marks } = tool;
      await deliverAs(shop, manager, marks);
      const before = await uids(shop);

      const refused = await shop.writesOf(() => shop.run("sync", "--no-wait"));
      assertCode(refused.result, 5);
      assert.match(refused.result.stderr, new RegExp(`gitops adopt shop --from ${from}`));
      assert.deepEqual(refused.writes, []);

      const dryRun = await shop.writesOf(() => shop.gitops("adopt", "shop", shop.folder, "--from", from, "--dry-run"));
      assertCode(dryRun.result, 0);
      assert.deepEqual(dryRun.writes, []);

      assertCode(await shop.gitops("adopt", "shop", shop.folder, "--from", from, "--no-wait"), 0);
      assert.deepEqual(await uids(shop), before);
      const settings = (await shop.live("v1/configmaps/settings")) as unknown as Marks & { data: Record<string, string> };
      assert.deepEqual(settings.data, { colour: "blue" });
      const kept = [...Object.keys(settings.metadata.labels ?? {}), ...Object.keys(settings.metadata.annotations ?? {})];
      assert.deepEqual(kept, ["applyset.kubernetes.io/part-of"]);

      const again = await shop.writesOf(() => shop.run("sync", "--no-wait"));
      assertCode(again.result, 0);
      assert.deepEqual(again.writes, []);
    },
  );
}

test("an adoption from one tool leaves the objects of another alone, and says whose they are", { skip }, async () => {
  const shop = await newWorkspace(plane!, files);
  await deliverAs(shop, "helm", { annotations: { "meta.helm.sh/release-name": "shop" } });

  const adoption = await shop.writesOf(() => shop.gitops("adopt", "shop", shop.folder, "--from", "flux", "--no-wait"));

  assertCode(adoption.result, 5);
  assert.match(adoption.result.stderr, /Helm release shop/);
  assert.deepEqual(adoption.writes, []);
});

test("what kubectl applied is adopted with its last-applied annotation gone", { skip: skip || skipWithoutKubectl() }, async () => {
  const shop = await newWorkspace(plane!, files);
  const applied = await plane!.kubectl(["apply", "-n", shop.namespace, "-f", shop.folder]);
  assert.equal(applied.code, 0, applied.stderr);
  const before = await uids(shop);

  assertCode(await shop.gitops("adopt", "shop", shop.folder, "--from", "kubectl", "--no-wait"), 0);

  assert.deepEqual(await uids(shop), before);
  const settings = (await shop.live("v1/configmaps/settings")) as unknown as Marks;
  assert.equal(settings.metadata.annotations?.["kubectl.kubernetes.io/last-applied-configuration"], undefined);
});

test("a release keeps every object, drops the marks and forgets the delivery", { skip }, async () => {
  const shop = await newWorkspace(plane!, files);
  assertCode(await shop.run("sync", "--no-wait"), 0);
  const before = await uids(shop);

  assertCode(await shop.gitops("release", "shop", "--yes"), 0);

  assert.deepEqual(await uids(shop), before);
  assert.equal((await shop.live("apps/v1/deployments/web"))?.metadata.labels?.["applyset.kubernetes.io/part-of"], undefined);
  assert.equal(await shop.live("v1/configmaps/gitops-shop"), undefined);
  assertCode(await shop.gitops("get", "shop"), 12);
});

test("a released object can be delivered by another delivery, in place", { skip }, async () => {
  const shop = await newWorkspace(plane!, files);
  assertCode(await shop.run("sync", "--no-wait"), 0);
  const before = await uids(shop);

  const other = await shop.gitops("sync", "other", shop.folder, "--no-wait");
  assertCode(other, 5);
  assert.match(other.stderr, /gitops release/);

  assertCode(await shop.gitops("release", "shop", "--yes"), 0);
  assertCode(await shop.gitops("sync", "other", shop.folder, "--no-wait"), 0);
  assert.deepEqual(await uids(shop), before);
});
