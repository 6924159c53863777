import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import type { CommandResult } from "../support/cli.ts";
import { startFaultProxy } from "../support/fault-proxy.ts";
import { planeOrSkip } from "../support/control-plane.ts";
import { gitRepository, kustomization } from "../support/flux-objects.ts";
import { startGitServer } from "../support/git-server.ts";
import { limitedKubeconfig } from "../support/limited-user.ts";
import { gitops } from "../support/cli.ts";
import { waitFor } from "../support/wait-for.ts";
import { assertCode, configMap, deployment, job, newWorkspace, type Workspace } from "../support/workspace.ts";

const { skip, plane } = await planeOrSkip();

interface Found {
  readonly severity: string;
  readonly code: string;
  readonly object: { readonly kind: string; readonly name: string } | null;
  readonly message: string;
  readonly next: string;
  readonly evidence: readonly string[];
}

function findings(result: CommandResult): readonly Found[] {
  return (JSON.parse(result.stdout) as { findings: readonly Found[] }).findings;
}

async function doctor(workspace: Workspace, code: number, ...args: readonly string[]): Promise<readonly Found[]> {
  const result = await workspace.gitops("doctor", "shop", "-o", "json", ...args);
  assertCode(result, code);
  return findings(result);
}

/** A workspace whose one Deployment met its fate: the API server tells of it. */
async function withFate(fate: string, sign: string): Promise<Workspace> {
  const workspace = await newWorkspace(plane!, { "web.yaml": deployment("web", { fate }) });
  assertCode(await workspace.run("sync", "--no-wait"), 0);
  await podSays(workspace, "app=web", sign);
  return workspace;
}

async function podSays({ namespace }: Workspace, selector: string, sign: string): Promise<void> {
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  await waitFor(
    plane!,
    `/apis/apps/v1/namespaces/${namespace}/replicasets/${await replicaSetOf(namespace, selector)}`,
    (set) => set.status?.["replicas"] === 1,
  );
  const { body } = await plane!.api("GET", `${pods}?labelSelector=${encodeURIComponent(selector)}`);
  const [pod] = (body as { items: { metadata: { name: string } }[] }).items;
  await waitFor(plane!, `${pods}/${pod?.metadata.name ?? ""}`, ({ status }) => JSON.stringify(status).includes(sign));
}

async function replicaSetOf(namespace: string, selector: string): Promise<string> {
  const web = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
  await waitFor(plane!, web, ({ status }) => status?.["replicas"] === 1);
  const { body } = await plane!.api(
    "GET",
    `/apis/apps/v1/namespaces/${namespace}/replicasets?labelSelector=${encodeURIComponent(selector)}`,
  );
  return (body as { items: { metadata: { name: string } }[] }).items[0]?.metadata.name ?? "";
}

describe("doctor of a bare delivery", () => {
  test("says that nothing blocks what is synced and healthy, and writes nothing", { skip }, async () => {
    const workspace = await newWorkspace(plane!, { "map.yaml": configMap("shop", { v: "1" }) });
    assertCode(await workspace.run("sync"), 0);
    const { result, writes } = await workspace.writesOf(() => workspace.gitops("doctor", "shop"));
    assertCode(result, 0);
    assert.equal(result.stdout, "✔ nothing is known to block shop\n");
    assert.deepEqual(writes, []);
  });

  for (const [fate, sign, code] of [
    ["image-pull", "ImagePullBackOff", "ImagePull"],
    ["crash", "CrashLoopBackOff", "CrashLoop"],
    ["not-ready", '"ready":false', "NotReady"],
    ["hang", "ContainerCreating", "ObjectWaiting"],
  ] as const) {
    test(`names ${code} where the Pods meet the fate ${fate}, with the Pod in it`, { skip }, async () => {
      const workspace = await withFate(fate, sign);
      const [cause] = await doctor(workspace, 7);
      assert.deepEqual([cause?.severity, cause?.code, cause?.object?.kind, cause?.object?.name], ["blocking", code, "Deployment", "web"]);
      assert.match(cause?.message ?? "", /pod web-[\w-]+: /);
      assert.match(cause?.next ?? "", /^\S.*kubectl|^kubectl/);
    });
  }

  test("names a Job that failed", { skip }, async () => {
    const workspace = await newWorkspace(plane!, { "job.yaml": job("once", {}, "fail") });
    assertCode(await workspace.run("sync"), 7);
    const [cause] = await doctor(workspace, 7);
    assert.deepEqual([cause?.code, cause?.object?.kind, cause?.object?.name], ["JobFailed", "Job", "once"]);
  });

  test("names the quota that keeps Pods from being made", { skip }, async () => {
    const quota = JSON.stringify({ apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "none" }, spec: { hard: { pods: "0" } } });
    const workspace = await newWorkspace(plane!, { "web.yaml": deployment("web"), "quota.yaml": quota });
    assertCode(await workspace.run("sync", "--no-wait"), 0);
    const web = `/apis/apps/v1/namespaces/${workspace.namespace}/deployments/web`;
    await waitFor(plane!, web, ({ status }) => JSON.stringify(status).includes("exceeded quota"));
    const [cause] = await doctor(workspace, 7);
    assert.deepEqual([cause?.code, cause?.object?.name], ["QuotaExceeded", "web"]);
    assert.match(cause?.next ?? "", /^kubectl describe resourcequota -n /);
  });

  test("names an object that is gone, one that a finalizer holds, and a claim that nothing binds", { skip }, async () => {
    const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "disk" } };
    const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, storageClassName: "nobody" };
    const workspace = await newWorkspace(plane!, {
      "gone.yaml": configMap("gone", {}),
      "held.yaml": JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "held", finalizers: ["example.com/hold"] } }),
      "claim.yaml": JSON.stringify({ ...claim, spec }),
    });
    assertCode(await workspace.run("sync", "--no-wait"), 0);
    const maps = `/api/v1/namespaces/${workspace.namespace}/configmaps`;
    await plane!.api("DELETE", `${maps}/gone`);
    await plane!.api("DELETE", `${maps}/held`);
    const found = await doctor(workspace, 7);
    const codes = new Map(found.filter(({ severity }) => severity === "blocking").map(({ object, code }) => [object?.name, code]));
    assert.deepEqual([codes.get("gone"), codes.get("held"), codes.get("disk")], ["ObjectMissing", "Terminating", "ClaimNotBound"]);
    assert.match(found.find(({ object }) => object?.name === "held")?.message ?? "", /held by example\.com\/hold/);
    await plane!.api("PATCH", `${maps}/held`, { metadata: { finalizers: null } }, "application/merge-patch+json");
  });

  test("tells files that cannot be built with their lines, as the cause", { skip }, async () => {
    const workspace = await newWorkspace(plane!, { "map.yaml": configMap("shop", { v: "1" }) });
    assertCode(await workspace.run("sync"), 0);
    await workspace.write({ "map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n data: {}\n" });
    const [cause] = await doctor(workspace, 7);
    assert.equal(cause?.code, "BuildFailed");
    assert.match(`${cause?.message ?? ""} ${cause?.evidence.join(" ") ?? ""}`, /map\.yaml:\d+/);
  });

  test("a folder that is not on this machine is no cause: another machine may have it", { skip }, async () => {
    const workspace = await newWorkspace(plane!, { "map.yaml": configMap("shop", { v: "1" }) });
    assertCode(await workspace.run("sync"), 0);
    await rm(workspace.folder, { recursive: true });
    const [finding] = await doctor(workspace, 0);
    assert.deepEqual([finding?.severity, finding?.code], ["warning", "PathMissing"]);
  });

  test("tells what differs from Git and what lingers, which blocks nothing", { skip }, async () => {
    const workspace = await newWorkspace(plane!, { "a.yaml": configMap("a", { v: "1" }), "b.yaml": configMap("b", { v: "1" }) });
    assertCode(await workspace.run("sync"), 0);
    await workspace.write({ "a.yaml": configMap("a", { v: "2" }), "b.yaml": null });
    const found = await doctor(workspace, 0);
    const of = (code: string): string | undefined => found.find((finding) => finding.code === code)?.object?.name;
    assert.deepEqual([of("OutOfSync"), of("Lingering")], ["a", "b"]);
    assert.match(found.find(({ code }) => code === "Lingering")?.next ?? "", /^gitops sync set\/shop -n \S+ --prune$/);
  });

  test("an object that another tool owns is why a sync is refused", { skip }, async () => {
    const workspace = await newWorkspace(plane!, { "a.yaml": configMap("a", { v: "1" }) });
    assertCode(await workspace.run("sync"), 0);
    const labels = { "kustomize.toolkit.fluxcd.io/name": "other", "kustomize.toolkit.fluxcd.io/namespace": "elsewhere" };
    await workspace.applyByHand("v1/configmaps/b", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "b", labels } });
    await workspace.write({ "b.yaml": configMap("b", { v: "1" }) });
    const [cause] = await doctor(workspace, 7);
    assert.equal(cause?.code, "OwnedByAnother");
    assert.match(cause?.message ?? "", /elsewhere|other/);
  });

  test("shows people the cause on one line, the next step on the next, then what it was seen by", { skip }, async () => {
    const workspace = await withFate("image-pull", "ImagePullBackOff");
    const result = await workspace.gitops("doctor", "set/shop");
    assertCode(result, 7);
    const [cause, next] = result.stdout.split("\n");
    assert.match(cause ?? "", /^✗ Deployment \S+\/web: pod web-\S+ container web waits: ImagePullBackOff/);
    assert.match(next ?? "", /^ {2}next: check the image/);
  });

  test(
    "quotes the last log line of a container that crashed, with nothing in it that a terminal obeys or that is secret",
    { skip },
    async () => {
      const workspace = await withFate("crash", "CrashLoopBackOff");
      const proxy = await startFaultProxy(plane!);
      try {
        const kubeconfig = proxy.kubeconfig((request, wire) => {
          // No kubelet runs behind the nodes of the tests.
          if (!/\/pods\/[^/]+\/log\?/.test(request.path)) return wire.pass();
          const body = "starting\nfatal: \u001b[2Jcannot log in with password=hunter22 at https://bot:hunter22@db.example\n\n";
          wire.answer({ status: 200, headers: { "content-type": "text/plain" }, body });
        });
        const options = { home: workspace.home, cwd: workspace.home, kubeconfig };
        const result = await gitops(["doctor", "shop", "-n", workspace.namespace], options);
        assertCode(result, 7);
        assert.match(
          result.stdout,
          /^ {2}- last log line of web-\S+\/web: fatal: \\x1b\[2Jcannot log in with password=\*\*\* at https:\/\/\*\*\*@db\.example$/m,
        );
        assert.ok(!result.stdout.includes("hunter22") && !result.stdout.includes("\u001b[2J"), result.stdout);
      } finally {
        proxy.close();
      }
    },
  );

  test("a kubelet that does not give the log keeps nothing else from being told", { skip }, async () => {
    const workspace = await withFate("crash", "CrashLoopBackOff");
    const proxy = await startFaultProxy(plane!);
    try {
      const kubeconfig = proxy.kubeconfig((request, wire) => {
        if (!/\/pods\/[^/]+\/log\?/.test(request.path)) return wire.pass();
        wire.answer({ status: 403, headers: { "content-type": "text/plain" }, body: "no" });
      });
      const result = await gitops(["doctor", "shop", "-n", workspace.namespace], { home: workspace.home, cwd: workspace.home, kubeconfig });
      assertCode(result, 7);
      assert.match(result.stdout, /keeps crashing/);
    } finally {
      proxy.close();
    }
  });

  test("a name that does not exist ends in 12, a word that is no kind in 2", { skip }, async () => {
    const workspace = await newWorkspace(plane!, {});
    assertCode(await workspace.gitops("doctor", "nobody"), 12);
    assertCode(await workspace.gitops("doctor", "what/nobody"), 2);
  });
});

describe("doctor without a name", () => {
  test("names cluster, user and missing rights for who may only read a namespace", { skip }, async () => {
    const workspace = await newWorkspace(plane!, { "map.yaml": configMap("shop", { v: "1" }) });
    assertCode(await workspace.run("sync"), 0);
    const rules = [{ apiGroups: [""], resources: ["configmaps", "pods", "events"], verbs: ["get", "list", "watch"] }];
    const kubeconfig = await limitedKubeconfig(plane!, workspace.namespace, rules, workspace.home);
    const result = await gitops(["doctor", "-n", workspace.namespace, "-o", "json"], {
      home: workspace.home,
      cwd: workspace.home,
      kubeconfig,
    });
    assertCode(result, 0);
    const found = findings(result);
    const user = found.find(({ code }) => code === "User");
    assert.equal(user?.message, `you are system:serviceaccount:${workspace.namespace}:limited there`);
    const rights = found.filter(({ code }) => code === "Rights").map(({ severity, message }) => `${severity} ${message}`);
    assert.match(
      rights.join("\n"),
      /^warning you may not do in the namespace \S+ what is needed to sync bare deliveries: create configmaps/m,
    );
    assert.match(rights.join("\n"), /get pods\/log/);
    assert.doesNotMatch(rights.join("\n"), /list configmaps/);
  });

  test("looks at the own namespace where not all may be listed", { skip }, async () => {
    const workspace = await withFate("image-pull", "ImagePullBackOff");
    const rules = [
      { apiGroups: ["", "apps"], resources: ["configmaps", "pods", "deployments", "replicasets", "events"], verbs: ["get", "list"] },
    ];
    const kubeconfig = await limitedKubeconfig(plane!, workspace.namespace, rules, workspace.home);
    const context = ["config", "set-context", "--current", `--namespace=${workspace.namespace}`, `--kubeconfig=${kubeconfig}`];
    await promisify(execFile)("kubectl", context);
    const result = await gitops(["doctor", "-o", "json"], { home: workspace.home, cwd: workspace.home, kubeconfig });
    assertCode(result, 7);
    const held = findings(result).flatMap(({ evidence }) => evidence);
    assert.ok(held.includes(`holds up set/shop -n ${workspace.namespace}`), result.stdout);
  });

  test("lists what is stuck with its cause, and what the Kubernetes kinds of a tool are missing from", { skip }, async () => {
    const workspace = await withFate("image-pull", "ImagePullBackOff");
    const result = await workspace.gitops("doctor", "-o", "json");
    assertCode(result, 7);
    const [cause] = findings(result);
    assert.deepEqual([cause?.code, cause?.severity], ["ImagePull", "blocking"]);
    assert.equal(cause?.evidence[0], `holds up set/shop -n ${workspace.namespace}`);
    assert.match(JSON.stringify(findings(result)), /the kinds of Flux are not installed in this cluster/);
  });

  test("follows what files declared for Flux to its Pods where the cluster does not know Flux's kinds", { skip }, async () => {
    const git = await startGitServer();
    try {
      const { url } = await git.createRepository("shop", { "web.yaml": deployment("web", { fate: "image-pull" }) });
      const workspace = await newWorkspace(plane!, {});
      const options = { namespace: workspace.namespace, name: "shop", url, spec: { wait: true } };
      await workspace.write({ "flux.yaml": `${JSON.stringify(gitRepository(options))}\n---\n${JSON.stringify(kustomization(options))}` });
      assertCode(await workspace.gitops("sync", "-f", workspace.folder, "--no-wait"), 0);
      await podSays(workspace, "app=web", "ImagePullBackOff");
      const result = await workspace.gitops("doctor", "-o", "json");
      assertCode(result, 7);
      const wrong = findings(result).filter(({ severity }) => severity !== "info");
      assert.deepEqual(
        wrong.map(({ severity, code, object }) => `${severity} ${code} ${object?.name ?? ""}`),
        ["blocking ImagePull web"],
      );
    } finally {
      await git.close();
    }
  });

  test("a cluster that does not answer ends in 14", async () => {
    const result = await gitops(["doctor", "--server", "https://127.0.0.1:9", "--request-timeout", "2s"]);
    assertCode(result, 14);
  });
});
