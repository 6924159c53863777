import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { gitops, newHome, type CommandResult } from "../support/cli.ts";
import { startFaultProxy, type FaultProxy } from "../support/fault-proxy.ts";
import { fluxPlaneOrSkip } from "../support/flux-controllers.ts";
import { artifactStatus, pathOf, readyStatus, writeFluxObject } from "../support/flux-status.ts";
import { assertCode, configMap } from "../support/workspace.ts";
import { writeFiles } from "../support/git-server.ts";
import { waitFor, type LiveObject } from "../support/wait-for.ts";

const { skip, plane } = await fluxPlaneOrSkip();
const home = newHome();
const REVISION = `main@sha1:${"1a".repeat(20)}`;
const OLDER = `main@sha1:${"0b".repeat(20)}`;

let namespace = "";
let proxy: FaultProxy;
/** The Pods of the Deployment, by name. */
let pods: readonly string[] = [];
let replicaSet = "";

function run(...args: readonly string[]): Promise<CommandResult> {
  return gitops([...args, ...(args.includes("-A") ? [] : ["-n", namespace])], { home, kubeconfig: plane!.kubeconfig, cwd: home });
}

async function post(path: string, object: object): Promise<{ readonly metadata: { readonly uid: string } }> {
  const { status, body } = await plane!.api("POST", path, object);
  assert.equal(status, 201, JSON.stringify(body));
  return body as { metadata: { uid: string } };
}

const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "main", image: "example.com/web:1" }] } };
async function podNames(): Promise<readonly string[]> {
  const { body } = await plane!.api("GET", `/api/v1/namespaces/${namespace}/pods`);
  const { items } = body as { items: { metadata: { name: string; deletionTimestamp?: string } }[] };
  return items.flatMap((pod) => (pod.metadata.deletionTimestamp === undefined ? [pod.metadata.name] : [])).toSorted();
}

async function event(about: object, reason: string, message: string, lastTimestamp: string, type = "Normal"): Promise<void> {
  await post(`/api/v1/namespaces/${namespace}/events`, {
    metadata: { generateName: "e-" },
    involvedObject: about,
    reason,
    message,
    type,
    count: 1,
    firstTimestamp: lastTimestamp,
    lastTimestamp,
  });
}

before(async () => {
  if (plane === undefined) return;
  namespace = await plane.createNamespace("look");
  const at = { namespace } as const;
  const web = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
  const spec = { replicas: 2, selector: { matchLabels: { app: "web" } }, template };
  await post(web.slice(0, web.lastIndexOf("/")), { metadata: { name: "web" }, spec });
  const isDone = (object: LiveObject): boolean =>
    object.status?.observedGeneration === object.metadata.generation &&
    object.status?.["readyReplicas"] === 2 &&
    object.status["replicas"] === 2;
  await waitFor(plane, web, isDone);
  // A new revision: the ReplicaSet of the old one stays, with no Pods.
  await plane.api("PATCH", web, { spec: { template: { metadata: { annotations: { revision: "2" } } } } }, "application/merge-patch+json");
  const { metadata } = await waitFor(plane, web, (object) => isDone(object) && object.status?.["updatedReplicas"] === 2);
  assert.equal(metadata.generation, 2);
  pods = await podNames();
  replicaSet = pods[0]?.slice(0, pods[0].lastIndexOf("-")) ?? "";
  const entry = (name: string, group: string, kind: string) => ({ id: `${namespace}_${name}_${group}_${kind}`, v: "v1" });
  const history = [
    { revision: OLDER, last: "2026-01-01T00:00:00Z", status: "ReconciliationFailed" },
    { revision: REVISION, last: "2026-01-02T00:00:00Z", status: "ReconciliationSucceeded" },
  ].map(({ revision, last, status }) => ({
    digest: `sha256:${"0".repeat(64)}`,
    firstReconciled: "2026-01-01T00:00:00Z",
    lastReconciled: last,
    lastReconciledStatus: status,
    lastReconciledDuration: "1.5s",
    totalReconciliations: 3,
    metadata: { revision },
  }));
  await Promise.all([
    writeFluxObject(plane, { ...at, resource: "gitrepositories", name: "root", status: artifactStatus(REVISION) }),
    writeFluxObject(plane, {
      ...at,
      resource: "kustomizations",
      name: "root",
      labels: { team: "shop" },
      status: {
        ...readyStatus("True", "Applied"),
        lastAppliedRevision: REVISION,
        history,
        inventory: {
          entries: [
            entry("leaf", "kustomize.toolkit.fluxcd.io", "Kustomization"),
            entry("root", "source.toolkit.fluxcd.io", "GitRepository"),
          ],
        },
      },
    }),
    writeFluxObject(plane, {
      ...at,
      resource: "kustomizations",
      name: "leaf",
      spec: { sourceRef: { kind: "GitRepository", name: "root" } },
      status: {
        ...readyStatus("True", "Applied"),
        lastAppliedRevision: REVISION,
        // The root too: two that deliver each other must not be walked for ever.
        inventory: { entries: [entry("root", "kustomize.toolkit.fluxcd.io", "Kustomization"), entry("web", "apps", "Deployment")] },
      },
    }),
  ]);
  proxy = await startFaultProxy(plane);
});
after(() => proxy?.close());

describe("tree", () => {
  test("shows what a delivery owns, what was made for it, and the deliveries below with theirs, each once", { skip }, async () => {
    const result = await run("tree", "ks/root", "--no-headers");
    assertCode(result, 0);
    const objects = result.stdout.split("\n").map((line) => line.replace(/ {2,}(Synced|OutOfSync|Unknown|Healthy|Progressing).*$/, ""));
    const line = (branches: string, kind: string, name: string) => `${branches}${kind}/${namespace}/${name}`;
    assert.deepEqual(objects.slice(0, -1), [
      line("", "Kustomization", "root"),
      line("├── ", "Kustomization", "leaf"),
      line("│   ├── ", "Kustomization", "root"),
      line("│   └── ", "Deployment", "web"),
      line("│       └── ", "ReplicaSet", replicaSet),
      line("│           ├── ", "Pod", pods[0] ?? ""),
      line("│           └── ", "Pod", pods[1] ?? ""),
      line("└── ", "GitRepository", "root"),
    ]);
    assert.match(result.stdout, /Deployment\/\S+\/web +Synced +Healthy/);
  });

  test("--compact shows deliveries and sources alone, -o json the same tree as a document", { skip }, async () => {
    const compact = await run("tree", "root", "--compact");
    assert.equal(compact.stdout.trim().split("\n").length, 5);
    assert.doesNotMatch(compact.stdout, /Deployment/);
    const document = JSON.parse((await run("tree", "root", "-o", "json")).stdout) as {
      kind: string;
      object: object;
      children: { object: { name: string } }[];
    };
    assert.deepEqual(
      document.children.map(({ object }) => object.name),
      ["leaf", "root"],
    );
    assert.deepEqual(
      [document.kind, document.object],
      ["Tree", { group: "kustomize.toolkit.fluxcd.io", version: "", kind: "Kustomization", namespace, name: "root" }],
    );
  });

  test("of a bare delivery begins with the set", { skip }, async () => {
    await writeFiles(`${home}/bare`, { "a.yaml": configMap("bare-map", { v: "1" }) });
    assertCode(await run("sync", "bare", `${home}/bare`), 0);
    assert.match(
      (await run("tree", "bare")).stdout,
      new RegExp(`Set/${namespace}/bare +Synced.*\n└── ConfigMap/${namespace}/bare-map +Synced`),
    );
  });
});

describe("events", () => {
  before(async () => {
    if (plane === undefined) return;
    const pod = { apiVersion: "v1", kind: "Pod", namespace, name: pods[0] ?? "" };
    await event({ ...pod }, "Pulled", "pulled the image", "2026-01-01T00:00:02Z");
    await event(
      { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization", namespace, name: "leaf" },
      "Failed",
      "build \u001b[31mfailed",
      "2026-01-01T00:00:01Z",
      "Warning",
    );
    await event(
      { apiVersion: "source.toolkit.fluxcd.io/v1", kind: "GitRepository", namespace, name: "root" },
      "Stored",
      "stored artifact",
      "2026-01-01T00:00:03Z",
    );
    await event({ ...pod, name: "stranger" }, "Pulled", "somebody else's", "2026-01-01T00:00:04Z");
  });

  test("are those of the delivery, its source and its Pods, the newest last, and nobody else's", { skip }, async () => {
    const result = await run("events", "leaf", "-o", "json");
    assertCode(result, 0);
    const reasons = result.stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { reason: string }).reason);
    assert.deepEqual(reasons.slice(0, 3), ["Failed", "Pulled", "Stored"]);
    assert.ok(reasons.includes("ScalingReplicaSet"), "of the Deployment");
    assert.doesNotMatch(result.stdout, /somebody else/);
    const table = await run("events", "leaf", "--types", "warning");
    assert.match(
      table.stdout,
      /^NAMESPACE +LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n\S+ +\S+ +Warning +Failed +Kustomization\/leaf +build \\x1b\[31mfailed\n$/,
    );
  });

  test("-w goes on with what comes, of a Pod that did not exist before too", { skip }, async () => {
    let kill: (signal: NodeJS.Signals) => void = () => assert.fail("the command was not started");
    const taken: Promise<unknown>[] = [];
    const scale = (replicas: number) =>
      plane!.api("PATCH", `/apis/apps/v1/namespaces/${namespace}/deployments/web`, { spec: { replicas } }, "application/merge-patch+json");
    const result = await gitops(["events", "leaf", "-w", "-o", "json", "-n", namespace], {
      home,
      kubeconfig: plane!.kubeconfig,
      onStart: (started) => (kill = started),
      onOutput(text) {
        if (taken.length === 0) taken.push(scale(3));
        for (const line of text.split("\n").filter((one) => one.startsWith("{"))) {
          const { object } = JSON.parse(line) as { object: { kind: string; name: string } | null };
          if (object?.kind === "Pod" && !pods.includes(object.name)) kill("SIGINT");
        }
      },
    });
    await Promise.all(taken);
    assert.equal(result.code, 130, result.stderr);
    pods = await podNames();
  });
});

describe("logs", () => {
  /** By the Pod's place; the third one has none yet. */
  const logs = new Map([
    [0, "one\n\ntwo \u001b[31mred\n"],
    [1, "three\n"],
  ]);

  /** The API server of the tests has no kubelets to ask: this answers in their place, and the rest is the real server's. */
  function kubeconfig(asked: string[] = []): string {
    return proxy.kubeconfig((request, wire) => {
      const log = /\/pods\/.*\/log\?.*$/.exec(request.path)?.[0];
      if (log === undefined) return wire.pass();
      asked.push(log);
      const body = logs.get(pods.findIndex((pod) => log.startsWith(`/pods/${pod}/log?container=main`)));
      if (body !== undefined) wire.answer({ status: 200, headers: { "content-type": "text/plain" }, body });
      else
        wire.answer({
          status: 400,
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ kind: "Status", message: "waiting to start" }),
        });
    });
  }

  test(
    "are the lines of every container of the delivery's Pods, empty ones too, escaped; one that has none is told",
    { skip },
    async () => {
      const asked: string[] = [];
      const result = await gitops(["logs", "leaf", "--tail", "5", "--since", "90s", "-n", namespace], {
        home,
        kubeconfig: kubeconfig(asked),
      });
      assertCode(result, 0);
      assert.deepEqual(result.stdout.split("\n").slice(0, 4), [
        `[pod/${pods[0]}/main] one`,
        `[pod/${pods[0]}/main] `,
        `[pod/${pods[0]}/main] two \\x1b[31mred`,
        `[pod/${pods[1]}/main] three`,
      ]);
      assert.match(result.stderr, new RegExp(`pod/${pods[2]} has no log of container main yet`));
      assert.match(asked[0] ?? "", /tailLines=5&sinceSeconds=90$/);
    },
  );

  test("-f follows all containers at once and ends with them", { skip }, async () => {
    const asked: string[] = [];
    const result = await gitops(["logs", "leaf", "-f", "--no-prefix", "--tail=-1", "-n", namespace], {
      home,
      kubeconfig: kubeconfig(asked),
    });
    assertCode(result, 0);
    assert.deepEqual(new Set(result.stdout.split("\n")), new Set(["one", "", "two \\x1b[31mred", "three"]));
    assert.ok(asked.every((path) => path.includes("follow=true") && !path.includes("tailLines")));
  });

  test("of a delivery without Pods, or without such a container, are not found", { skip }, async () => {
    const none = await run("logs", "leaf", "-c", "sidecar");
    assertCode(none, 12);
    assert.match(none.stderr, /no container of leaf is called sidecar/);
    const root = await run("logs", "root");
    assertCode(root, 12);
    assert.match(root.stderr, /root has no Pod/);
    assertCode(await run("logs", "leaf", "--tail", "many"), 2);
  });
});

test("history is told newest first, of a bare delivery from its record", { skip }, async () => {
  const result = await run("history", "ks/root");
  assertCode(result, 0);
  const rows = result.stdout
    .trim()
    .split("\n")
    .map((line) => line.split(/ {3,}/).slice(0, 3));
  assert.deepEqual(rows, [
    ["REVISION", "STATUS", "ATTEMPTS"],
    ["main@sha1:1a1a1a1a", "ReconciliationSucceeded", "3"],
    ["main@sha1:0b0b0b0b", "ReconciliationFailed", "3"],
  ]);
  const document = JSON.parse((await run("history", "root", "-o", "json")).stdout) as { kind: string; items: { revision: string }[] };
  assert.deepEqual([document.kind, document.items.map(({ revision }) => revision)], ["History", [REVISION, OLDER]]);
  assert.match((await run("history", "leaf")).stderr, /was never applied/);
});

test("export prints what is declared: it can be applied as it is, and changes nothing", { skip }, async () => {
  const result = await run("export", "ks", "root");
  assertCode(result, 0);
  assert.match(
    result.stdout,
    /^---\napiVersion: kustomize.toolkit.fluxcd.io\/v1\nkind: Kustomization\nmetadata:\n {2}labels:\n {4}team: shop\n {2}name: root\n/,
  );
  assert.doesNotMatch(result.stdout, /status|uid|resourceVersion|managedFields|generation/);
  const again = await plane!.kubectl(["apply", "--server-side", "--dry-run=server", "-f", "-"], { input: result.stdout });
  assert.equal(again.code, 0, again.stderr);
  const all = await run("export");
  assert.equal(all.stdout.match(/^---$/gm)?.length, 3);
  assertCode(await run("export", "ks", "missing"), 12);
  assert.equal((await run("export", "source", "git", "-l", "team=none")).stdout, "");
});

describe("trace", () => {
  test("leads from a Pod by its owners to the delivery whose labels they carry, what delivers that, and the source", { skip }, async () => {
    const label = (object: string, name: string) => {
      const labels = { "kustomize.toolkit.fluxcd.io/name": name, "kustomize.toolkit.fluxcd.io/namespace": namespace };
      return plane!.api("PATCH", object, { metadata: { labels } }, "application/merge-patch+json");
    };
    assert.equal((await label(`/apis/apps/v1/namespaces/${namespace}/deployments/web`, "leaf")).status, 200);
    assert.equal((await label(pathOf({ resource: "kustomizations", namespace, name: "leaf" }), "root")).status, 200);
    const result = await run("trace", `pod/${pods[0]}`);
    assertCode(result, 0);
    assert.deepEqual(
      result.stdout.split("---\n").map((block) => block.split("\n")[0]?.replaceAll(/ +/g, " ")),
      [
        `Object: Pod/${namespace}/${pods[0]}`,
        `Object: ReplicaSet/${namespace}/${replicaSet}`,
        `Object: Deployment/${namespace}/web`,
        `Kustomization: ${namespace}/leaf`,
        `Kustomization: ${namespace}/root`,
        `GitRepository: ${namespace}/root`,
      ],
    );
    assert.match(result.stdout, /URL: +https:\/\/git\.example\/root\.git main\n/);
    const { items } = JSON.parse((await run("trace", "deploy", "web", "-o", "json")).stdout) as { items: { type: string }[] };
    assert.deepEqual(
      items.map(({ type }) => type),
      ["object", "delivery", "delivery", "source"],
    );
  });

  test("finds the bare delivery of an object, and says so where nobody delivers it or the owner is gone", { skip }, async () => {
    await writeFiles(`${home}/traced`, { "a.yaml": configMap("traced", { v: "1" }) });
    assertCode(await run("sync", "traced-set", `${home}/traced`), 0);
    assert.match((await run("trace", "cm/traced")).stdout, new RegExp(`Set: +${namespace}/traced-set\n`));
    const alone = await run("trace", "namespaces", namespace);
    assertCode(alone, 0);
    assert.match(alone.stderr, /no delivery that is known here owns it/);
    const labels = { "kustomize.toolkit.fluxcd.io/name": "gone", "kustomize.toolkit.fluxcd.io/namespace": namespace };
    await post(`/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: "orphan", labels } });
    assert.match((await run("trace", "configmap/orphan")).stdout, /Missing: +it is named as the owner, and is not there\n/);
    assertCode(await run("trace", "cm/nothing"), 12);
    assertCode(await run("trace", "gizmo/nothing"), 11);
    assertCode(await run("trace", "cm"), 2);
  });
});
