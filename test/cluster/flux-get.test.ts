import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gitops, newHome, type CommandResult } from "../support/cli.ts";
import { fluxPlaneOrSkip, isReady, isTrue, requestReconcile, startFlux, type Flux } from "../support/flux-controllers.ts";
import { createDelivery } from "../support/flux-objects.ts";
import { startGitServer, type GitServer } from "../support/git-server.ts";
import { waitFor } from "../support/wait-for.ts";
import { assertCode, configMap } from "../support/workspace.ts";

const { skip, plane } = await fluxPlaneOrSkip();
const home = newHome();

let git: GitServer;
let flux: Flux;
let namespace = "";
before(async () => {
  if (plane === undefined) return;
  namespace = await plane.createNamespace("flux");
  [git, flux] = await Promise.all([startGitServer(), startFlux(plane, { namespace })]);
});
after(async () => {
  await Promise.all([git?.close(), flux?.stop()]);
});

interface Shown {
  readonly revision: string;
  readonly sync: string;
  readonly health: string;
  readonly ready: string;
  readonly reason: string;
  readonly message: string;
  readonly attemptedRevision: string;
  readonly resources: readonly { readonly name: string; readonly sync: string; readonly health: string }[];
}

function run(...args: readonly string[]): Promise<CommandResult> {
  return gitops([...args, "-n", namespace], { home, kubeconfig: plane!.kubeconfig });
}

async function shown(name: string): Promise<Shown> {
  const result = await run("get", `ks/${name}`, "-o", "json");
  assertCode(result, 0);
  return JSON.parse(result.stdout) as Shown;
}

const build = (resources: readonly string[]) =>
  JSON.stringify({ apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources });

test("what the real controllers say is what is shown: delivered, then failed, then suspended", { skip }, async () => {
  const { url, commit } = await git.createRepository("life", {
    "kustomization.yaml": build(["map.yaml"]),
    "map.yaml": configMap("life", { value: "1" }),
  });
  const { source, delivery } = await createDelivery(plane!, { namespace, name: "life", url });
  await waitFor(plane!, delivery, isReady);
  const good = `main@sha1:${commit}`;
  const { resources, ...first } = await shown("life");
  assert.deepEqual(
    resources.map(({ name, sync, health }) => [name, sync, health]),
    [["life", "Synced", "Healthy"]],
  );
  assert.deepEqual(
    [first.revision, first.sync, first.health, first.ready, first.reason],
    [good, "Synced", "Healthy", "True", "ReconciliationSucceeded"],
  );

  const bad = await git.commit("life", { "kustomization.yaml": build(["map.yaml", "missing.yaml"]) });
  await requestReconcile(plane!, source);
  await waitFor(
    plane!,
    delivery,
    (object) =>
      object.status?.["lastAttemptedRevision"] === `main@sha1:${bad}` &&
      isTrue(object, "Reconciling") &&
      object.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "False") === true,
  );
  const failed = await shown("life");
  assert.deepEqual(
    [failed.revision, failed.attemptedRevision, failed.sync, failed.health, failed.reason],
    [good, `main@sha1:${bad}`, "OutOfSync", "Degraded", "BuildFailed"],
  );
  assert.match(failed.message, /missing\.yaml/);
  const ks = await run("get", "ks", "--status-selector", "ready=false");
  assert.match(ks.stdout, /^NAME +REVISION +SUSPENDED +READY +MESSAGE\nlife +main@sha1:[0-9a-f]{8} +False +False +kustomize build failed/);

  const { status } = await plane!.api("PATCH", delivery, { spec: { suspend: true } }, "application/merge-patch+json");
  assert.equal(status, 200);
  assert.equal((await shown("life")).health, "Suspended");

  const history = JSON.parse((await run("history", "life", "-o", "json")).stdout) as { items: { revision: string; outcome: string }[] };
  assert.ok(
    history.items.some(({ revision, outcome }) => revision === good && outcome === "ReconciliationSucceeded"),
    JSON.stringify(history),
  );
});

test("a delivery that waits for another one, and one whose source is missing, say so", { skip }, async () => {
  const { url } = await git.createRepository("waits", { "map.yaml": configMap("waits", { value: "1" }) });
  const { delivery } = await createDelivery(plane!, { namespace, name: "waits", url, spec: { dependsOn: [{ name: "nobody" }] } });
  await waitFor(plane!, delivery, (object) => object.status?.conditions?.some(({ reason }) => reason === "DependencyNotReady") === true);
  const waiting = await shown("waits");
  assert.deepEqual([waiting.health, waiting.reason, waiting.resources], ["Progressing", "DependencyNotReady", []]);
  const { delivery: orphan } = await createDelivery(plane!, {
    namespace,
    name: "orphan",
    url,
    spec: { sourceRef: { kind: "GitRepository", name: "gone" } },
  });
  await waitFor(plane!, orphan, (object) => object.status?.conditions?.some(({ reason }) => reason === "ArtifactFailed") === true);
  const lost = await shown("orphan");
  assert.deepEqual([lost.health, lost.sync, lost.reason], ["Degraded", "OutOfSync", "ArtifactFailed"]);
});

test("a nested delivery is a tree with both halves", { skip }, async () => {
  const inner = { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization", metadata: { name: "inner", namespace } };
  const spec = {
    interval: "1h",
    prune: true,
    path: "./inner",
    targetNamespace: namespace,
    sourceRef: { kind: "GitRepository", name: "outer" },
  };
  const { url } = await git.createRepository("outer", {
    "outer/inner.yaml": JSON.stringify({ ...inner, spec }),
    "inner/map.yaml": configMap("innermost", { value: "1" }),
  });
  const { delivery } = await createDelivery(plane!, { namespace, name: "outer", url, spec: { path: "./outer", wait: true } });
  await waitFor(plane!, delivery, isReady);
  const tree = await run("tree", "outer", "--no-headers");
  assertCode(tree, 0);
  const line = (branches: string, object: string): RegExp => new RegExp(`^${branches}${object} +Synced +Healthy`, "m");
  assert.match(tree.stdout, line("", `Kustomization/${namespace}/outer`));
  assert.match(tree.stdout, line("└── ", `Kustomization/${namespace}/inner`));
  assert.match(tree.stdout, line("    └── ", `ConfigMap/${namespace}/innermost`));
});

test("get -w follows a delivery through a push", { skip }, async () => {
  const { url, commit } = await git.createRepository("live", { "map.yaml": configMap("live", { value: "1" }) });
  const { source, delivery } = await createDelivery(plane!, { namespace, name: "live", url });
  await waitFor(plane!, delivery, isReady);
  let next = "";
  let kill: (signal: NodeJS.Signals) => void = () => assert.fail("the command was not started");
  const taken: Promise<void>[] = [];
  const push = async (): Promise<void> => {
    next = await git.commit("live", { "map.yaml": configMap("live", { value: "2" }) });
    await requestReconcile(plane!, source);
  };
  const seen: string[] = [];
  const result = await gitops(["get", "ks/live", "-w", "-o", "json", "-n", namespace], {
    home,
    kubeconfig: plane!.kubeconfig,
    onStart: (started) => (kill = started),
    onOutput(text) {
      for (const line of text.split("\n").filter((one) => one.startsWith('{"apiVersion"'))) {
        const { revision, sync } = JSON.parse(line) as Shown;
        seen.push(`${revision} ${sync}`);
        if (taken.length === 0) taken.push(push());
        if (next !== "" && revision === `main@sha1:${next}` && sync === "Synced") kill("SIGINT");
      }
    },
  });
  await Promise.all(taken);
  assert.equal(result.code, 130, result.stderr);
  assert.equal(seen[0], `main@sha1:${commit} Synced`);
});
