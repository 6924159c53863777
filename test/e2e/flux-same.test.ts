import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gitops, newHome } from "../support/cli.ts";
import { fluxPath, fluxPlaneOrSkip, isReady, startFlux } from "../support/flux-controllers.ts";
import { createDelivery, gitRepository, kustomization } from "../support/flux-objects.ts";
import { startGitServer, writeFiles, type Files, type GitServer } from "../support/git-server.ts";
import { waitFor, type LiveObject } from "../support/wait-for.ts";

// The real controllers deliver into one namespace, this program into another; no controller may be alive for the latter.
const { skip, plane } = await fluxPlaneOrSkip("same");

let git: GitServer;
before(async () => {
  if (plane !== undefined) git = await startGitServer();
});
after(async () => {
  await git?.close();
});

const yaml = (...objects: readonly object[]): string => objects.map((one) => JSON.stringify(one)).join("\n---\n");
const map = (name: string, data: object, metadata: object = {}): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...metadata },
  data,
});
const web = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", labels: { app: "web" } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "web:1", ports: [{ containerPort: 80 }], env: [{ name: "A", value: "${A:=b}" }] }] },
    },
  },
};
const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { selector: { app: "web" }, ports: [{ port: 80 }] } };
const role = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "Role",
  metadata: { name: "app:reader" },
  rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }],
};
const WHOLE: Files = { "deploy/web.yaml": yaml(web, service), "deploy/sub/more.yaml": yaml(map("settings", { a: "1", b: "yes" }), role) };

interface Case {
  readonly name: string;
  readonly files: Files;
  readonly spec?: object;
  readonly source?: object;
}

const CASES: readonly Case[] = [
  { name: "a folder without a kustomization", files: WHOLE },
  {
    name: "an overlay with generators",
    files: {
      ...WHOLE,
      "deploy/kustomization.yaml": yaml({
        resources: ["web.yaml", "sub/more.yaml"],
        configMapGenerator: [{ name: "generated", literals: ["a=b"] }],
        secretGenerator: [{ name: "hidden", literals: ["token=x"] }],
      }),
    },
  },
  {
    name: "names, patches, images and metadata of the spec",
    files: WHOLE,
    spec: {
      namePrefix: "pre-",
      nameSuffix: "-post",
      images: [{ name: "web", newName: "example.org/web", newTag: "v2" }],
      patches: [{ patch: yaml([{ op: "replace", path: "/spec/replicas", value: 5 }]), target: { kind: "Deployment" } }],
      commonMetadata: { labels: { team: "shop" }, annotations: { note: "from spec" } },
    },
  },
  {
    name: "components",
    files: {
      ...WHOLE,
      "extra/kustomization.yaml": yaml({
        apiVersion: "kustomize.config.k8s.io/v1alpha1",
        kind: "Component",
        labels: [{ pairs: { extra: "yes" } }],
      }),
    },
    spec: { components: ["../extra"] },
  },
  {
    name: "variables",
    files: {
      ...WHOLE,
      "deploy/words.yaml": yaml(map("words", { greeting: "${GREETING} ${NAME:-you}", left: "$${AS_IS}", cut: "${GREETING:0:2}" })),
    },
    spec: { postBuild: { substitute: { GREETING: "hello", A: "c" } } },
  },
  {
    name: "objects that ask to be left, or not pruned",
    files: {
      ...WHOLE,
      "deploy/asked.yaml": yaml(
        map("ignored", { a: "1" }, { annotations: { "kustomize.toolkit.fluxcd.io/ssa": "Ignore" } }),
        map("disabled", { a: "1" }, { labels: { "kustomize.toolkit.fluxcd.io/reconcile": "disabled" } }),
        map("once", { a: "1" }, { annotations: { "kustomize.toolkit.fluxcd.io/ssa": "IfNotPresent" } }),
        map("merged", { a: "1" }, { annotations: { "kustomize.toolkit.fluxcd.io/ssa": "merge" } }),
        map("kept", { a: "1" }, { annotations: { "kustomize.toolkit.fluxcd.io/prune": "Disabled" } }),
      ),
    },
  },
  { name: "files that ignore rules leave out", files: { ...WHOLE, "deploy/.sourceignore": "sub/\n" }, source: { ignore: "!sub/\n" } },
  { name: "another path, and one that climbs", files: WHOLE, spec: { path: "./x/../deploy/sub" } },
];

/** What must be the same of an object, in words without its namespace. */
function told(object: LiveObject, namespace: string): unknown {
  const { metadata, ...rest } = object as LiveObject & { readonly metadata: Readonly<Record<string, unknown>> };
  const { labels, annotations, name, managedFields } = metadata;
  // Which fields each owns may differ: the controller sends what Go's types make of an object, zero values and all.
  const managers = (managedFields as readonly { manager: string; operation: string; subresource?: string }[])
    .filter(({ manager, subresource }) => subresource === undefined && manager.startsWith("kustomize"))
    .map(({ manager, operation }) => ({ manager, operation }));
  const { status: _, ...spec } = rest as Readonly<Record<string, unknown>>;
  const text = JSON.stringify({ ...spec, name, labels, annotations, managers }).replaceAll(namespace, "NAMESPACE");
  return JSON.parse(text.replaceAll(/"(clusterIP|clusterIPs)":("[^"]*"|\[[^\]]*\]),?/g, ""));
}

const KINDS = [
  "/api/v1|configmaps",
  "/api/v1|secrets",
  "/api/v1|services",
  "/apis/apps/v1|deployments",
  "/apis/rbac.authorization.k8s.io/v1|roles",
];

async function everything(namespace: string): Promise<unknown> {
  const lists = await Promise.all(
    KINDS.map(async (kind) => {
      const [group = "", plural = ""] = kind.split("|");
      const { body } = await plane!.api("GET", `${group}/namespaces/${namespace}/${plural}?labelSelector=kustomize.toolkit.fluxcd.io/name`);
      return (body as { readonly items: readonly LiveObject[] }).items.map((item) => told(item, namespace));
    }),
  );
  return lists.flat();
}

for (const [index, { name, files, spec = {}, source = {} }] of CASES.entries()) {
  test(`${name}: this program and the real controller leave the same objects and the same record`, { skip }, async () => {
    const { url } = await git.createRepository(`same-${String(index)}`, files);
    const [theirs, ours] = await Promise.all([plane!.createNamespace("theirs"), plane!.createNamespace("ours")]);
    const options = (namespace: string) => ({ namespace, name: "shop", url, spec: { path: "./deploy", ...spec }, source });

    const flux = await startFlux(plane!, { namespace: theirs });
    let expected: LiveObject;
    try {
      await createDelivery(plane!, options(theirs));
      expected = await waitFor(plane!, fluxPath("kustomizations", theirs, "shop"), isReady);
    } finally {
      await flux.stop();
    }
    const home = newHome();
    await mkdir(join(home, "files"));
    await writeFiles(home, { "files/shop.yaml": yaml(gitRepository(options(ours)), kustomization(options(ours))) });
    const result = await gitops(["sync", "-f", join(home, "files")], { home, cwd: home, kubeconfig: plane!.kubeconfig });
    assert.equal(result.code, 0, result.stderr);

    assert.deepEqual(await everything(ours), await everything(theirs));
    const { body } = await plane!.api("GET", fluxPath("kustomizations", ours, "shop"));
    const inventory = (object: LiveObject, namespace: string): unknown =>
      JSON.parse(JSON.stringify(object.status?.inventory).replaceAll(namespace, "NAMESPACE"));
    const sorted = (value: unknown): unknown =>
      (value as { entries: readonly { id: string }[] }).entries.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    assert.deepEqual(sorted(inventory(body as LiveObject, ours)), sorted(inventory(expected, theirs)));
    assert.equal((body as LiveObject).status?.lastAppliedRevision, expected.status?.lastAppliedRevision);
  });
}
