import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gitops, newHome, type CommandResult } from "../support/cli.ts";
import { fluxPlaneOrSkip } from "../support/flux-controllers.ts";
import { corePath, mapFile, type LiveFields } from "../support/flux-fields.ts";
import { gitRepository, kustomization } from "../support/flux-objects.ts";
import { startGitServer, writeFiles, type Files, type GitServer } from "../support/git-server.ts";
import { assertCode } from "../support/workspace.ts";

// Fields of a Kustomization that count only once it has delivered something.
const { skip, plane } = await fluxPlaneOrSkip("without controllers");

let git: GitServer;
before(async () => {
  if (plane !== undefined) git = await startGitServer();
});
after(async () => {
  await git?.close();
});

interface World {
  readonly namespace: string;
  /** `gitops sync -f` of Kustomizations, each of the folder of its name. */
  sync(apps: Readonly<Record<string, object>>): Promise<CommandResult>;
  run(...args: readonly string[]): Promise<CommandResult>;
  live(resource: string, name: string): Promise<LiveFields | undefined>;
  commit(files: Files): Promise<unknown>;
}

const ROLES = "/apis/rbac.authorization.k8s.io/v1/namespaces";

async function newWorld(files: (namespace: string) => Files): Promise<World> {
  const home = newHome();
  const namespace = await plane!.createNamespace("life");
  const { url } = await git.createRepository(namespace, files(namespace));
  const run = (...args: readonly string[]): Promise<CommandResult> =>
    gitops([...args, "-n", namespace], { home, cwd: home, kubeconfig: plane!.kubeconfig });
  return {
    namespace,
    run,
    commit: (changed) => git.commit(namespace, changed),
    async sync(apps) {
      const objects = Object.entries(apps).map(([name, spec]) => {
        const sourceRef = { kind: "GitRepository", name: "shared" };
        return kustomization({ namespace, name, url, spec: { path: `./${name}`, sourceRef, ...spec } });
      });
      const text = [gitRepository({ namespace, name: "shared", url }), ...objects].map((one) => JSON.stringify(one)).join("\n---\n");
      await writeFiles(home, { "objects.yaml": text });
      return run("sync", "-f", join(home, "objects.yaml"));
    },
    async live(resource, name) {
      const path = resource === "roles" ? `${ROLES}/${namespace}/roles/${name}` : corePath(namespace, resource, name);
      const { status, body } = await plane!.api("GET", path);
      return status === 200 ? (body as LiveFields) : undefined;
    },
  };
}

test("spec.prune: what Git drops is deleted where it is true, and left where it is false", { skip }, async () => {
  const maps = (name: string): Files => ({ [`${name}/a.yaml`]: mapFile(`${name}-a`, {}), [`${name}/b.yaml`]: mapFile(`${name}-b`, {}) });
  const { sync, live, commit } = await newWorld(() => ({ ...maps("pruned"), ...maps("left") }));
  const apps = { pruned: { prune: true }, left: { prune: false } };
  assertCode(await sync(apps), 0);
  await commit({ "pruned/b.yaml": null, "left/b.yaml": null });
  assertCode(await sync(apps), 0);
  assert.equal(await live("configmaps", "pruned-b"), undefined);
  assert.notEqual(await live("configmaps", "left-b"), undefined);
});

test("spec.force: an object that cannot be changed is made anew where it is true, else the change fails", { skip }, async () => {
  const map = (v: string): string => JSON.stringify({ ...(JSON.parse(mapFile("fixed", { v })) as object), immutable: true });
  const { sync, live, commit } = await newWorld(() => ({ "fixed/map.yaml": map("1") }));
  assertCode(await sync({ fixed: { force: false } }), 0);
  const before = await live("configmaps", "fixed");
  await commit({ "fixed/map.yaml": map("2") });

  assertCode(await sync({ fixed: { force: false } }), 7);
  assert.deepEqual((await live("configmaps", "fixed"))?.data, { v: "1" });
  assertCode(await sync({ fixed: { force: true } }), 0);
  const after = await live("configmaps", "fixed");
  assert.deepEqual(after?.data, { v: "2" });
  assert.notEqual(after?.metadata.uid, before?.metadata.uid);
});

test("spec.deletionPolicy: says what goes with a Kustomization, whatever prune says", { skip }, async () => {
  const apps = {
    mirrored: { prune: true },
    unpruned: { prune: false },
    orphaned: { prune: true, deletionPolicy: "Orphan" },
    deleted: { prune: false, deletionPolicy: "Delete" },
    awaited: { prune: false, deletionPolicy: "WaitForTermination" },
  };
  const names = Object.keys(apps);
  const { sync, live, run } = await newWorld(() => Object.fromEntries(names.map((name) => [`${name}/map.yaml`, mapFile(name, {})])));
  assertCode(await sync(apps), 0);
  for (const name of names) assertCode(await run("delete", `ks/${name}`, "--yes"), 0);
  const left = await Promise.all(names.map(async (name) => [name, (await live("configmaps", name)) !== undefined] as const));
  assert.deepEqual(Object.fromEntries(left), { mirrored: false, unpruned: true, orphaned: true, deleted: false, awaited: false });
});

/** Of the first spec nothing is ignored, of the second the rules of the Role. */
const IGNORED: readonly (readonly [field: string, first: object, then: object])[] = [
  ["spec.ignore[].paths[]", { paths: ["/metadata/annotations"] }, { paths: ["/rules"] }],
  ["spec.ignore[].target.group", { target: { group: "apps" } }, { target: { group: "rbac.authorization.k8s.io" } }],
  ["spec.ignore[].target.version", { target: { version: "v2" } }, { target: { version: "v1" } }],
  ["spec.ignore[].target.kind", { target: { kind: "ConfigMap" } }, { target: { kind: "Role" } }],
  ["spec.ignore[].target.name", { target: { name: "nobody" } }, { target: { name: "row-.*" } }],
  ["spec.ignore[].target.namespace", { target: { namespace: "nowhere" } }, { target: { namespace: "life-.*" } }],
  ["spec.ignore[].target.labelSelector", { target: { labelSelector: "pick=no" } }, { target: { labelSelector: "pick=yes" } }],
  [
    "spec.ignore[].target.annotationSelector",
    { target: { annotationSelector: "pick=no" } },
    { target: { annotationSelector: "pick=yes" } },
  ],
];

let told: Promise<ReadonlyMap<string, readonly unknown[]>> | undefined;

/** The verbs of each row's Role after a sync that does not ignore what another hand has changed, and after one that does. */
async function ignoredFields(): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const rule = (verb: string): object => ({ apiGroups: [""], resources: ["configmaps"], verbs: [verb] });
  const name = (index: number): string => `row-${String(index)}`;
  const { namespace, sync, live } = await newWorld(() =>
    Object.fromEntries(
      IGNORED.map((_, index) => {
        const metadata = { name: name(index), labels: { pick: "yes" }, annotations: { pick: "yes" } };
        const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata, rules: [rule("get")] };
        return [`${name(index)}/role.yaml`, JSON.stringify(role)];
      }),
    ),
  );
  const apps = (which: 1 | 2): Readonly<Record<string, object>> =>
    Object.fromEntries(IGNORED.map((row, index) => [name(index), { ignore: [{ paths: ["/rules"], ...row[which] }] }]));
  const changeByHand = async (): Promise<void> => {
    for (const index of IGNORED.keys()) {
      const path = `${ROLES}/${namespace}/roles/${name(index)}?fieldManager=a-person`;
      const { status } = await plane!.api("PATCH", path, { rules: [rule("list")] }, "application/merge-patch+json");
      assert.equal(status, 200);
    }
  };
  const verbs = (): Promise<unknown[]> =>
    Promise.all(IGNORED.map(async (_, index) => (await live("roles", name(index)))?.rules?.[0]?.verbs[0]));
  assertCode(await sync(apps(1)), 0);
  await changeByHand();
  assertCode(await sync(apps(1)), 0);
  const first = await verbs();
  await changeByHand();
  assertCode(await sync(apps(2)), 0);
  const then = await verbs();
  return new Map(IGNORED.map(([field], index) => [field, [first[index], then[index]]]));
}

for (const [field] of IGNORED) {
  test(`${field}: what it names stays as another hand has left it`, { skip }, async () => {
    told ??= ignoredFields();
    assert.deepEqual((await told).get(field), ["get", "list"]);
  });
}

test("spec.decryption: says nothing where nothing is encrypted; what is encrypted is refused by name", { skip }, async () => {
  const sops = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "hidden" },
    data: { a: "ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]" },
  };
  const { sync, live } = await newWorld(() => ({
    "plain/map.yaml": mapFile("plain", {}),
    "hidden/map.yaml": mapFile("beside", {}),
    "hidden/secret.yaml": JSON.stringify({ ...sops, sops: { mac: "ENC[x]", version: "3.9.0" } }),
  }));
  const decryption = { provider: "sops", secretRef: { name: "keys" }, serviceAccountName: "reader" };
  assertCode(await sync({ plain: { decryption } }), 0);
  const refused = await sync({ hidden: { decryption } });
  assertCode(refused, 11);
  assert.match(refused.stderr, /hidden[^]*SOPS/);
  assert.match(refused.stderr, /spec\.decryption/);
  assert.equal(await live("configmaps", "beside"), undefined);
});
